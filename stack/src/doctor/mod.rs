//! What stands in the way of a stack on this machine, found before anything starts: a list of
//! checks, each one line with what to do. It changes nothing and starts no part.

mod descriptors;
mod disk;
mod memory;
mod pieces;
mod ports;
mod programs;
pub mod report;
mod sink;
mod user;

use std::path::PathBuf;

pub use report::{Check, Report, Verdict};

use service::failure::tell;

use crate::kit::choice::{self, Outlook};
use crate::kit::{Cache, KafkaVersion, SinkChoice, inventory};

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

/// Looks at this machine, the cache and the settings. The order is the one in which things would fail.
pub async fn examine(cache: &Cache, settings: &Settings) -> Report {
    let mut checks = vec![programs::java(settings.kafka)];
    checks.extend(programs::setpriv());
    let items = inventory::of(cache, settings.kafka, settings.sink);
    checks.extend(pieces::check(cache, items.as_deref().map_err(tell), settings.depth).await);
    let to_fetch = items.iter().flatten().filter(|item| !item.is_whole()).map(|item| item.bytes).sum();
    checks.push(memory::check(settings.brokers, settings.workers));
    checks.extend(disk::check(cache, &settings.data, to_fetch));
    let outlook = choice::outlook(cache, settings.kafka, settings.sink);
    let given = outlook.as_ref().ok().and_then(Outlook::given);
    checks.extend(user::check(cache, &settings.data, given));
    checks.push(descriptors::check());
    checks.extend(ports::check(&settings.ports).await);
    if settings.depth == Depth::Full {
        checks.extend(sink::check(outlook, settings.sink));
    }
    Report::new(checks)
}
