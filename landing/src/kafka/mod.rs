//! The way to Kafka, for reading only: topics from one offset to another, and how far a consumer
//! group has come. It joins no group and commits nothing, so that nobody notices it.

pub mod context;
pub mod failure;
pub mod group;
pub mod settings;
pub mod topic;

pub use failure::ReadError;
pub use group::{Group, Progress};
pub use settings::Kafka;
pub use topic::{Span, Spans, Topic};
