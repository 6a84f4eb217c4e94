//! Which event a record is: by its key, else by the id in its payload, else by its place. A dead
//! letter holds the bytes of its record, and headers that name where it was; so both give one identity.

use std::borrow::Cow;

use rdkafka::message::{BorrowedMessage, Headers, Message};
use serde::Deserialize;

use super::ids::Identity;

/// The stage of dead letters that the producer itself refused: they were never in the topic.
pub const PRODUCER: &str = "PRODUCER";

/// What a dead letter says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter<'a> {
    /// Which event it is; none where it has no id and does not say where its record was.
    pub identity: Option<Identity<'a>>,
    /// Where it failed, such as `VALUE_CONVERTER`; `UNKNOWN` where it does not say.
    pub stage: Cow<'a, str>,
    /// The topic of its record, where it says so.
    pub topic: Option<Cow<'a, str>>,
}

/// The event id and `ts` that a record's value holds.
#[derive(Debug, Default, Deserialize)]
pub struct Payload<'a> {
    /// The event id.
    #[serde(borrow, default)]
    pub event_id: Option<Cow<'a, str>>,
    /// When the event was made, epoch milliseconds.
    #[serde(default)]
    pub ts: Option<i64>,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    payload: Payload<'a>,
}

/// The payload of a value, as far as it can be read.
pub fn payload(value: Option<&[u8]>) -> Payload<'_> {
    value
        .and_then(|value| serde_json::from_slice::<Envelope<'_>>(value).ok())
        .map_or_else(Payload::default, |envelope| envelope.payload)
}

/// The identity of a record of the topic.
pub fn of_record<'a>(message: &'a BorrowedMessage<'_>) -> Identity<'a> {
    event(message.key(), message.payload())
        .unwrap_or(Identity::Place { partition: message.partition(), offset: message.offset() })
}

/// What a dead letter says of itself.
pub fn of_letter<'a>(message: &'a BorrowedMessage<'_>) -> Letter<'a> {
    let header = |name: &str| {
        let headers = message.headers()?;
        let found = headers.iter().find(|header| header.key.strip_prefix("__connect.errors.") == Some(name))?;
        found.value.map(String::from_utf8_lossy)
    };
    let place = || {
        let partition = header("partition")?.parse().ok()?;
        let offset = header("offset")?.parse().ok()?;
        Some(Identity::Place { partition, offset })
    };
    Letter {
        identity: event(message.key(), message.payload()).or_else(place),
        stage: header("stage").unwrap_or(Cow::Borrowed("UNKNOWN")),
        topic: header("topic"),
    }
}

fn event<'a>(key: Option<&'a [u8]>, value: Option<&'a [u8]>) -> Option<Identity<'a>> {
    key.and_then(json_string).or_else(|| payload(value).event_id).map(Identity::Event)
}

/// A JSON string, unescaped. Ids have no escapes as a rule, and then nothing is copied.
fn json_string(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let inner = bytes.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if inner.iter().all(|byte| *byte >= b' ' && *byte != b'"' && *byte != b'\\') {
        return std::str::from_utf8(inner).ok().map(Cow::Borrowed);
    }
    serde_json::from_slice::<String>(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(key: Option<&str>, value: Option<&str>) -> Option<String> {
        match event(key.map(str::as_bytes), value.map(str::as_bytes))? {
            Identity::Event(id) => Some(id.into_owned()),
            Identity::Place { .. } => None,
        }
    }

    #[test]
    fn the_key_is_the_id_as_a_json_string() {
        assert_eq!(id(Some(r#""cj-1-2""#), None).unwrap(), "cj-1-2");
        assert_eq!(id(Some(r#""a\"b\u00e9""#), None).unwrap(), "a\"bé");
        assert_eq!(id(Some("\"ü\""), None).unwrap(), "ü");
    }

    #[test]
    fn a_record_without_a_readable_key_is_known_by_its_payload() {
        let value = r#"{"schema":{"type":"struct"},"payload":{"event_id":"x","qty":"three","ts":5}}"#;
        for key in [None, Some("cj-1-2"), Some("\"open"), Some("7"), Some(r#""a"b""#), Some(r#""\ud800""#), Some("\"")]
        {
            assert_eq!(id(key, Some(value)).as_deref(), Some("x"), "{key:?}");
        }
        assert_eq!(payload(Some(value.as_bytes())).ts, Some(5));
    }

    #[test]
    fn what_has_no_id_at_all_has_none_and_harms_nobody() {
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        for value in ["", "null", "{}", r#"{"payload":7}"#, r#"{"payload":{"event_id":7}}"#, "\u{0}", deep.as_str()] {
            assert_eq!(id(None, Some(value)), None, "{value:.20}");
        }
        assert_eq!(id(None, None), None);
    }
}
