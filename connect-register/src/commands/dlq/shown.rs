//! How a letter is shown: its place, its row in a table, its member in a document.

use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;

use crate::core::letter::{At, Letter, Stage, Told, shown};

/// A letter as programs get it.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    pub(super) partition: i32,
    pub(super) offset: i64,
    pub(super) time: Option<Timestamp>,
    pub(super) stage: Stage,
    /// Where it came from, and why it is here; `partition` and `offset` of its origin are in there.
    pub(super) origin: Origin,
    pub(super) connector: Option<String>,
    pub(super) task: Option<String>,
    pub(super) class: Option<String>,
    pub(super) exception: Option<String>,
    pub(super) message: Option<String>,
    pub(super) attempts: u32,
    pub(super) key: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Origin {
    pub(super) topic: Option<String>,
    pub(super) partition: Option<i32>,
    pub(super) offset: Option<i64>,
}

/// Of a key this much is shown.
const KEY: usize = 60;

impl Shown {
    pub(super) fn of(letter: &Letter) -> Self {
        let told = letter.told();
        let stage = told.stage();
        let Told { topic, partition, offset, connector, task, class, exception, message, attempts, .. } = told;
        Self {
            partition: letter.at.partition,
            offset: letter.at.offset,
            time: letter.time,
            stage,
            origin: Origin { topic, partition, offset },
            connector,
            task,
            class,
            exception,
            message,
            attempts,
            key: shown(letter.key.as_deref(), KEY),
        }
    }

    /// Where it lies, as `peek` takes it.
    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.partition, self.offset)
    }
}

/// The name of an exception without its package.
pub(super) fn short(class: &str) -> &str {
    class.rsplit_once('.').map_or(class, |(_, short)| short)
}

/// A place as it is given: PARTITION:OFFSET.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(pub(super) At);

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once(':').and_then(|(partition, offset)| {
            Some(At { partition: partition.parse().ok()?, offset: offset.parse().ok()? })
        });
        parts.map(Self).ok_or_else(|| format!("{text:?} is no PARTITION:OFFSET, as `dlq list` shows it"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_names_are_read_as_they_are_shown() {
        assert_eq!("2:41".parse(), Ok(Place(At { partition: 2, offset: 41 })));
        for bad in ["", "1", "1:", "a:1", "1:2:3"] {
            assert!(bad.parse::<Place>().is_err(), "{bad}");
        }
        assert_eq!((short("a.b.C"), short("C")), ("C", "C"));
    }
}
