//! What the supervisor writes down while it runs, and what every other command reads: its own
//! process and its parts. Written whole or not at all.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::process::Process;
use crate::parts::{Kind, PartId};
use crate::ports::Ports;

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// Waits for another part, or is prepared.
    Waiting,
    /// Runs, but does not answer yet.
    Starting,
    /// Answers.
    Ready,
    /// Died, and will be started again after a pause.
    Restarting,
    /// Died, and will not be started again.
    Failed,
    /// Was asked to stop.
    Stopping,
    /// Ended as asked.
    Stopped,
}

impl Condition {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Restarting => "restarting",
            Self::Failed => "failed",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }
}

/// One part as the supervisor last saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartState {
    /// Its name.
    pub id: PartId,
    /// What it is.
    pub kind: Kind,
    /// How it is.
    pub condition: Condition,
    /// Since when it is so, in milliseconds since 1970.
    pub since: u64,
    /// Its process, where it has one.
    pub process: Option<Process>,
    /// Where it listens, on loopback.
    pub port: u16,
    /// From the start of its process to its first answer, in milliseconds.
    pub ready_after: Option<u64>,
    /// How often it died and was started again.
    pub restarts: u32,
    /// Why it is failed or restarting.
    pub cause: Option<String>,
}

/// A running stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The version of this shape.
    pub schema_version: u32,
    /// The stack's name.
    pub name: String,
    /// The supervisor's process.
    pub supervisor: Process,
    /// Whether its data goes with it.
    pub ephemeral: bool,
    /// Kafka's version, `3.9.1`.
    pub kafka: String,
    /// The sink and its version, for people.
    pub sink: String,
    /// The folder of connector templates that fits the sink.
    pub templates: String,
    /// Its ports.
    pub ports: Ports,
    /// Its parts, in the order of starting.
    pub parts: Vec<PartState>,
}

impl State {
    /// The part of this name.
    pub fn part(&self, id: &str) -> Option<&PartState> {
        self.parts.iter().find(|part| part.id.as_str() == id)
    }

    /// Whether every part answers.
    pub fn is_ready(&self) -> bool {
        self.parts.iter().all(|part| part.condition == Condition::Ready)
    }

    /// Reads what a supervisor wrote; `None` where none did.
    ///
    /// # Errors
    /// When the file cannot be read, or is not such a file.
    pub fn read(file: &Path) -> anyhow::Result<Option<Self>> {
        match fs::read_to_string(file) {
            Ok(text) => Ok(Some(serde_json::from_str(&text).with_context(|| format!("reading {}", file.display()))?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("reading {}", file.display())),
        }
    }

    /// Writes it for the others.
    pub(crate) fn write(&self, file: &Path) -> anyhow::Result<()> {
        let new = file.with_extension("json.new");
        fs::write(&new, serde_json::to_vec_pretty(self)?)
            .and_then(|()| fs::rename(&new, file))
            .with_context(|| format!("writing {}", file.display()))
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        assert_eq!(State::read(&file).unwrap(), None);
        let state = State {
            schema_version: 1,
            name: "test".into(),
            supervisor: Process { pid: 7, started: 42 },
            ephemeral: false,
            kafka: "3.9.1".into(),
            sink: "Debezium JDBC sink 3.5.0.Final".into(),
            templates: "connectors/stand-in".into(),
            ports: Ports { kafka: vec![29_092], ..Ports::default() },
            parts: vec![PartState {
                id: PartId::new(Kind::Kafka, 1, 1),
                kind: Kind::Kafka,
                condition: Condition::Ready,
                since: 1,
                process: Some(Process { pid: 8, started: 43 }),
                port: 29_092,
                ready_after: Some(1100),
                restarts: 0,
                cause: None,
            }],
        };
        state.write(&file).unwrap();
        assert!(state.is_ready());
        assert_eq!(State::read(&file).unwrap(), Some(state));
    }

    #[test]
    fn a_damaged_state_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        fs::write(&file, "{").unwrap();
        assert!(format!("{:#}", State::read(&file).unwrap_err()).contains("state.json"));
    }
}
