//! Names what is missing: the book keeps fingerprints only, so the topic is read once more for the
//! ids, places and times of the records that are in question.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rdkafka::message::Message;
use service::Shutdown;

use super::EXAMPLES;
use super::count::Book;
use super::identity::{of_record, payload};
use super::ids::{Fingerprints, Id, Identity};
use super::verdict::Example;
use kafka::{ReadError, Topic};

/// Reads `topic` up to `ends`; marks in the book what is older than `kept_since`, and gives examples
/// of the rest.
pub(super) fn explain(
    topic: &mut Topic,
    ends: &BTreeMap<i32, i64>,
    make: &Fingerprints,
    book: &mut Book,
    kept_since: Option<Timestamp>,
    stop: &Shutdown,
) -> Result<Vec<Example>, ReadError> {
    let name = topic.name().to_owned();
    let mut examples: BTreeMap<Id, Example> = BTreeMap::new();
    topic.read_to(ends, stop, |message| {
        let identity = of_record(message);
        let id = make.identity(&identity);
        if !book.is_missing(id) {
            return;
        }
        let ts = payload(message.payload()).ts;
        if kept_since.is_some_and(|kept| ts.is_some_and(|ts| ts < kept.as_millisecond())) {
            book.expired(id);
            return;
        }
        if examples.len() < EXAMPLES || examples.contains_key(&id) {
            let event_id = match identity {
                Identity::Event(event_id) => Some(event_id.into_owned()),
                Identity::Place { .. } => None,
            };
            let record = Some(format!("{name}/{}@{}", message.partition(), message.offset()));
            examples.insert(id, Example { event_id, record });
        }
    })?;
    Ok(examples.into_values().collect())
}
