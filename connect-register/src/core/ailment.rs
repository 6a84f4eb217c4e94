//! What ails a connector: the root cause of its failure without what differs from time to time, so that
//! two failures can be told to be the same one. What is to be done about it is not here.

use std::fmt;

use super::health::{ConnectorStatus, State};
use super::letter::cause::pattern;
use super::plain;

/// What a failure is, wherever and whenever it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ailment {
    /// The class of the root cause; empty where the trace names none.
    pub class: String,
    /// Its message, with `#` for numbers and what is in quotes.
    pub pattern: String,
    may_pass: bool,
}

impl Ailment {
    /// What has failed of a connector: itself, else the first of its tasks that has.
    pub fn of(status: &ConnectorStatus) -> Option<Self> {
        let of_task = || status.tasks.iter().find(|task| task.state == State::Failed).map(|task| &task.trace);
        let trace = if status.state == State::Failed { Some(&status.trace) } else { of_task() };
        trace.map(|trace| Self::of_trace(trace.as_deref().unwrap_or_default()))
    }

    /// The ailment that a Java stack trace tells of.
    pub fn of_trace(trace: &str) -> Self {
        let cause = cause(trace);
        let (class, message) = match cause.split_once(": ") {
            Some((class, message)) if !class.contains(char::is_whitespace) => (class, message),
            _ if cause.contains(char::is_whitespace) => ("", &*cause),
            _ => (&*cause, ""),
        };
        Self { class: class.to_owned(), pattern: pattern(message), may_pass: may_pass(&cause) }
    }

    /// Whether it may pass by itself: whatever the connector needs is away, and may come back.
    pub fn may_pass(&self) -> bool {
        self.may_pass
    }
}

impl fmt::Display for Ailment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.class.as_str(), self.pattern.as_str()) {
            ("", pattern) => f.write_str(pattern),
            (class, "") => f.write_str(class),
            (class, pattern) => write!(f, "{class}: {pattern}"),
        }
    }
}

/// The longest cause that is looked at; drivers chain messages over several lines.
const LONGEST: usize = 2000;

/// The root cause with all lines of its message: from the last `Caused by:` to the first frame.
fn cause(trace: &str) -> String {
    const CAUSED: &str = "Caused by: ";
    let start = trace.rfind(CAUSED).map_or(0, |at| at + CAUSED.len());
    let is_frame = |line: &&str| line.starts_with("at ") || line.starts_with("... ");
    let lines = trace[start..].lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<_> = lines.take_while(|line| !is_frame(line)).collect();
    plain::line(&lines.join(" ").chars().take(LONGEST).collect::<String>())
}

/// Classes that say no more than that something is not there, or busy, at the moment.
const PASSING_CLASSES: [&str; 16] = [
    "java.net.ConnectException",
    "java.net.NoRouteToHostException",
    "java.net.SocketTimeoutException",
    "java.net.UnknownHostException",
    "java.util.concurrent.TimeoutException",
    "java.sql.SQLTransientConnectionException",
    "java.sql.SQLTransientException",
    "java.sql.SQLTimeoutException",
    "org.apache.kafka.common.errors.TimeoutException",
    "org.apache.kafka.common.errors.DisconnectException",
    "org.apache.kafka.common.errors.NetworkException",
    "org.apache.kafka.common.errors.CoordinatorNotAvailableException",
    "org.apache.kafka.common.errors.NotLeaderOrFollowerException",
    "org.apache.kafka.common.errors.RebalanceInProgressException",
    "org.apache.kafka.clients.consumer.CommitFailedException",
    "org.apache.kafka.connect.errors.RetriableException",
];

/// Words that say the same, of drivers whose classes do not.
const PASSING_WORDS: [&str; 17] = [
    "connection refused",
    "connection reset",
    "connection timed out",
    "broken pipe",
    "no route to host",
    "the connection attempt failed",
    "an i/o error occurred while sending to the backend",
    "this connection has been closed",
    "connection is closed",
    "check that the hostname and port are correct",
    "the database system is starting up",
    "the database system is shutting down",
    "the database system is in recovery mode",
    "terminating connection due to administrator command",
    "too many clients already",
    "remaining connection slots are reserved",
    "deadlock detected",
];

/// Whether a root cause may pass by itself. It is conservative: what is in doubt does not pass. A catalogue
/// of causes that knows more of one is to be asked here, before these lists.
fn may_pass(cause: &str) -> bool {
    let class = cause.split([':', ' ']).next().unwrap_or_default();
    let lower = cause.to_lowercase();
    PASSING_CLASSES.contains(&class) || PASSING_WORDS.iter().any(|words| lower.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRAPPED: &str =
        "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask\n\tat a.B\nCaused by: ";

    fn of(cause: &str) -> Ailment {
        Ailment::of_trace(&format!("{WRAPPED}{cause}\n\tat c.D(E.java:12)\n\t... 10 more"))
    }

    #[test]
    fn the_same_failure_of_another_record_is_the_same() {
        let null = "org.postgresql.util.PSQLException: ERROR: null value in column";
        assert_eq!(of(&format!("{null} \"qty\" at 12")), of(&format!("{null} \"price\" at 7")));
        assert_ne!(of(null), of("org.postgresql.util.PSQLException: ERROR: relation \"a\" does not exist"));
        let chain = "java.sql.SQLException: Exception chain:\norg.postgresql.util.PSQLException: ERROR: ";
        assert_ne!(of(&format!("{chain}null value")), of(&format!("{chain}no relation")));
        assert_eq!(of(&format!("{chain}row 7")).to_string(), of(&format!("{chain}row 8")).to_string());
        let texts = ["java.lang.NullPointerException", "it is over: now", ""].map(|text| of(text).to_string());
        assert_eq!(texts, ["java.lang.NullPointerException", "it is over: now", ""]);
    }

    #[test]
    fn only_what_is_away_for_a_while_may_pass() {
        for passing in [
            "java.net.ConnectException: Connection refused",
            "org.postgresql.util.PSQLException: Connection to db:5432 refused. Check that the hostname and port are correct and so on.",
            "java.sql.SQLException: Exception chain:\norg.postgresql.util.PSQLException: FATAL: the database system is starting up",
            "org.apache.kafka.common.errors.TimeoutException: Timeout expired",
        ] {
            assert!(of(passing).may_pass(), "{passing}");
        }
        for lasting in [
            "org.postgresql.util.PSQLException: FATAL: password authentication failed for user \"x\"",
            "org.apache.kafka.connect.errors.ConnectException: no such table",
            "org.apache.kafka.connect.errors.DataException: JsonConverter with schemas.enable requires",
            "java.lang.OutOfMemoryError: Java heap space",
            "",
        ] {
            assert!(!of(lasting).may_pass(), "{lasting}");
        }
    }
}
