//! At which point of its way a record failed, as Connect names it, and in words.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::core::plain;

/// A stage: `org.apache.kafka.connect.runtime.errors.Stage`, and that of this project's producer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// It never was a valid event: the producer refused its row.
    Producer,
    /// The key's converter could not read it.
    KeyConverter,
    /// The value's converter could not read it.
    ValueConverter,
    /// The converter of headers could not read it.
    HeaderConverter,
    /// A transform, or the predicate before it, threw.
    Transformation,
    /// The task could not write it where it was to go.
    TaskPut,
    /// A name that this program does not know.
    Other(String),
    /// No header tells it: the connector does not write them.
    Untold,
}

const NAMES: [(&str, Stage); 6] = [
    ("PRODUCER", Stage::Producer),
    ("KEY_CONVERTER", Stage::KeyConverter),
    ("VALUE_CONVERTER", Stage::ValueConverter),
    ("HEADER_CONVERTER", Stage::HeaderConverter),
    ("TRANSFORMATION", Stage::Transformation),
    ("TASK_PUT", Stage::TaskPut),
];

impl Stage {
    /// Reads a stage as its header names it.
    pub fn parse(name: Option<&str>) -> Self {
        let Some(name) = name else { return Self::Untold };
        let known = NAMES.iter().find(|(known, _)| *known == name);
        known.map_or_else(|| Self::Other(plain::line(name)), |(_, stage)| stage.clone())
    }

    /// The stage as Connect names it; empty where it is not told.
    pub fn name(&self) -> &str {
        match self {
            Self::Other(name) => name,
            Self::Untold => "",
            known => NAMES.iter().find(|(_, stage)| stage == known).map_or("", |(name, _)| name),
        }
    }

    /// What it means.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Producer => "the producer refused the row: it never was a valid event",
            Self::KeyConverter => "its key could not be read",
            Self::ValueConverter => "its value could not be read",
            Self::HeaderConverter => "its headers could not be read",
            Self::Transformation => "a transform could not take it",
            Self::TaskPut => "it could be read, and could not be written where it was to go",
            Self::Other(_) => "it failed at a stage that is not known here",
            Self::Untold => "no header tells why: errors.deadletterqueue.context.headers.enable is false",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Untold { "untold" } else { self.name() })
    }
}

impl Serialize for Stage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Untold => serializer.serialize_none(),
            told => serializer.serialize_str(told.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_read_as_it_is_named() {
        for (name, stage) in NAMES {
            assert_eq!(Stage::parse(Some(name)), stage);
            assert_eq!((stage.name(), stage.to_string().as_str()), (name, name));
        }
        assert_eq!(Stage::parse(None).to_string(), "untold");
        assert_eq!(Stage::parse(Some("NEW\u{1b}[2J")).to_string(), "NEW\u{fffd}[2J");
    }
}
