//! What a stack's data was made with, and whether it may be started as asked now.
//! `KRaft`'s voters are fixed when the data is made, and older brokers do not read newer data.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use service::{Exit, Failure};

use super::Kind;
use crate::kit::KafkaVersion;
use crate::settings::Settings;

/// What the Kafka data of a stack was made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    kafka: String,
    brokers: u32,
}

/// Checks the settings against the data's origin, and writes the origin down.
pub(crate) fn check(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    if !settings.has(Kind::Kafka) {
        return Ok(());
    }
    let kept: Option<Origin> = match fs::read_to_string(file) {
        Ok(text) => Some(serde_json::from_str(&text).with_context(|| format!("reading {}", file.display()))?),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("reading {}", file.display())),
    };
    if let Some(kept) = kept {
        allowed(&kept, settings)?;
    }
    let origin = Origin { kafka: settings.kafka.minor().to_owned(), brokers: settings.brokers };
    let text = serde_json::to_string(&origin)?;
    fs::write(file, text).with_context(|| format!("writing {}", file.display()))
}

fn allowed(origin: &Origin, settings: &Settings) -> Result<(), Failure> {
    let mut mistakes = Vec::new();
    if origin.brokers != settings.brokers {
        let (was, is) = (origin.brokers, settings.brokers);
        mistakes.push(format!("its data was made with --brokers {was}, not {is}"));
    }
    let position = |minor: &str| KafkaVersion::ALL.iter().position(|version| version.minor() == minor);
    if position(&origin.kafka) > position(settings.kafka.minor()) {
        mistakes.push(format!("its data was made by Kafka {}, which {} cannot read", origin.kafka, settings.kafka));
    }
    if mistakes.is_empty() {
        return Ok(());
    }
    let name = &settings.name;
    Err(Failure::all(Exit::Invalid, &format!("the stack {name} cannot be started like this"), &mistakes).hint(format!(
        "start it as it was made, take another --name, or remove its data: stack down --volumes --name {name}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::settings;

    #[test]
    fn data_may_be_started_by_the_same_or_a_newer_kafka_and_the_same_number_of_brokers() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("origin.json");
        let with = |kafka, brokers| check(&Settings { brokers, kafka, ..settings() }, &file);
        with(KafkaVersion::V3_6, 1).unwrap();
        with(KafkaVersion::V4_3, 1).unwrap();
        let error = with(KafkaVersion::V3_9, 3).unwrap_err();
        insta::assert_snapshot!(service::failure::tell(&error), @r"
        the stack test cannot be started like this:
          - its data was made with --brokers 1, not 3
          - its data was made by Kafka 4.3, which 3.9 cannot read
        hint: start it as it was made, take another --name, or remove its data: stack down --volumes --name test
        ");
    }
}
