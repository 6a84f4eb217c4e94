//! A stack of a program's own, for tests, the demo and the benches: it lives exactly as long as the
//! lease or the process that holds it, however that process ends.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use nix::sys::signal::Signal;
use serde::Deserialize;
use service::Secret;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::folder::Folder;
use crate::parts::postgres;
use crate::settings::StackName;
use crate::supervise::{Condition, Order, Process, State};

const LOOK: Duration = Duration::from_millis(20);
/// A gentle end with two class archives being written, on a busy machine.
const END: Duration = Duration::from_mins(5);

/// What the leased stack is to be.
#[derive(Clone, Debug)]
pub struct LeaseOptions {
    /// Its name; a random one by default.
    pub name: StackName,
    /// Whether its data is removed when it ends.
    pub ephemeral: bool,
    /// More arguments for `stack up`, such as `--parts postgres`.
    pub args: Vec<String>,
}

impl Default for LeaseOptions {
    /// One of each part with nothing to keep, on free ports, booting on little processor time.
    fn default() -> Self {
        // The timeout is for a machine that runs many tests at once.
        let args = ["--ports", "auto", "--quick", "--timeout", "600"].map(str::to_owned).to_vec();
        Self { name: StackName::random("lease"), ephemeral: true, args }
    }
}

impl LeaseOptions {
    /// With more arguments for `stack up`.
    #[must_use]
    pub fn with(mut self, args: &[&str]) -> Self {
        self.args.extend(args.iter().map(|arg| (*arg).to_owned()));
        self
    }
}

/// The line that the supervisor prints when it is ready.
#[derive(Debug, Deserialize)]
struct Announcement {
    environment: serde_json::Map<String, serde_json::Value>,
}

/// A running stack that ends with this value.
#[derive(Debug)]
pub struct Lease {
    supervisor: Child,
    /// The supervisor stops when this closes, which the kernel does however this process ends.
    lifeline: ChildStdin,
    folder: Folder,
    environment: Vec<(String, String)>,
    said: File,
}

impl Lease {
    /// Starts a stack and waits until all of it is ready.
    ///
    /// # Errors
    /// When the `stack` program cannot be found or the stack cannot be started; the error holds what
    /// the supervisor said.
    pub async fn start(options: &LeaseOptions) -> anyhow::Result<Self> {
        let program = program()?;
        let path = std::env::temp_dir().join(format!("stack-{}.log", options.name));
        let mut open = OpenOptions::new();
        let said = open.read(true).append(true).create_new(true).open(&path).context("making a file for its talk")?;
        // Without its name it goes with the last process that has it open.
        fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
        let mut command = Command::new(&program);
        command.args(["up", "--lifeline", "--name", options.name.as_str()]).args(&options.args);
        if options.ephemeral {
            command.arg("--ephemeral");
        }
        let mut supervisor = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(said.try_clone()?)
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let lifeline = supervisor.stdin.take().context("the supervisor has no standard input")?;
        let stdout = supervisor.stdout.take().context("the supervisor has no standard output")?;
        let line = BufReader::new(stdout).lines().next_line().await?;
        let Some(line) = line else {
            let status = supervisor.wait().await?;
            bail!("{} up ended with {status}:\n{}", program.display(), text_of(&said));
        };
        let announced: Announcement = serde_json::from_str(&line).context("reading what the supervisor announced")?;
        let text = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let environment = announced.environment.into_iter().map(|(name, value)| (name, text(value))).collect();
        let folder = Folder::of(&options.name)?;
        Ok(Self { supervisor, lifeline, folder, environment, said })
    }

    /// The environment variables with which the toolkit's programs find this stack.
    pub fn env(&self) -> &[(String, String)] {
        &self.environment
    }

    /// One of them; empty where the stack has no such part.
    pub fn get(&self, name: &str) -> &str {
        self.environment.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The brokers, as clients name them.
    pub fn bootstrap(&self) -> &str {
        self.get("KAFKA_BOOTSTRAP_SERVERS")
    }

    /// The workers' REST addresses, separated by commas.
    pub fn connect_url(&self) -> &str {
        self.get("KAFKA_CONNECT_URL")
    }

    /// How a client logs in to PostgreSQL.
    ///
    /// # Errors
    /// When the stack has no PostgreSQL.
    pub fn pg(&self) -> anyhow::Result<tokio_postgres::Config> {
        let port = self.get("PGPORT").parse().context("the stack has no PostgreSQL")?;
        Ok(postgres::client_config(port, &self.password()?))
    }

    /// PostgreSQL's password.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn password(&self) -> anyhow::Result<Secret> {
        let file = self.folder.password();
        let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        Ok(Secret::new(text.trim_end_matches('\n')))
    }

    /// Where the stack keeps its things.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// How the stack is, as its supervisor last saw it.
    ///
    /// # Errors
    /// When the supervisor is gone.
    pub fn state(&self) -> anyhow::Result<State> {
        State::read(&self.folder.state())?.context("the supervisor is gone")
    }

    /// The process of a part.
    ///
    /// # Errors
    /// When it has none.
    pub fn process(&self, part: &str) -> anyhow::Result<Process> {
        let state = self.state()?;
        let known = state.part(part).with_context(|| format!("the stack has no part {part}"))?;
        known.process.with_context(|| format!("{part} is {} and has no process", known.condition.word()))
    }

    /// Kills a part with SIGKILL, and waits until it is gone; the supervisor starts it again.
    ///
    /// # Errors
    /// When the part has no process, or does not go.
    pub async fn kill9(&self, part: &str) -> anyhow::Result<Process> {
        let process = self.process(part)?;
        process.signal(Signal::SIGKILL);
        let deadline = Instant::now() + Duration::from_secs(30);
        while process.is_alive() {
            anyhow::ensure!(Instant::now() < deadline, "{part} (pid {}) outlived SIGKILL", process.pid);
            sleep(LOOK).await;
        }
        Ok(process)
    }

    /// Freezes a part with SIGSTOP: it is alive and silent, as behind a cut network.
    ///
    /// # Errors
    /// When the part has no process.
    pub fn freeze(&self, part: &str) -> anyhow::Result<()> {
        self.process(part)?.signal(Signal::SIGSTOP);
        Ok(())
    }

    /// Lets a frozen part go on.
    ///
    /// # Errors
    /// When the part has no process.
    pub fn thaw(&self, part: &str) -> anyhow::Result<()> {
        self.process(part)?.signal(Signal::SIGCONT);
        Ok(())
    }

    /// Stops a part cleanly, and leaves it so until [`Lease::start_part`].
    ///
    /// # Errors
    /// When it does not stop within `patience`.
    pub async fn stop_part(&mut self, part: &str, patience: Duration) -> anyhow::Result<()> {
        self.order(&Order::Stop(part.to_owned())).await?;
        self.until(part, Condition::Stopped, patience).await
    }

    /// Starts a stopped part, and waits until it answers.
    ///
    /// # Errors
    /// When it does not answer within `patience`.
    pub async fn start_part(&mut self, part: &str, patience: Duration) -> anyhow::Result<()> {
        self.order(&Order::Start(part.to_owned())).await?;
        self.until(part, Condition::Ready, patience).await
    }

    /// Waits until a part is as asked.
    ///
    /// # Errors
    /// When it is not within `patience`.
    pub async fn until(&self, part: &str, condition: Condition, patience: Duration) -> anyhow::Result<()> {
        let deadline = Instant::now() + patience;
        loop {
            let state = self.state()?;
            let known = state.part(part).with_context(|| format!("the stack has no part {part}"))?;
            if known.condition == condition {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let (is, wanted, seconds) = (known.condition.word(), condition.word(), patience.as_secs());
                bail!("{part} is {is} and not {wanted} after {seconds} s: {}", known.cause.as_deref().unwrap_or("-"));
            }
            sleep(LOOK).await;
        }
    }

    /// Waits until a part answers from another process than `old`: it was started again.
    ///
    /// # Errors
    /// When it does not within `patience`.
    pub async fn until_restarted(&self, part: &str, old: Process, patience: Duration) -> anyhow::Result<()> {
        let deadline = Instant::now() + patience;
        loop {
            let state = self.state()?;
            let known = state.part(part).with_context(|| format!("the stack has no part {part}"))?;
            if known.condition == Condition::Ready && known.process.is_some_and(|process| process != old) {
                return Ok(());
            }
            anyhow::ensure!(
                Instant::now() < deadline,
                "{part} was not started again, it is {}",
                known.condition.word()
            );
            sleep(LOOK).await;
        }
    }

    /// Ends the stack and waits until nothing of it is left.
    ///
    /// # Errors
    /// When it does not end in time.
    pub async fn end(self) -> anyhow::Result<()> {
        let Self { mut supervisor, lifeline, said, .. } = self;
        drop(lifeline);
        let status = timeout(END, supervisor.wait()).await.context("the stack did not end in time")??;
        anyhow::ensure!(status.success(), "the stack ended with {status}:\n{}", text_of(&said));
        Ok(())
    }

    /// What the supervisor has said so far, for a failing test to show.
    pub fn said(&self) -> String {
        text_of(&self.said)
    }

    /// The supervisor's own process id.
    pub fn supervisor(&self) -> Option<Process> {
        self.supervisor.id().and_then(|pid| Process::of(i32::try_from(pid).ok()?))
    }

    async fn order(&mut self, order: &Order) -> anyhow::Result<()> {
        self.lifeline.write_all(order.line().as_bytes()).await.context("the supervisor is gone")
    }
}

/// All that is in a file that has no name any more.
fn text_of(file: &File) -> String {
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    match file.read_exact_at(&mut bytes, 0) {
        Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => format!("(what it said cannot be read: {error})"),
    }
}

/// The `stack` program: `STACK_PROGRAM`, this program itself, or the one beside this program or above
/// it, where Cargo puts the programs of a workspace whose tests it runs.
fn program() -> anyhow::Result<PathBuf> {
    if let Some(program) = std::env::var_os("STACK_PROGRAM") {
        return Ok(program.into());
    }
    let own = std::env::current_exe().context("finding this program")?;
    let folders = own.ancestors().skip(1).take(2);
    let beside = folders.map(|folder: &Path| folder.join("stack")).find(|program| program.is_file());
    beside.with_context(|| {
        format!("there is no `stack` program beside {}; build it first: cargo build -p stack", own.display())
    })
}
