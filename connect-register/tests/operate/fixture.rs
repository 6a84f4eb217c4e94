//! An imitated cluster with connectors, a folder to work in, and runs of the binary.

use std::process::Command;

use connect_imitation::{Imitation, SINK, Setting};
use tempfile::TempDir;

pub(crate) use crate::ran::{Ran, documented};

/// A cluster, and a folder that the binary is run in.
pub(crate) struct Place {
    pub(crate) connect: Imitation,
    pub(crate) folder: TempDir,
}

impl Place {
    /// A cluster with sinks of these names, with two tasks and offsets 60 and 70 of topic `t`.
    pub(crate) fn of(names: &[&str]) -> Self {
        Self::with(Setting::default(), names)
    }

    pub(crate) fn with(setting: Setting, names: &[&str]) -> Self {
        let connect = Imitation::start(setting).unwrap();
        for name in names {
            let config = [("connector.class", SINK), ("topics", "t"), ("tasks.max", "2"), ("password", "canary-hush")];
            connect.seed(name, config.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
            connect.set_offset(name, "t", 0, 60);
            connect.set_offset(name, "t", 1, 70);
        }
        Self { connect, folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connect-register"));
        command.env_clear().env("KAFKA_CONNECT_URL", self.connect.url()).current_dir(self.folder.path()).args(args);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let ran = Ran::from(self.command(args).output().unwrap());
        assert!(!ran.stdout.contains("canary") && !ran.stderr.contains("canary"), "{ran:?}");
        ran
    }

    /// The files in the folder, in their order.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The offsets of topic `t`.
    pub(crate) fn offsets(&self, name: &str) -> [Option<i64>; 2] {
        [0, 1].map(|partition| self.connect.offset(name, "t", partition))
    }
}
