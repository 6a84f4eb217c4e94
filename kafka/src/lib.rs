//! The way to Kafka that the programs share: settings from the environment, topics read from one offset
//! to another, and how far a consumer group has come. Reading joins no group and commits nothing, so that
//! nobody notices it.

pub mod cluster;
pub mod context;
pub mod failure;
pub mod group;
pub mod settings;
pub mod topic;

pub use failure::ReadError;
pub use group::{Group, Progress};
pub use settings::{Kafka, Security};
pub use topic::{Span, Spans, Topic};
