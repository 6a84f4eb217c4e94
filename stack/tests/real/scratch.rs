//! A data folder of a test's own and the `stack` program run in it. What a test leaves running is
//! stopped when its folder goes.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The data folder of one test.
pub(crate) struct Scratch {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("stack-test-").tempdir().unwrap();
        // Root starts PostgreSQL as another user, who has to get in.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder, variables: Vec::new() }
    }

    /// With another environment variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The folder of a stack.
    pub(crate) fn of(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The `stack` program with these arguments, not yet run.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stack"));
        command.args(args).env("STACK_DATA_DIR", self.folder.path());
        for name in ["STACK_NAME", "PGPASSWORD", "PGPASSWORD_FILE"] {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs it, whatever comes of it.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs it, and gives its standard output; it has to succeed.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "stack {}\n{}", args.join(" "), told(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs it, and gives its standard output as JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(args)).unwrap()
    }

    /// The processes of a stack, by the mark in their environment.
    pub(crate) fn processes(&self, name: &str) -> Vec<u32> {
        let mark = format!("CONNECT_COMPANION_STACK={}", self.of(name).display());
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let marked = |pid: &u32| {
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
        };
        pids.filter(marked).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for entry in std::fs::read_dir(self.folder.path()).into_iter().flatten().flatten() {
            if let Some(name) = entry.file_name().to_str() {
                let _ = self.command(&["down", "--volumes", "--name", name]).output();
            }
        }
    }
}

/// All that a failing command said.
pub(crate) fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\nstdout:\n{}\nstderr:\n{}", output.status, text(&output.stdout), text(&output.stderr))
}

/// The standard error of a command that had to fail with an exit code.
pub(crate) fn refused(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{}", told(output));
    String::from_utf8(output.stderr.clone()).unwrap()
}
