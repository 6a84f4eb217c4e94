//! Makes retail sales events, or replays real ones from files, and feeds them to Kafka at a rate that
//! can be changed while it runs.
//!
//! It ends where the broker has acknowledged: what becomes of an event after that, in Connect and in
//! PostgreSQL, is the business of the other crates.

pub mod commands;
pub mod control;
pub mod event;
pub mod feed;
pub mod kafka;
pub mod metrics;
pub mod pace;
pub mod progress;
pub mod pump;
pub mod schedule;
pub mod source;
pub mod stamp;
pub mod summary;
