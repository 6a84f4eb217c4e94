//! What stands in the way of a stack on this machine, found before anything starts: a list of
//! checks, each one line with what to do. It changes nothing and starts no part.

mod ports;
pub mod report;

use std::path::PathBuf;

pub use report::{Check, Report, Verdict};

use crate::kit::{KafkaVersion, SinkChoice};

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What takes a few milliseconds: before every start.
    Quick,
    /// All of it, with every file of the cache read and hashed.
    Full,
}

/// What the stack is going to be, as far as the machine has to bear it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The Kafka version.
    pub kafka: KafkaVersion,
    /// The sink asked for.
    pub sink: SinkChoice,
    /// Where the servers' data will lie; it need not exist.
    pub data: PathBuf,
    /// Every port that will be listened on, by the part that does.
    pub ports: Vec<(String, u16)>,
    /// How many brokers.
    pub brokers: u32,
    /// How many Connect workers.
    pub workers: u32,
    /// How much is looked at.
    pub depth: Depth,
}

/// Looks at this machine, the cache and the settings.
pub async fn examine(_cache: &crate::kit::Cache, settings: &Settings) -> Report {
    Report::new(ports::check(&settings.ports).await)
}
