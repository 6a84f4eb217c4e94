//! The toolkit's programs, run as a user would: by name, with settings from the environment. What
//! they said is kept whole, for a failing test to show.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::pipeline::{PATIENCE, until};

/// Variables of the caller's shell that would make programs behave otherwise.
const FOREIGN: [&str; 8] = ["PG", "POSTGRES_DB", "KAFKA_", "CONNECT_REGISTER", "RATE_", "METRICS_", "LOG", "LANDING_"];

/// Where the programs lie, and what they are given.
pub(crate) struct Programs {
    folder: PathBuf,
    root: PathBuf,
    variables: Vec<(String, String)>,
}

impl Programs {
    /// The programs of the build that made this test.
    pub(crate) fn of_this_build(variables: Vec<(String, String)>) -> Self {
        let folder = Path::new(env!("CARGO_BIN_EXE_stack")).parent().unwrap().to_owned();
        let missing: Vec<&str> = ["producer", "connect-register", "landing", "stack"]
            .into_iter()
            .filter(|name| !folder.join(name).is_file())
            .collect();
        assert!(
            missing.is_empty(),
            "not built in {}: {}\nhint: cargo build --workspace --bins",
            folder.display(),
            missing.join(", ")
        );
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
        Self { folder, root, variables }
    }

    /// The root of the repository, where the programs are run.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A program with arguments, not yet run.
    pub(crate) fn command(&self, name: &str, args: &[&str]) -> Command {
        let mut command = Command::new(self.folder.join(name));
        command.args(args).current_dir(&self.root).stdin(Stdio::null());
        for (variable, _) in std::env::vars_os() {
            if variable.to_str().is_some_and(|name| FOREIGN.iter().any(|prefix| name.starts_with(prefix))) {
                command.env_remove(variable);
            }
        }
        // Programs that run at the same time do not take each other's address.
        command.env("METRICS_ADDR", "127.0.0.1:0").env("NO_COLOR", "1");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// What became of a program that has ended.
pub(crate) struct Ran {
    command: String,
    status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Runs a command to its end, whatever comes of it.
    pub(crate) fn of(mut command: Command) -> Self {
        let output = command.output().unwrap_or_else(|error| panic!("{}: {error}", line(&command)));
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self {
            command: line(&command),
            status: output.status,
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Its exit code; -1 where a signal ended it.
    pub(crate) fn code(&self) -> i32 {
        self.status.code().unwrap_or(-1)
    }

    /// It has to have ended with this exit code.
    pub(crate) fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "{self}");
        self
    }

    /// It has to have ended well.
    pub(crate) fn ok(self) -> Self {
        self.ended_with(0)
    }

    /// Its standard output as one JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("stdout is not JSON, {error}: {self}"))
    }

    /// Whether it has said something, on either stream.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.stdout.contains(text) || self.stderr.contains(text)
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, status, stdout, stderr } = self;
        write!(f, "{command}\n{status}\nstdout:\n{stdout}\nstderr:\n{stderr}")
    }
}

/// A program that goes on until it is stopped, or ends by itself. Killed when dropped.
pub(crate) struct Running {
    command: String,
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Running {
    /// Starts a command; what it says goes to files in `folder`.
    pub(crate) fn of(mut command: Command, folder: &Path) -> Self {
        let file = |stream: &str| folder.join(format!("{:016x}.{stream}", rand::random::<u64>()));
        let (stdout, stderr) = (file("out"), file("err"));
        command.stdout(File::create(&stdout).unwrap()).stderr(File::create(&stderr).unwrap());
        let child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", line(&command)));
        Self { command: line(&command), child, stdout, stderr }
    }

    /// What it has said on standard error so far.
    pub(crate) fn stderr(&self) -> String {
        std::fs::read_to_string(&self.stderr).unwrap()
    }

    /// Whether it still runs.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Its id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(mut self) -> Ran {
        let begin = Instant::now();
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if begin.elapsed() > PATIENCE => {
                    panic!("{} did not end:\n{}", self.command, self.stderr());
                }
                None => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        };
        let text = |file: &Path| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
        Ran { command: self.command.clone(), status, stdout: text(&self.stdout), stderr: text(&self.stderr) }
    }

    /// Asks it to stop, as a terminal or an init system would, and waits.
    pub(crate) async fn stopped(self) -> Ran {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), Signal::SIGTERM).unwrap();
        self.ended().await
    }

    /// The port of the metrics endpoint it has told of.
    pub(crate) async fn metrics_port(&mut self) -> u16 {
        until("the program to tell its address", async || {
            let said = self.stderr();
            assert!(self.is_alive(), "{} has ended:\n{said}", self.command);
            let tells = |mark| said.split_once(mark)?.1.split_once("127.0.0.1:").map(|(_, port)| port);
            let digits = |port: &str| port.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
            let port = ["metrics=", "serving /livez"].into_iter().find_map(tells).and_then(digits);
            port.ok_or(said)
        })
        .await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let args = command.get_args().map(|arg| arg.to_string_lossy().into_owned());
    std::iter::once(program).chain(args).collect::<Vec<_>>().join(" ")
}
