//! What the ledger says, as a value: the counts, what stands behind them, and whether it closes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::count::Counts;

/// Whether the ledger closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Everything produced has landed once or is a dead letter.
    Closed,
    /// Nothing is wrong, but some is still on its way.
    Open,
    /// Something is missing, doubled, or expired before the sink had read it.
    Broken,
}

/// A record or a row to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The event id; none for a record that has none.
    pub event_id: Option<String>,
    /// Where its last record is, `topic/partition@offset`; none for a row.
    pub record: Option<String>,
}

/// What was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// The topic.
    pub topic: String,
    /// The topic of its dead letters.
    pub dead_letters: String,
    /// The group of the sink.
    pub group: String,
    /// Only what was produced from here on; none means all that the topic still holds.
    #[serde(serialize_with = "point")]
    pub since: Option<Timestamp>,
    /// Only what was produced before this.
    #[serde(serialize_with = "point")]
    pub until: Option<Timestamp>,
    /// Rows of events before this may have been dropped from the table.
    #[serde(serialize_with = "point")]
    pub kept_since: Option<Timestamp>,
}

/// What the ledger says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Of the shape of this document.
    pub schema_version: u32,
    /// Whether it closes.
    pub state: State,
    /// What was looked at.
    #[serde(flatten)]
    pub scope: Scope,
    /// The counts.
    #[serde(flatten)]
    pub counts: Counts,
    /// Records read from the topic.
    pub records: u64,
    /// Rows read from the table.
    pub rows: u64,
    /// Records that wait for the sink, by partition.
    pub lag: BTreeMap<i32, i64>,
    /// Records that expired from the topic before the sink had read them.
    pub overrun: i64,
    /// Dead letters by the stage that refused them; a replayed one counts again.
    pub dead_letters_by_stage: BTreeMap<String, u64>,
    /// Dead letters that name neither an event nor a place: nobody can say what they stand for.
    pub dead_letters_unknown: u64,
    /// Some of the ids that are missing.
    pub missing_examples: Vec<Example>,
    /// Some of the ids that are doubled.
    pub doubled_examples: Vec<Example>,
}

/// Whether these counts close.
pub fn state(counts: &Counts, overrun: i64) -> State {
    if counts.missing > 0 || counts.doubled > 0 || overrun > 0 {
        State::Broken
    } else if counts.in_flight > 0 {
        State::Open
    } else {
        State::Closed
    }
}

#[expect(clippy::ref_option, reason = "the form that serde calls")]
fn point<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(at),
        None => serializer.serialize_none(),
    }
}
