//! The classifier: whether what went wrong passes by itself, may have had its effect all the same, or
//! will not go away, decided in one function. Connect's 500 means three things and its 409 two, so
//! the texts count; they are those of Apache Kafka's `HerderRequestHandler`, `RestClient`,
//! `DistributedHerder`, `AbstractHerder` and `KafkaConfigBackingStore`, were compared with its sources and
//! classes from 2.3 to 4.3, and may stand behind the name of an exception's class.

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
    /// Whether nothing is changed by it, so that it may be sent again at once.
    pub fn only_reads(self) -> bool {
        matches!(self, Self::Read | Self::ReadBack)
    }

    /// What becomes of a request whose outcome is unknown.
    pub fn in_doubt(self) -> Class {
        if self.only_reads() { Class::Transient } else { Class::Ambiguous }
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
/// Texts of a 500 whose request may have been done, or may be done yet: the worker gave up waiting for
/// itself, for the leader (three texts of `RestClient`), or for the config topic, which may have it.
const AMBIGUOUS: [&str; 6] = [
    TIMED_OUT,
    "Request interrupted",
    "trying to forward REST request",
    "Unexpected status code when handling forwarded request",
    "Error removing connector configuration from Kafka",
    "Error trying to read to end of config log",
];
const TIMED_OUT: &str = "Request timed out";
/// Texts of a 500 that passes: nothing was done.
const TRANSIENT: [&str; 2] = ["Failed to write to config topic", SHUTTING_DOWN];
const SHUTTING_DOWN: &str = "Worker is shutting down";
const NOT_SETTLED: &str = "tasks haven't stopped completely yet";
const UNKNOWN_PLUGIN: &str = "Failed to find any class that implements Connector";
/// Texts of a worker that has no such endpoint (Jersey's own), or not that field of it.
const UNSUPPORTED: [&str; 3] =
    ["HTTP 404 Not Found", "HTTP 405 Method Not Allowed", "Unrecognized field \"initial_state\""];
/// A 403 that no login would change: the worker is set up so.
const NOT_TRACKED: &str = "Topic tracking";

/// Whether a worker says that it goes away; nothing was done.
pub(super) fn is_shutting_down(message: &str) -> bool {
    message.contains(SHUTTING_DOWN)
}

/// Whether a worker says that it is stuck.
pub(super) fn is_stalled(message: &str) -> bool {
    message.contains(TIMED_OUT)
}

/// `Error writing connector configuration to Kafka`, also a target state, task configurations, a restart
/// request: what was sent to the topic may be there, or come.
fn is_write_to_topic(message: &str) -> bool {
    message.find("Error writing ").is_some_and(|at| message[at..].contains(" to Kafka"))
}

/// What an answer that is no success means. `message` is that of Connect's own error JSON, `None`
/// where the body is none.
pub fn classify(purpose: Purpose, answer: Result<&Response, &TransportError>, message: Option<&str>) -> Class {
    let status = match answer {
        Err(TransportError { kind, .. }) => {
            return match kind {
                Broken::Connect => Class::Unreachable,
                Broken::Tls => Class::Untrusted,
                Broken::Timeout | Broken::Cut => purpose.in_doubt(),
                Broken::TooLong => Class::NotConnect,
            };
        }
        Ok(response) => response.status,
    };
    let says = |texts: &[&str]| message.is_some_and(|message| texts.iter().any(|text| message.contains(text)));
    match status {
        403 if says(&[NOT_TRACKED]) => Class::Unsupported,
        401 | 403 | 407 => Class::Denied,
        409 if says(&["already exists"]) => Class::Exists,
        409 => Class::Rebalance,
        400 | 404 | 405 | 500 if says(&UNSUPPORTED) => Class::Unsupported,
        400 if says(&[UNKNOWN_PLUGIN]) => Class::UnknownPlugin,
        400 | 413 | 414 | 431 => Class::Invalid,
        404 if message.is_none() => Class::NotConnect,
        404 => match purpose {
            Purpose::ReadBack => Class::Lag,
            Purpose::Delete => Class::Done,
            Purpose::Read | Purpose::Write => Class::Missing,
        },
        408 | 429 => Class::Transient,
        500 if says(&REBALANCE) => Class::Rebalance,
        500 if says(&AMBIGUOUS) || message.is_some_and(is_write_to_topic) => purpose.in_doubt(),
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
#[path = "classify_tests.rs"]
mod tests;
