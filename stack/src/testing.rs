//! Fixtures of the unit tests.

use std::time::Duration;

use crate::kit::{KafkaVersion, SinkChoice};
use crate::parts::Kind;
use crate::settings::{Archives, Compile, Keep, OnDeath, Settings};

/// A stack of one of each.
pub(crate) fn settings() -> Settings {
    Settings {
        name: "test".parse().unwrap(),
        parts: Kind::ALL.into(),
        brokers: 1,
        workers: 1,
        kafka: KafkaVersion::V3_9,
        sink: SinkChoice::Auto,
        keep: Keep::Data,
        on_death: OnDeath::Restart,
        compile: Compile::Full,
        archives: Archives::Use,
        deadline: Duration::from_mins(1),
    }
}
