//! Runs the toolkit's own programs as a user would: by name, with settings from the environment,
//! their talk kept in log files. It knows nothing of what they do.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::supervise::Process;
use anyhow::Context;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use service::{Exit, Failure};
use tokio::process::{Child, Command};

/// How long a program may take to end after SIGTERM before it is killed.
const DRAIN: Duration = Duration::from_secs(15);

/// Variables of the caller's shell that would make programs look elsewhere or behave otherwise.
const FOREIGN: [&str; 9] =
    ["PG", "POSTGRES_DB", "KAFKA_", "CONNECT_REGISTER", "CONNECTOR_", "RATE_", "METRICS_", "LOG", "LANDING_"];

/// The toolkit's programs, all of one build, with the environment they get.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
    env: Vec<(String, String)>,
    logs: PathBuf,
}

/// A program that runs in the background until it is stopped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Programs {
    /// The programs that lie beside the running one. Their logs go to `logs`.
    ///
    /// # Errors
    /// When one of `names` is not there: a build of a single crate leaves the others out.
    pub fn beside_me(names: &[&str], env: Vec<(String, String)>, logs: PathBuf) -> anyhow::Result<Self> {
        let folder = own_folder()?;
        let missing: Vec<_> = names.iter().filter(|name| !folder.join(name).is_file()).collect();
        if !missing.is_empty() {
            return Err(Failure::all(Exit::Machine, &format!("not built in {}", folder.display()), &missing)
                .hint("build all programs first: make build")
                .into());
        }
        std::fs::create_dir_all(&logs).with_context(|| format!("cannot make {}", logs.display()))?;
        Ok(Self { folder, env, logs })
    }

    /// The file of a program that lies beside the running one.
    ///
    /// # Errors
    /// When the running program cannot be located.
    pub fn path(name: &str) -> anyhow::Result<PathBuf> {
        Ok(own_folder()?.join(name))
    }

    /// Runs a program to its end and gives its stdout. What it says on stderr goes to its log.
    ///
    /// # Errors
    /// When it cannot be started, or ends with another exit code than those in `accepted`: the
    /// failure carries the last lines it said.
    pub async fn run(&self, name: &str, args: &[&str], accepted: &[u8]) -> anyhow::Result<String> {
        let log = self.log(name, args);
        let output = self
            .command(name, args, &log)?
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name} cannot be started"))?
            .wait_with_output()
            .await?;
        let code = output.status.code().and_then(|code| u8::try_from(code).ok());
        if !code.is_some_and(|code| accepted.contains(&code)) {
            return Err(ended(name, &output.status.to_string(), &log).into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts a program that goes on until it is stopped, or ends by itself.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, name: &str, args: &[&str]) -> anyhow::Result<Running> {
        let log = self.log(name, args);
        let stdout = std::fs::File::create(log.with_extension("out"))?;
        let child = self
            .command(name, args, &log)?
            .stdout(stdout)
            .spawn()
            .with_context(|| format!("{name} cannot be started"))?;
        Ok(Running { child, name: name.to_owned(), log })
    }

    fn command(&self, name: &str, args: &[&str], log: &Path) -> anyhow::Result<Command> {
        let stderr = std::fs::File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        // The kernel ends it should this process be killed.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig=TERM", "--"]).arg(self.folder.join(name)).args(args);
        for (variable, _) in std::env::vars_os() {
            if variable.to_str().is_some_and(|name| FOREIGN.iter().any(|prefix| name.starts_with(prefix))) {
                command.env_remove(variable);
            }
        }
        command.envs(self.env.iter().cloned()).stdin(Stdio::null()).stderr(stderr).kill_on_drop(true);
        Ok(command)
    }

    fn log(&self, name: &str, args: &[&str]) -> PathBuf {
        let verb = args.iter().find(|arg| !arg.starts_with('-')).copied().unwrap_or("run");
        self.logs.join(format!("{name}-{verb}.log"))
    }
}

impl Running {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its process, while it runs.
    pub fn process(&self) -> Option<Process> {
        Process::of(i32::try_from(self.child.id()?).ok()?)
    }

    /// The file that holds what it says on stderr.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// What the program has printed on stdout so far.
    pub fn stdout(&self) -> String {
        std::fs::read_to_string(self.log.with_extension("out")).unwrap_or_default()
    }

    /// Whether it has ended, and well.
    ///
    /// # Errors
    /// When it ended with an exit code other than 0.
    pub fn ended(&mut self) -> anyhow::Result<bool> {
        match self.child.try_wait()? {
            None => Ok(false),
            Some(status) if status.success() => Ok(true),
            Some(status) => Err(ended(&self.name, &status.to_string(), &self.log).into()),
        }
    }

    /// Asks the program to stop (SIGTERM) and waits; kills it when it does not.
    pub async fn stop(mut self) {
        if let Some(pid) = self.child.id().and_then(|pid| i32::try_from(pid).ok()) {
            // It may have ended by itself in between.
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        if tokio::time::timeout(DRAIN, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}

/// The folder of the running program, or where Cargo puts the programs of a workspace whose tests it
/// runs.
fn own_folder() -> anyhow::Result<PathBuf> {
    let me = std::env::current_exe().context("the running program cannot be located")?;
    let mut folder = me.parent().unwrap_or(Path::new(".")).to_owned();
    if folder.ends_with("deps") {
        folder.pop();
    }
    Ok(folder)
}

fn ended(name: &str, status: &str, log: &Path) -> Failure {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(8)..].join("\n  ");
    Failure::new(Exit::Failed, format!("{name} ended with {status}; it said last:\n  {last}"))
        .hint(format!("its whole log is {}", log.display()))
}
