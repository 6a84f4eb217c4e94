//! Since when connectors and tasks are in their states. Connect's REST API does not tell; the topic does in
//! which workers keep states (`status.storage.topic`, `KafkaStatusBackingStore`): of each connector and task
//! its last state, with the time at which a worker said so.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use kafka::{Kafka, ReadError, Topic};
use rdkafka::Message;
use rdkafka::message::BorrowedMessage;
use serde::Deserialize;
use service::Shutdown;
use tokio::task::block_in_place;

use crate::core::{ConnectorName, ConnectorStatus, Observation, State};

/// Nobody waits longer for what is told beside the states.
const PATIENCE: Duration = Duration::from_secs(3);

/// A connector, or a task of it.
type Part = (String, Option<u32>);

/// Since when parts are in their states.
pub(super) struct Since {
    kafka: Option<Kafka>,
    topic: String,
    reader: Option<Topic>,
    told: BTreeMap<Part, (State, Timestamp)>,
    /// States that were seen, and when they were first, where they have changed since the first look.
    seen: BTreeMap<Part, (State, Option<Timestamp>)>,
    shutdown: Shutdown,
}

#[derive(Deserialize)]
struct Told {
    state: String,
}

impl Since {
    /// Nothing is read yet.
    pub(super) fn of(kafka: Option<Kafka>, topic: &str, shutdown: &Shutdown) -> Self {
        let kafka = kafka.map(|kafka| kafka.with_patience(PATIENCE));
        let (topic, shutdown) = (topic.to_owned(), shutdown.clone());
        Self { kafka, topic, reader: None, told: BTreeMap::new(), seen: BTreeMap::new(), shutdown }
    }

    /// Takes note of a look, and reads what workers have said up to now. Where that cannot be read it is told
    /// once, and goes on without.
    pub(super) fn read(&mut self, observation: &Observation, now: Timestamp) {
        for (name, observed) in observation {
            if let Some(status) = &observed.status {
                self.see(name, status, now);
            }
        }
        if let Err(error) = block_in_place(|| self.read_on()) {
            let servers = self.kafka.take().map(|kafka| kafka.servers).unwrap_or_default();
            let next = match error {
                ReadError::NoTopic(_) => "; --status-topic names another one",
                _ => "",
            };
            tracing::warn!("since when connectors are in their states is not known: {error}, at {servers}{next}");
        }
    }

    /// Since when a part is in this state.
    pub(super) fn of_part(&self, name: &ConnectorName, task: Option<u32>, state: &State) -> Option<Timestamp> {
        let part = (name.as_str().to_owned(), task);
        let told = self.told.get(&part).filter(|(told, _)| told == state).map(|(_, at)| *at);
        told.or_else(|| self.seen.get(&part).filter(|(seen, _)| seen == state).and_then(|(_, at)| *at))
    }

    fn see(&mut self, name: &ConnectorName, status: &ConnectorStatus, now: Timestamp) {
        let tasks = status.tasks.iter().map(|task| (Some(task.id), &task.state));
        for (task, state) in std::iter::once((None, &status.state)).chain(tasks) {
            let part = (name.as_str().to_owned(), task);
            match self.seen.get_mut(&part) {
                Some((seen, _)) if seen == state => {}
                // What is new since the first look came to be meanwhile, but nobody knows when.
                Some(seen) => *seen = (state.clone(), Some(now)),
                None => _ = self.seen.insert(part, (state.clone(), None)),
            }
        }
    }

    fn read_on(&mut self) -> Result<(), ReadError> {
        let Some(kafka) = &self.kafka else { return Ok(()) };
        let reader = match &mut self.reader {
            Some(reader) => reader,
            None => self.reader.insert(Topic::open(kafka, &self.topic, None)?),
        };
        let ends = reader.spans()?.into_iter().map(|(partition, span)| (partition, span.high)).collect();
        let told = &mut self.told;
        reader.read_to(&ends, &self.shutdown, |message| note(told, message))
    }
}

fn note(told: &mut BTreeMap<Part, (State, Timestamp)>, message: &BorrowedMessage<'_>) {
    let Some(part) = message.key().and_then(|key| part(std::str::from_utf8(key).ok()?)) else { return };
    let state = message.payload().and_then(|value| serde_json::from_slice::<Told>(value).ok());
    let at = message.timestamp().to_millis().and_then(|millis| Timestamp::from_millisecond(millis).ok());
    match state.zip(at) {
        Some((Told { state }, at)) => _ = told.insert(part, (State::parse(&state), at)),
        // It is gone, or the record is none of Connect's.
        None => _ = told.remove(&part),
    }
}

/// What a record is about: `status-connector-NAME` or `status-task-NAME-NUMBER`.
fn part(key: &str) -> Option<Part> {
    if let Some(name) = key.strip_prefix("status-connector-") {
        return Some((name.to_owned(), None));
    }
    let (name, task) = key.strip_prefix("status-task-")?.rsplit_once('-')?;
    Some((name.to_owned(), Some(task.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Observed, ObservedConfig, TaskStatus};

    #[test]
    fn a_record_is_about_a_connector_or_a_task_whatever_its_name() {
        assert_eq!(part("status-connector-pg-1"), Some(("pg-1".to_owned(), None)));
        assert_eq!(part("status-task-pg-1-0"), Some(("pg-1".to_owned(), Some(0))));
        assert_eq!(part("status-topic-sales:connector-pg-1"), None);
        assert_eq!(part("status-task-pg"), None);
    }

    #[test]
    fn without_kafka_it_is_known_of_what_has_changed_since_the_first_look() {
        let name = ConnectorName::reported("a");
        let looked = |state: &str| {
            let task = TaskStatus { id: 0, state: State::parse(state), worker: String::new(), trace: None };
            let status = ConnectorStatus {
                kind: "sink".to_owned(),
                state: State::Running,
                worker: String::new(),
                trace: None,
                tasks: vec![task],
            };
            let observed = Observed { config: ObservedConfig::new(), status: Some(status) };
            Observation::from([(name.clone(), observed)])
        };
        let mut since = Since::of(None, "", &Shutdown::manual());
        let times = [0, 1, 2, 3].map(|second| Timestamp::from_second(second).unwrap());
        for (state, time) in ["RUNNING", "FAILED", "FAILED", "RUNNING"].into_iter().zip(times) {
            since.read(&looked(state), time);
            let failed = since.of_part(&name, Some(0), &State::Failed);
            assert_eq!(failed, (state == "FAILED").then_some(times[1]), "{time}");
        }
        assert_eq!(since.of_part(&name, Some(0), &State::Running), Some(times[3]));
        assert_eq!(since.of_part(&name, None, &State::Running), None);
    }
}
