//! The classifier: whether what went wrong passes by itself, may have had its effect all the same, or
//! will not go away, decided in one function. Connect's 500 means three things and its 409 two, so
//! the texts count; they are those of Apache Kafka's `RestServer`, `DistributedHerder` and
//! `KafkaConfigBackingStore`, and may stand behind the name of an exception's class.

use super::transport::{Broken, Response, TransportError};
use crate::core::Class;

/// What a request is for: the same answer means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It only reads.
    Read,
    /// It reads back what we have just written.
    ReadBack,
    /// It writes.
    Write,
    /// It removes.
    Delete,
}

impl Purpose {
    /// What becomes of a request whose outcome is unknown.
    fn in_doubt(self) -> Class {
        match self {
            Self::Read | Self::ReadBack => Class::Transient,
            Self::Write | Self::Delete => Class::Ambiguous,
        }
    }
}

/// Texts of a 409 or a 500 while the cluster is busy: nothing was done.
const REBALANCE: [&str; 5] = [
    "Cannot complete request momentarily due to no known leader URL",
    "Cannot complete request momentarily due to stale configuration",
    "because of a conflicting operation (e.g. worker rebalance)",
    "due to a conflicting operation (e.g. worker rebalance)",
    "Request cannot be completed because a rebalance is expected",
];
/// Texts of a 500 whose request may have been done, or may be done yet.
const AMBIGUOUS: [&str; 2] = ["Request timed out", "IO Error trying to forward REST request"];
/// Texts of a 500 that passes: nothing was done.
const TRANSIENT: [&str; 2] = ["Failed to write to config topic", "Worker is shutting down"];
const NOT_SETTLED: &str = "tasks haven't stopped completely yet";
const UNKNOWN_PLUGIN: &str = "Failed to find any class that implements Connector";

/// What an answer that is no success means. `message` is that of Connect's own error JSON, `None`
/// where the body is none.
pub fn classify(purpose: Purpose, answer: Result<&Response, &TransportError>, message: Option<&str>) -> Class {
    let status = match answer {
        Err(TransportError { kind, .. }) => {
            return match kind {
                Broken::Connect => Class::Unreachable,
                Broken::Timeout | Broken::Cut => purpose.in_doubt(),
                Broken::TooLong => Class::NotConnect,
            };
        }
        Ok(response) => response.status,
    };
    let says = |texts: &[&str]| message.is_some_and(|message| texts.iter().any(|text| message.contains(text)));
    match status {
        401 | 403 => Class::Denied,
        409 if says(&["already exists"]) => Class::Exists,
        409 => Class::Rebalance,
        400 if says(&[UNKNOWN_PLUGIN]) => Class::UnknownPlugin,
        400 => Class::Invalid,
        404 if message.is_none() => Class::NotConnect,
        404 => match purpose {
            Purpose::ReadBack => Class::Lag,
            Purpose::Delete => Class::Done,
            Purpose::Read | Purpose::Write => Class::Missing,
        },
        408 | 429 => Class::Transient,
        500 if says(&REBALANCE) => Class::Rebalance,
        500 if says(&AMBIGUOUS) => purpose.in_doubt(),
        500 if says(&TRANSIENT) => Class::Transient,
        500 if says(&[NOT_SETTLED]) => Class::NotSettled,
        500 if says(&[UNKNOWN_PLUGIN]) => Class::UnknownPlugin,
        502..=504 => purpose.in_doubt(),
        200..=399 => Class::NotConnect,
        _ if message.is_none() => Class::NotConnect,
        _ => Class::Fatal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Purpose::{Delete, Read, ReadBack, Write};

    fn class_of(purpose: Purpose, status: u16, message: Option<&str>) -> Class {
        classify(purpose, Ok(&Response { status, body: Vec::new() }), message)
    }

    /// Connect's own texts, each with what it means.
    #[test]
    fn every_text_of_connect_is_classed() {
        let no_leader =
            "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.";
        let conflict = "Cannot complete request because of a conflicting operation (e.g. worker rebalance)";
        let stale = "Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)";
        let exists = "Connector a already exists";
        let expected = "org.apache.kafka.connect.runtime.distributed.RebalanceNeededException: Request cannot be completed because a rebalance is expected";
        let timed_out = "Request timed out. The worker is currently polling the group coordinator for up to 1000ms, which began at 2026-01-01T00:00:00Z";
        let forward = "IO Error trying to forward REST request: java.net.ConnectException: Connection refused";
        let topic = "Failed to write to config topic; this may be due to a transient error and the request can be safely retried";
        let shutting = "Worker is shutting down";
        let class = "org.apache.kafka.connect.errors.ConnectException: Failed to find any class that implements Connector and which name matches x";
        let tasks =
            "Connector a must be STOPPED before its offsets can be altered; its tasks haven't stopped completely yet";
        let table = [
            (Write, 409, Some(no_leader), Class::Rebalance),
            (Write, 409, Some(conflict), Class::Rebalance),
            (Write, 409, Some(stale), Class::Rebalance),
            (Write, 409, Some(exists), Class::Exists),
            (Write, 409, None, Class::Rebalance),
            (Read, 500, Some(expected), Class::Rebalance),
            (Write, 500, Some(expected), Class::Rebalance),
            (Write, 500, Some(timed_out), Class::Ambiguous),
            (Read, 500, Some(timed_out), Class::Transient),
            (Write, 500, Some(forward), Class::Ambiguous),
            (Write, 502, None, Class::Ambiguous),
            (Write, 503, Some("x"), Class::Ambiguous),
            (Delete, 504, None, Class::Ambiguous),
            (Read, 503, None, Class::Transient),
            (Write, 500, Some(topic), Class::Transient),
            (Write, 500, Some(shutting), Class::Transient),
            (Write, 500, Some(class), Class::UnknownPlugin),
            (Write, 500, Some(tasks), Class::NotSettled),
            (Write, 400, Some("Connector configuration is invalid"), Class::Invalid),
            (ReadBack, 404, Some("No status found for connector a"), Class::Lag),
            (Read, 404, Some("Connector a not found"), Class::Missing),
            (Delete, 404, Some("Connector a not found"), Class::Done),
            (Write, 401, None, Class::Denied),
            (Read, 403, Some("x"), Class::Denied),
            (Read, 200, None, Class::NotConnect),
            (Write, 302, None, Class::NotConnect),
            (Read, 404, None, Class::NotConnect),
            (Read, 500, None, Class::NotConnect),
            (Write, 429, None, Class::Transient),
            (Write, 500, Some("java.lang.NullPointerException"), Class::Fatal),
            (Write, 422, Some("x"), Class::Fatal),
        ];
        for (purpose, status, message, expected) in table {
            assert_eq!(class_of(purpose, status, message), expected, "{purpose:?} {status} {message:?}");
        }
    }

    #[test]
    fn a_broken_connection_leaves_a_write_in_doubt_but_not_a_read() {
        let table = [
            (Write, Broken::Connect, Class::Unreachable),
            (Read, Broken::Connect, Class::Unreachable),
            (Write, Broken::Timeout, Class::Ambiguous),
            (Write, Broken::Cut, Class::Ambiguous),
            (Read, Broken::Timeout, Class::Transient),
            (ReadBack, Broken::Cut, Class::Transient),
            (Read, Broken::TooLong, Class::NotConnect),
        ];
        for (purpose, kind, expected) in table {
            let error = TransportError { kind, message: String::new() };
            assert_eq!(classify(purpose, Err(&error), None), expected, "{purpose:?} {kind:?}");
        }
    }
}
