//! A fleet of declared connectors, and runs of the binary over it.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command, Output, Stdio};

use connect_imitation::{Imitation, SINK, Tally};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than any run here takes; whoever needs it fails.
const TIMEOUT: &str = "480s";

/// Templates of connectors `c-0000`, `c-0001` and so on.
pub(crate) struct Fleet {
    folder: TempDir,
    pub(crate) size: usize,
}

impl Fleet {
    /// So many connectors, all with this text.
    pub(crate) fn of(size: usize, text: &str) -> Self {
        let fleet = Self { folder: tempfile::tempdir().unwrap(), size };
        for number in 0..size {
            fleet.declare(number, text);
        }
        fleet
    }

    /// Declares one of them, anew where it is declared already.
    pub(crate) fn declare(&self, number: usize, text: &str) {
        self.declare_with(number, text, &[]);
    }

    /// Declares one of them with more keys.
    pub(crate) fn declare_with(&self, number: usize, text: &str, more: &[(&str, &str)]) {
        let mut config = config(number, text);
        config.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        let template = json!({"name": name(number), "config": config});
        fs::write(self.folder.path().join(format!("{}.json", name(number))), template.to_string()).unwrap();
    }

    /// The binary with these arguments, not yet run, and nothing of this process's environment.
    pub(crate) fn command(&self, connect: &Imitation, args: &[&str], env: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connect-register"));
        command.env_clear().env("KAFKA_CONNECT_URL", connect.url()).envs(env.iter().copied());
        command.args(args).args(["--timeout", TIMEOUT, "-f"]).arg(self.folder.path());
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, connect: &Imitation, args: &[&str]) -> Ran {
        self.run_with(connect, args, &[])
    }

    pub(crate) fn run_with(&self, connect: &Imitation, args: &[&str], env: &[(&str, &str)]) -> Ran {
        Ran::of(self.command(connect, args, env).output().unwrap(), connect)
    }

    /// Starts the binary.
    pub(crate) fn start(&self, connect: &Imitation, args: &[&str]) -> Child {
        self.command(connect, args, &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// All connectors are there, with this text, and no others.
    #[track_caller]
    pub(crate) fn is_there(&self, connect: &Imitation, text: &str) {
        connect.settle();
        assert_eq!(connect.names(), (0..self.size).map(name).collect::<Vec<_>>());
        for number in 0..self.size {
            let config = connect.config(&name(number)).unwrap();
            let differs = self::config(number, text).into_iter().find(|(key, value)| config.get(key) != Some(value));
            assert_eq!(differs, None, "{}: {config:?}", name(number));
        }
    }
}

pub(crate) fn name(number: usize) -> String {
    format!("c-{number:04}")
}

fn config(number: usize, text: &str) -> BTreeMap<String, String> {
    let entries = [("connector.class", SINK), ("topics", "sales"), ("number", &number.to_string()), ("text", text)];
    entries.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

/// How a run of the binary ended, and what the cluster had counted by then.
pub(crate) struct Ran {
    code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) tally: Tally,
}

impl Ran {
    pub(crate) fn of(output: Output, connect: &Imitation) -> Self {
        connect.settle();
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            tally: connect.tally(),
        }
    }

    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        let Self { stdout, stderr, tally, .. } = &self;
        assert_eq!(self.code, Some(code), "stdout:\n{stdout}\nstderr:\n{stderr}\n{}", told(tally));
        self
    }

    /// How many connectors have this result.
    pub(crate) fn count(&self, result: &str) -> usize {
        let told: Value = serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout));
        let connectors = told["connectors"].as_array().unwrap();
        connectors.iter().filter(|connector| connector["result"] == result).count()
    }

    /// Nothing was written more often than once, but for what was both ambiguous and late.
    #[track_caller]
    pub(crate) fn wrote_once_but_for_what_came_late(&self, wanted: usize) {
        let Tally { effects, late, .. } = self.tally;
        let extra = effects - wanted as u64;
        eprintln!("{} effects for {wanted} connectors, {extra} of them extra; {}", effects, told(&self.tally));
        assert!(extra <= late, "{extra} extra, {late} late\n{}", self.stderr);
        assert_eq!(self.tally.masks_written, 0);
    }
}

/// The figures in a line.
pub(crate) fn told(tally: &Tally) -> String {
    let Tally { requests, writes, effects, stormed, flips, ambiguous, late, wrong, .. } = tally;
    format!(
        "{requests} requests, {writes} writes, {effects} effects; {} of {requests} met a fault of {} kinds ({stormed} \
         in storms, {flips} flips of leaders); {ambiguous} writes ambiguous, {late} of them late",
        tally.faults(),
        wrong.len(),
    )
}
