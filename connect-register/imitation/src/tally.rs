//! What was asked, what went wrong, and what was done: the figures that laws and benches are about.

use std::collections::BTreeMap;

use crate::wrong::Wrong;

/// All that has happened since the start, or since it was last forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests that came.
    pub requests: u64,
    /// Those of them that ask for a change of a connector, whatever became of them.
    pub writes: u64,
    /// Configurations written: each restarts a connector.
    pub effects: u64,
    /// Configurations written, by connector.
    pub effects_of: BTreeMap<String, u64>,
    /// Requests that went wrong, and how.
    pub wrong: BTreeMap<Wrong, u64>,
    /// Requests that met a storm of 409s.
    pub stormed: u64,
    /// Changes of leaders, after which old views were shown.
    pub flips: u64,
    /// Writes of whose outcome the client was not told.
    pub ambiguous: u64,
    /// Those of them whose effect came after the answer.
    pub late: u64,
    /// Masks that were written in place of secrets.
    pub masks_written: u64,
    /// The requests, as `METHOD /path`, with how often they came.
    pub by_request: BTreeMap<String, u64>,
}

impl Tally {
    /// Requests that met something.
    pub fn faults(&self) -> u64 {
        self.wrong.values().sum::<u64>() + self.stormed
    }

    /// How often requests came whose text begins so, such as `PUT /connectors/`.
    pub fn count(&self, start: &str) -> u64 {
        self.by_request.iter().filter(|(request, _)| request.starts_with(start)).map(|(_, count)| count).sum()
    }
}
