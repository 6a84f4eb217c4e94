//! The Kafka versions the stack can run. Each is pinned in full in `jvm/pom.xml` as a profile of the
//! same name; a test holds the two together.

use std::fmt;

use clap::ValueEnum;
use serde::Serialize;

/// A Kafka version by its minor release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, ValueEnum, Serialize)]
pub enum KafkaVersion {
    /// What the 7.6.0 images hold
    #[value(name = "3.6")]
    #[serde(rename = "3.6")]
    V3_6,
    /// The default
    #[default]
    #[value(name = "3.9")]
    #[serde(rename = "3.9")]
    V3_9,
    /// The newest that resolves whole and runs on Java 17
    #[value(name = "4.3")]
    #[serde(rename = "4.3")]
    V4_3,
}

impl KafkaVersion {
    /// All of them, oldest first.
    pub const ALL: [Self; 3] = [Self::V3_6, Self::V3_9, Self::V4_3];

    /// The pinned patch release.
    pub const fn full(self) -> &'static str {
        match self {
            Self::V3_6 => "3.6.2",
            Self::V3_9 => "3.9.1",
            Self::V4_3 => "4.3.1",
        }
    }

    /// The minor release, as the command line has it.
    pub const fn minor(self) -> &'static str {
        match self {
            Self::V3_6 => "3.6",
            Self::V3_9 => "3.9",
            Self::V4_3 => "4.3",
        }
    }
}

impl fmt::Display for KafkaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.minor())
    }
}
