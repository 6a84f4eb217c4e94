//! A copy of the tree, as a fresh clone would be, and the commands that are run in its root. It knows
//! Docker only by its command line, as a user does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;
use tokio::process::Command;

/// Variables of the caller's shell that would change what the compose file means.
const FOREIGN: [&str; 11] = [
    "COMPOSE_",
    "GRAFANA_",
    "HOST_PORT_",
    "IMAGE_TAG",
    "JDBC_PLUGIN",
    "LOG",
    "OBSERVABILITY",
    "PG",
    "POSTGRES_",
    "PUBLISH_",
    "RATE_",
];

/// The copy, and what every command in it gets to know.
#[derive(Debug)]
pub(crate) struct Project {
    scratch: TempDir,
    settings: Vec<(String, String)>,
}

/// How a command ended.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    /// The line as one would type it.
    pub(crate) line: String,
    /// Its exit code; -1 where a signal ended it.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    /// Copies what git knows, or would take, of the tree.
    pub(crate) async fn copy(tree: &Path) -> anyhow::Result<Self> {
        let mut git = Command::new("git");
        git.arg("-C").arg(tree).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let listed = git.output().await.context("git cannot be started")?;
        ensure!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr).trim());
        let scratch = tempfile::Builder::new().prefix("rehearsal-").tempdir().context("making a scratch folder")?;
        for name in String::from_utf8(listed.stdout)?.split('\0').filter(|name| !name.is_empty()) {
            let (from, to) = (tree.join(name), scratch.path().join(name));
            // Git still lists what was removed from the tree.
            if from.is_file() {
                fs::create_dir_all(to.parent().unwrap_or(scratch.path()))?;
                fs::copy(&from, &to).with_context(|| format!("copying {}", from.display()))?;
            }
        }
        Ok(Self { scratch, settings: Vec::new() })
    }

    /// Where the copy lies.
    pub(crate) fn root(&self) -> &Path {
        self.scratch.path()
    }

    /// A file of the copy.
    pub(crate) fn read(&self, name: &str) -> anyhow::Result<String> {
        fs::read_to_string(self.root().join(name)).with_context(|| format!("reading {name}"))
    }

    /// Gives every later command a variable.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// Leaves the copy where it is, and tells where.
    pub(crate) fn keep(self) -> PathBuf {
        self.scratch.keep()
    }

    /// Runs a line of shell in the root, with more variables for it alone.
    pub(crate) async fn try_with(&self, line: &str, settings: &[(&str, &str)]) -> anyhow::Result<Ran> {
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", line]).current_dir(self.root()).stdin(Stdio::null()).kill_on_drop(true);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| FOREIGN.iter().any(|prefix| name.starts_with(prefix))) {
                command.env_remove(name);
            }
        }
        command.envs(self.settings.iter().cloned()).envs(settings.iter().copied());
        let Output { status, stdout, stderr } = command.output().await.context("bash cannot be started")?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let shown: Vec<_> = settings.iter().map(|(name, _)| format!("{name}=… ")).collect();
        Ok(Ran {
            line: shown.concat() + line,
            code: status.code().unwrap_or(-1),
            stdout: text(stdout),
            stderr: text(stderr),
        })
    }

    /// Runs a line of shell in the root, and wants it to succeed. Gives its stdout.
    pub(crate) async fn run(&self, line: &str) -> anyhow::Result<String> {
        self.run_with(line, &[]).await
    }

    /// The same with more variables.
    pub(crate) async fn run_with(&self, line: &str, settings: &[(&str, &str)]) -> anyhow::Result<String> {
        let ran = self.try_with(line, settings).await?;
        if ran.code != 0 {
            bail!("`{}` ended with {}:\n{}", ran.line, ran.code, ran.last_lines(40));
        }
        Ok(ran.stdout)
    }
}

impl Ran {
    /// What it said at the end, stdout and stderr.
    pub(crate) fn last_lines(&self, count: usize) -> String {
        let both = format!("{}{}", self.stdout, self.stderr);
        let lines: Vec<&str> = both.lines().filter(|line| !line.trim().is_empty()).collect();
        lines.get(lines.len().saturating_sub(count)..).unwrap_or_default().join("\n")
    }

    /// The line of what it said that holds all of these words; an error where there is none.
    pub(crate) fn line_with(&self, words: &[&str]) -> anyhow::Result<String> {
        let both = format!("{}{}", self.stdout, self.stderr);
        let line = both.lines().find(|line| words.iter().all(|word| line.contains(word)));
        line.map(|line| line.trim().to_owned()).with_context(|| {
            format!(
                "`{}` did not say {words:?} in one line; it ended with {}:\n{}",
                self.line,
                self.code,
                self.last_lines(40)
            )
        })
    }
}
