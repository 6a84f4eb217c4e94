//! Everything that speaks to Kafka: settings, the idempotent producer, delivery reports, topics. What
//! an event is and when it is due is decided elsewhere.

pub mod client;
pub mod delivery;
pub mod outlet;
pub mod settings;
pub mod topics;

pub use client::Client;
pub use settings::{KafkaArgs, KafkaSettings};
