//! What the headers of a dead letter tell: Connect's, and the one of our own that counts replays.
//! The names are those of `DeadLetterQueueReporter` (KIP-298).

use serde::Serialize;

use super::{Header, Stage};
use crate::core::plain;

/// What stands before the names of all of Connect's error headers.
pub const PREFIX: &str = "__connect.errors.";
/// How often a record has been replayed, in decimal; ours, and the record carries it from then on.
pub const ATTEMPTS: &str = "connect-register.replays";

/// The text of a header longer than this is cut: a trace may be megabytes.
const LONGEST: usize = 256 << 10;

/// What the headers tell. Texts are of others: harmless for a terminal, and cut where they are very long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The topic that the record came from.
    pub topic: Option<String>,
    /// Its partition there.
    pub partition: Option<i32>,
    /// Its offset there.
    pub offset: Option<i64>,
    /// The connector that could not take it.
    pub connector: Option<String>,
    /// The task.
    pub task: Option<String>,
    /// The stage, as it is named.
    #[serde(skip)]
    pub stage: Option<String>,
    /// The class that ran the stage: the converter, the transform, the task.
    pub class: Option<String>,
    /// The class of the exception.
    pub exception: Option<String>,
    /// What the exception says.
    pub message: Option<String>,
    /// Its trace.
    #[serde(skip)]
    pub trace: Option<String>,
    /// How often it has been replayed.
    pub attempts: u32,
}

impl Told {
    /// Reads the headers. Of several with one name the last counts, as in Connect.
    pub fn read(headers: &[Header]) -> Self {
        let raw = |name: &str| {
            let found = headers.iter().rev().find(|(of, _)| of.strip_prefix(PREFIX) == Some(name));
            found.and_then(|(_, value)| value.as_deref()).map(|value| &value[..value.len().min(LONGEST)])
        };
        let line = |name: &str| raw(name).map(|value| plain::line(&String::from_utf8_lossy(value)));
        let number = |name: &str| raw(name).and_then(|value| std::str::from_utf8(value).ok()?.parse().ok());
        let attempts = headers.iter().rev().find(|(of, _)| of == ATTEMPTS).and_then(|(_, value)| value.as_deref());
        Self {
            topic: line("topic"),
            partition: number("partition").and_then(|number: i64| i32::try_from(number).ok()),
            offset: number("offset"),
            connector: line("connector.name"),
            task: line("task.id"),
            stage: line("stage"),
            class: line("class.name"),
            exception: line("exception.class.name"),
            message: line("exception.message"),
            trace: raw("exception.stacktrace").map(|value| plain::text(&String::from_utf8_lossy(value))),
            // What is no number of ours is counted as if it had been tried for ever.
            attempts: attempts.map_or(0, |value| {
                std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()).unwrap_or(u32::MAX)
            }),
        }
    }

    /// The stage.
    pub fn stage(&self) -> Stage {
        Stage::parse(self.stage.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, value: &[u8]) -> Header {
        (name.to_owned(), Some(value.to_vec()))
    }

    #[test]
    fn headers_are_read_as_connect_writes_them() {
        let headers = [
            header("own", b"1"),
            header("__connect.errors.topic", b"sales"),
            header("__connect.errors.partition", b"2"),
            header("__connect.errors.offset", b"41"),
            header("__connect.errors.connector.name", b"pg"),
            header("__connect.errors.task.id", b"0"),
            header("__connect.errors.stage", b"VALUE_CONVERTER"),
            header("__connect.errors.class.name", b"org.apache.kafka.connect.json.JsonConverter"),
            header("__connect.errors.exception.class.name", b"org.apache.kafka.connect.errors.DataException"),
            header("__connect.errors.exception.message", b"JsonConverter with schemas.enable\x1b[2J"),
            header("__connect.errors.exception.stacktrace", b"a.B: c\n\tat d"),
            header(ATTEMPTS, b"2"),
        ];
        let told = Told::read(&headers);
        assert_eq!((told.topic.as_deref(), told.partition, told.offset), (Some("sales"), Some(2), Some(41)));
        assert_eq!((told.stage(), told.attempts), (Stage::ValueConverter, 2));
        assert_eq!(told.message.as_deref(), Some("JsonConverter with schemas.enable\u{fffd}[2J"));
        assert_eq!(told.trace.as_deref(), Some("a.B: c\n\tat d"));
    }

    #[test]
    fn what_is_missing_or_forged_is_no_more_than_untold() {
        assert_eq!(Told::read(&[]), Told::default());
        let headers = [
            header("__connect.errors.partition", b"99999999999"),
            header("__connect.errors.offset", b"\xff"),
            ("__connect.errors.topic".to_owned(), None),
            header(ATTEMPTS, b"-1"),
        ];
        let told = Told::read(&headers);
        assert_eq!((told.topic, told.partition, told.offset, told.attempts), (None, None, None, u32::MAX));
    }

    #[test]
    fn of_several_with_one_name_the_last_counts() {
        let headers = [header("__connect.errors.stage", b"TASK_PUT"), header("__connect.errors.stage", b"PRODUCER")];
        assert_eq!(Told::read(&headers).stage(), Stage::Producer);
    }
}
