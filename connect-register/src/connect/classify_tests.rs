use super::*;
use Purpose::{Delete, Read, ReadBack, Write};

fn class_of(purpose: Purpose, status: u16, message: Option<&str>) -> Class {
    classify(purpose, Ok(&Response { status, body: Vec::new() }), message)
}

/// Texts of Connect, word by word as its sources make them, with the first version that has them where
/// that is not the oldest one.
mod said {
    pub(super) const NO_LEADER: &str =
        "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.";
    pub(super) const CONFLICT: &str =
        "Cannot complete request because of a conflicting operation (e.g. worker rebalance)";
    pub(super) const STALE: &str = "Cannot complete request momentarily due to stale configuration (typically caused \
                                    by a concurrent config change)";
    pub(super) const EXISTS: &str = "Connector a already exists";
    pub(super) const EXPECTED: &str = "org.apache.kafka.connect.runtime.distributed.RebalanceNeededException: \
                                       Request cannot be completed because a rebalance is expected";
    pub(super) const TIMED_OUT: &str = "Request timed out";
    /// 3.7.
    pub(super) const AT_A_STAGE: &str = "Request timed out. The worker is currently polling the group coordinator \
                                         for up to 1000ms, which began at 2026-01-01T00:00:00Z.";
    pub(super) const AFTER_A_STAGE: &str = "Request timed out. The last operation the worker completed was reading \
                                            to the end of the config topic, which began at 2026-01-01T00:00:00Z and \
                                            completed at 2026-01-01T00:00:01Z.";
    pub(super) const INTERRUPTED: &str = "Request interrupted";
    pub(super) const FORWARD: &str =
        "IO Error trying to forward REST request: java.net.ConnectException: Connection refused";
    pub(super) const FORWARD_OTHERWISE: &str = "Error trying to forward REST request: Invalid URI host: null";
    pub(super) const FORWARD_INTERRUPTED: &str = "Thread was interrupted trying to forward REST request: null";
    pub(super) const FORWARDED: &str = "Unexpected status code when handling forwarded request: 302";
    pub(super) const TO_TOPIC: &str = "Error writing connector configuration to Kafka";
    pub(super) const STATE_TO_TOPIC: &str = "Error writing target state to Kafka";
    pub(super) const RESTART_TO_TOPIC: &str =
        "Error writing restart request for {connectorName='a', onlyFailed=true, includeTasks=true} to Kafka";
    pub(super) const FROM_TOPIC: &str = "Error removing connector configuration from Kafka";
    pub(super) const LOG_END: &str = "Error trying to read to end of config log";
    /// 3.5.
    pub(super) const FENCED: &str = "Failed to write to config topic; this may be due to a transient error and the \
                                     request can be safely retried";
    pub(super) const SHUTTING_DOWN: &str = "Worker is shutting down";
    pub(super) const NO_CLASS: &str = "org.apache.kafka.connect.errors.ConnectException: Failed to find any class \
                                       that implements Connector and which name matches x";
    pub(super) const TASKS: &str = "Failed to alter consumer group offsets for connector a either because its tasks \
                                    haven't stopped completely yet or the connector was resumed before the request \
                                    to alter its offsets could be successfully completed.";
    pub(super) const INVALID: &str = "Connector configuration is invalid and contains the following 1 error(s):\n\
                                      Missing required configuration \"topics\"";
    pub(super) const NOT_FOUND: &str = "Connector a not found";
    pub(super) const NO_STATUS: &str = "No status found for connector a";
    pub(super) const NO_PLUGIN: &str = "Unknown plugin x.";
    pub(super) const NO_ENDPOINT: &str = "HTTP 404 Not Found";
    pub(super) const NO_METHOD: &str = "HTTP 405 Method Not Allowed";
    pub(super) const NO_STATE: &str = "Unrecognized field \"initial_state\" (class org.apache.kafka.connect.runtime.\
                                       rest.entities.CreateConnectorRequest), not marked as ignorable";
    pub(super) const UNTRACKED: &str = "Topic tracking is disabled.";
}

/// What each text means for a request that reads, that writes, and that removes.
#[test]
fn every_text_of_connect_is_classed() {
    use Class::{
        Ambiguous, Denied, Done, Exists, Fatal, Invalid, Missing, NotSettled, Rebalance, Transient, UnknownPlugin,
        Unsupported,
    };
    let doubt = [Transient, Ambiguous, Ambiguous];
    let table = [
        (409, said::NO_LEADER, [Rebalance; 3]),
        (409, said::CONFLICT, [Rebalance; 3]),
        (409, said::STALE, [Rebalance; 3]),
        (409, said::EXISTS, [Exists; 3]),
        (409, "something new", [Rebalance; 3]),
        (500, said::EXPECTED, [Rebalance; 3]),
        (500, said::TIMED_OUT, doubt),
        (500, said::AT_A_STAGE, doubt),
        (500, said::AFTER_A_STAGE, doubt),
        (500, said::INTERRUPTED, doubt),
        (500, said::FORWARD, doubt),
        (500, said::FORWARD_OTHERWISE, doubt),
        (500, said::FORWARD_INTERRUPTED, doubt),
        (500, said::FORWARDED, doubt),
        (500, said::TO_TOPIC, doubt),
        (500, said::STATE_TO_TOPIC, doubt),
        (500, said::RESTART_TO_TOPIC, doubt),
        (500, said::FROM_TOPIC, doubt),
        (500, said::LOG_END, doubt),
        (500, said::FENCED, [Transient; 3]),
        (500, said::SHUTTING_DOWN, [Transient; 3]),
        (500, said::NO_CLASS, [UnknownPlugin; 3]),
        (400, said::NO_CLASS, [UnknownPlugin; 3]),
        (500, said::TASKS, [NotSettled; 3]),
        (500, "java.lang.NullPointerException", [Fatal; 3]),
        (500, "", [Fatal; 3]),
        (400, said::INVALID, [Invalid; 3]),
        (404, said::NOT_FOUND, [Missing, Missing, Done]),
        (404, said::NO_STATUS, [Missing, Missing, Done]),
        (404, said::NO_PLUGIN, [Missing, Missing, Done]),
        (404, said::NO_ENDPOINT, [Unsupported; 3]),
        (405, said::NO_METHOD, [Unsupported; 3]),
        (500, said::NO_STATE, [Unsupported; 3]),
        (400, said::NO_STATE, [Unsupported; 3]),
        (403, said::UNTRACKED, [Unsupported; 3]),
        (403, "x", [Denied; 3]),
        (401, "x", [Denied; 3]),
        (422, "x", [Fatal; 3]),
        (503, "x", doubt),
    ];
    for (status, message, classes) in table {
        for (purpose, class) in [Read, Write, Delete].into_iter().zip(classes) {
            assert_eq!(class_of(purpose, status, Some(message)), class, "{purpose:?} {status} {message}");
        }
    }
    assert_eq!(class_of(ReadBack, 404, Some(said::NO_STATUS)), Class::Lag);
    assert_eq!(class_of(ReadBack, 404, Some(said::NOT_FOUND)), Class::Lag);
}

/// Proxies, other servers, and workers that have not started answer HTML, text, other JSON or nothing.
#[test]
fn what_is_not_connect_is_classed_by_its_status() {
    use Class::{Ambiguous, Denied, Invalid, NotConnect, Rebalance, Transient};
    let doubt = [Transient, Ambiguous, Ambiguous];
    let table = [
        (200, [NotConnect; 3]),
        (202, [NotConnect; 3]),
        (204, [NotConnect; 3]),
        (302, [NotConnect; 3]),
        (400, [Invalid; 3]),
        (401, [Denied; 3]),
        (403, [Denied; 3]),
        (404, [NotConnect; 3]),
        (405, [NotConnect; 3]),
        (407, [Denied; 3]),
        (408, [Transient; 3]),
        (409, [Rebalance; 3]),
        (413, [Invalid; 3]),
        (429, [Transient; 3]),
        (500, [NotConnect; 3]),
        (502, doubt),
        (503, doubt),
        (504, doubt),
        (520, [NotConnect; 3]),
    ];
    for (status, classes) in table {
        for (purpose, class) in [Read, Write, Delete].into_iter().zip(classes) {
            assert_eq!(class_of(purpose, status, None), class, "{purpose:?} {status}");
        }
    }
}

#[test]
fn a_broken_connection_leaves_a_write_in_doubt_but_not_a_read() {
    let table = [
        (Write, Broken::Connect, Class::Unreachable),
        (Read, Broken::Connect, Class::Unreachable),
        (Write, Broken::Tls, Class::Untrusted),
        (Read, Broken::Tls, Class::Untrusted),
        (Write, Broken::Timeout, Class::Ambiguous),
        (Write, Broken::Cut, Class::Ambiguous),
        (Delete, Broken::Cut, Class::Ambiguous),
        (Read, Broken::Timeout, Class::Transient),
        (ReadBack, Broken::Cut, Class::Transient),
        (Read, Broken::TooLong, Class::NotConnect),
    ];
    for (purpose, kind, expected) in table {
        let error = TransportError { kind, message: String::new() };
        assert_eq!(classify(purpose, Err(&error), None), expected, "{purpose:?} {kind:?}");
    }
}
