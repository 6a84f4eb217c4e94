//! One run of a stack from its start to its end, in the foreground: checks, preparation, parts,
//! wait, stop. The steps themselves are told elsewhere.

use std::fs;
use std::sync::Arc;

use anyhow::Context;
use serde_json::json;
use service::{Env, Exit, Failure, Shutdown};
use tokio::signal::unix::{SignalKind, signal};

use super::board::{Board, say};
use super::lifeline::Lifeline;
use super::state::{Condition, PartState, State, now};
use super::{Lock, Process, Supervisor, sweep};
use crate::doctor;
use crate::environment;
use crate::folder::Folder;
use crate::kit::{Cache, Kit};
use crate::parts::password::Password;
use crate::parts::{self, Account, Part, Plan, origin};
use crate::ports::{Named, PortChoice, Ports};
use crate::settings::{Keep, Settings};

/// Who ends a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// A signal: Ctrl-C, SIGTERM, or the end of the terminal.
    Signal,
    /// A signal, which `stack down` sends: it runs in the background.
    Down,
    /// A signal, or the end of standard input; the stack is announced on standard output.
    Lifeline,
    /// Nobody: it ends once every part has answered.
    Ready,
}

/// What a run is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) settings: Settings,
    pub(crate) choice: PortChoice,
    pub(crate) named: Named,
    pub(crate) until: Until,
}

/// Runs a stack to its end.
///
/// # Errors
/// When it is running already, the machine lacks something, or a part cannot be started.
pub(crate) async fn run(request: &Request) -> anyhow::Result<Exit> {
    let shutdown = Shutdown::on_signals()?;
    stop_with_the_terminal(&shutdown)?;
    let folder = Folder::of(&request.settings.name)?;
    let is_new = !folder.path().exists();
    fs::create_dir_all(folder.path()).with_context(|| format!("making {}", folder.path().display()))?;
    let Some(mut lock) = Lock::take_soon(&folder).await? else {
        return Err(already_running(&request.settings, &folder).into());
    };

    lock.sign(Process::current().context("reading /proc/self/stat")?)?;
    let result = run_locked(request, &folder, &shutdown).await;
    if request.settings.keep == Keep::Nothing || (is_new && !folder.state().exists() && !folder.origin().exists()) {
        folder.remove()?;
    }
    drop(lock);
    result
}

/// The failure of a second start.
pub(crate) fn already_running(settings: &Settings, folder: &Folder) -> Failure {
    let name = &settings.name;
    let pid = Lock::holder(folder).map_or_else(String::new, |holder| format!(" (pid {})", holder.pid));
    Failure::new(Exit::Machine, format!("the stack {name} is already running{pid}")).hint(
        "see it with `stack status`, end it with `stack down`, or run another beside it with --name and --ports auto",
    )
}

async fn run_locked(request: &Request, folder: &Folder, shutdown: &Shutdown) -> anyhow::Result<Exit> {
    let left = sweep::sweep(folder).await;
    if left > 0 {
        say(&format!("ended {left} processes that an earlier run had left behind"));
    }
    sweep::sweep_orphans().await?;

    let plan = tokio::select! {
        plan = prepare(request, folder) => Arc::new(plan?),
        () = shutdown.asked() => return Ok(shutdown.exit()),
    };
    let parts = parts::of(&plan)?;
    let board = Board::new(first_state(&plan, &parts)?, folder.state())?;
    let supervisor = Supervisor::start(&plan, parts, board);
    let result = watch_over(&supervisor, request, folder, shutdown).await;
    supervisor.stop().await;
    fs::remove_file(folder.state()).with_context(|| format!("removing {}", folder.state().display()))?;
    result
}

/// From the start of the parts to the wish that they end.
async fn watch_over(
    supervisor: &Supervisor,
    request: &Request,
    folder: &Folder,
    shutdown: &Shutdown,
) -> anyhow::Result<Exit> {
    let mut lifeline = Lifeline::new(request.until == Until::Lifeline);
    tokio::select! {
        ready = supervisor.ready() => ready?,
        () = shutdown.asked() => return Ok(shutdown.exit()),
        None = lifeline.next() => return Ok(Exit::Interrupted),
    }
    let state = supervisor.board.state();
    match request.until {
        Until::Ready => return Ok(Exit::Ok),
        Until::Lifeline => announce(&state, folder)?,
        Until::Signal => say(&summary(&state)),
        Until::Down => {}
    }
    loop {
        tokio::select! {
            () = shutdown.asked() => return Ok(Exit::Ok),
            order = lifeline.next() => match order {
                Some(order) => supervisor.obey(&order),
                None => return Ok(Exit::Ok),
            },
        }
    }
}

/// Everything up to the first process of a part.
async fn prepare(request: &Request, folder: &Folder) -> anyhow::Result<Plan> {
    let settings = request.settings.clone();
    let ports = Ports::choose(&settings, request.choice, request.named)?;
    let cache = Cache::locate()?;
    examine(&cache, &settings, &ports, folder).await?;
    let kit = Kit::prepare(&cache, settings.kafka, settings.sink).await?;

    let account = Account::choose()?;
    folder.make(&account)?;
    for path in [&kit.kafka_jars, &kit.plugins, &kit.postgres, &kit.java] {
        account
            .can_reach(&path.join("."), "move it where that user may read it, or run the stack as an ordinary user")?;
    }
    origin::check(&settings, &folder.origin())?;
    let mut env = Env::from_process();
    let password = Password::load(&mut env, &folder.password())?;
    env.finish()?;
    Ok(Plan { settings, ports, kit, folder: folder.clone(), account, password })
}

async fn examine(cache: &Cache, settings: &Settings, ports: &Ports, folder: &Folder) -> anyhow::Result<()> {
    let asked = doctor::Settings {
        kafka: settings.kafka,
        sink: settings.sink,
        data: folder.path().to_owned(),
        ports: ports.all(),
        brokers: settings.count(parts::Kind::Kafka),
        workers: settings.count(parts::Kind::Connect),
        depth: doctor::Depth::Quick,
    };
    let report = doctor::examine(cache, &asked).await;
    if let Some(failure) = report.failure() {
        return Err(failure.into());
    }
    for check in report.checks.iter().filter(|check| check.verdict == doctor::Verdict::Warn) {
        let hint = check.hint.as_ref().map_or_else(String::new, |hint| format!("; {hint}"));
        say(&format!("note: {}: {}{hint}", check.name, check.message));
    }
    Ok(())
}

fn first_state(plan: &Plan, parts: &[Arc<dyn Part>]) -> anyhow::Result<State> {
    let part = |part: &Arc<dyn Part>| PartState {
        id: part.id().clone(),
        kind: part.kind(),
        condition: Condition::Waiting,
        since: now(),
        process: None,
        port: part.port(),
        ready_after: None,
        restarts: 0,
        cause: None,
    };
    Ok(State {
        schema_version: 1,
        name: plan.settings.name.to_string(),
        supervisor: Process::current().context("reading /proc/self/stat")?,
        ephemeral: plan.settings.keep == Keep::Nothing,
        kafka: plan.settings.kafka.full().to_owned(),
        sink: plan.kit.sink.to_string(),
        templates: environment::templates(&plan.kit.sink).to_owned(),
        ports: plan.ports.clone(),
        parts: parts.iter().map(part).collect(),
    })
}

fn summary(state: &State) -> String {
    let name = if state.name == "default" { String::new() } else { format!(" --name {}", state.name) };
    format!(
        "all ready: Kafka {}, {}. Use it from another terminal: eval \"$(stack env{name})\"; stop it with Ctrl-C",
        state.kafka, state.sink
    )
}

/// One line of JSON for the program that leased the stack.
fn announce(state: &State, folder: &Folder) -> anyhow::Result<()> {
    let environment: serde_json::Map<_, _> =
        environment::of(state, folder).into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let line = json!({ "schema_version": 1, "name": state.name, "folder": folder.path(), "environment": environment });
    Ok(service::output::print(&format!("{line}\n"))?)
}

/// A closed terminal ends the run as Ctrl-C does.
fn stop_with_the_terminal(shutdown: &Shutdown) -> anyhow::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    let shutdown = shutdown.clone();
    tokio::spawn(async move {
        hangup.recv().await;
        shutdown.stop();
    });
    Ok(())
}
