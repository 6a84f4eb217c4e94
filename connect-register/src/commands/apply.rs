//! `apply`: makes the connectors as declared, writing only what differs.

use std::time::Duration;

use serde::Serialize;
use service::{Exit, Failure, Format, Shutdown};
use tokio::time::Instant;

use super::options::{ConnectArgs, LintArgs, TemplateArgs, backoff, duration, show_duration};
use super::progress::Progress;
use super::show::{Document, table};
use super::{check, plan};
use crate::core::{ConnectorName, Fault, Mistake, Verdict};
use crate::reconcile::{Ending, Goal, Member, Mode, Note, Policy, Rejection, Stage, State, drive};
use crate::sources::environment::names;
use crate::sources::templates::invalid;

/// Make the connectors as declared, writing only what differs
///
/// All connectors are read in one request; one that is as declared is not written. What fails because
/// the cluster is busy is tried again until --timeout; a write whose outcome is unknown is looked at
/// before it is sent again. Before anything is sent, the worker is asked what it has against it.
///
/// Example: connect-register apply -f connectors/ --wait
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    templates: TemplateArgs,
    #[command(flatten)]
    lint: LintArgs,
    /// How long it may take
    #[arg(long, env = names::TIMEOUT, hide_env_values = true, value_name = "DURATION", default_value = "60s", value_parser = duration)]
    timeout: Duration,
    /// Wait until every connector runs with all its tasks (at least one); else exit code 7 and the cause
    #[arg(long)]
    wait: bool,
    /// Show the plan, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// The format of the result
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let loaded = args.templates.load()?;
    let client = connect.client(loaded.environment.redactor.clone())?;
    let (unknown_keys, deadline) = (args.lint.policy(), Instant::now() + args.timeout);
    if args.dry_run {
        let plan = plan::make(&loaded, &client, unknown_keys, deadline).await?;
        plan::show(&plan, client.address(), args.output)?;
        return Ok(Exit::Ok);
    }
    if !loaded.mistakes.is_empty() {
        return Err(check::failure(&loaded, &client, unknown_keys, deadline).await.into());
    }
    let goal = if args.wait { Goal::Running } else { Goal::Written };
    let policy = Policy { mode: Mode::Apply { timeout: args.timeout, goal }, backoff: backoff() };
    let (mut progress, shutdown) = (Progress::new(), Shutdown::on_signals()?);
    let state = State::new(policy, loaded.specs()?);
    let state = drive(&client, state, unknown_keys, &shutdown, |note, state| tell(&mut progress, note, state)).await;
    progress.finish();
    let Some(ending) = state.ending.clone() else {
        progress.line("stopped before it was done; `connect-register plan` tells what is left");
        return Ok(shutdown.exit());
    };
    match ending {
        Ending::Invalid => Err(rejected(&state.members).into()),
        Ending::Refused(fault) => {
            let members = &state.members;
            if members.iter().any(|member| member.effect.is_some()) {
                show(members, client.address(), goal, args.output)?;
            }
            Err(broken_off(members, fault, "the connectors could not be applied").into())
        }
        Ending::Settled | Ending::TimedOut(_) => {
            show(&state.members, client.address(), goal, args.output)?;
            outcome(&state.members, ending, goal, args.timeout)
        }
    }
}

fn tell(progress: &mut Progress, note: &Note, state: &State) {
    match note {
        Note::Unobserved(fault, _) => progress.waiting(&format!("waiting for the worker: {fault}")),
        Note::Failed(name, fault) => progress.line(&format!("{name}: trying again: {fault}")),
        Note::Landed(name) => progress.line(&format!("{name}: the write has had its effect after all")),
        Note::Unchecked(name, fault) => progress.line(&format!("{name}: the worker could not check it: {fault}")),
        Note::RoundOver { .. } => {
            let unfinished = state.members.iter().filter(|member| word(member) == "unfinished").count();
            if unfinished > 0 {
                progress.waiting(&format!("{unfinished} connectors are still to be written"));
            } else if let Some(member) = state.members.iter().find(|member| member.verdict != Verdict::Running) {
                progress.waiting(&crate::core::health::tell(&member.spec.name, &member.verdict));
            }
        }
        Note::Observed(_) | Note::Differs(..) | Note::Wrote(..) | Note::Rejected(..) | Note::Restarted(..) => {}
    }
}

/// What became of a connector, in a word.
fn word(member: &Member) -> &'static str {
    match (&member.stage, member.effect) {
        (Stage::Rejected(_), _) => "rejected",
        (Stage::Matches, Some(effect)) => effect.word(),
        (Stage::Matches, None) => "unchanged",
        (Stage::Unseen | Stage::ToCheck | Stage::ToWrite | Stage::Held, _) => "unfinished",
    }
}

/// Why a connector is not as declared.
fn reason(member: &Member) -> Option<String> {
    match &member.stage {
        Stage::Rejected(Rejection::Fault(fault)) => Some(fault.to_string()),
        Stage::Rejected(Rejection::Mistakes(mistakes)) => {
            Some(mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        }
        _ => member.fault.as_ref().map(ToString::to_string),
    }
}

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    connectors: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a ConnectorName,
    result: &'static str,
    #[serde(flatten)]
    verdict: Option<&'a Verdict>,
    message: Option<String>,
}

fn show(members: &[Member], worker: &str, goal: Goal, format: Format) -> anyhow::Result<()> {
    let is_wanted = goal == Goal::Running;
    match format {
        Format::Json => {
            let row = |member: &'_ Member| -> (&'static str, Option<String>) { (word(member), reason(member)) };
            let connectors = members
                .iter()
                .map(|member| {
                    let (result, message) = row(member);
                    Row { name: &member.spec.name, result, verdict: is_wanted.then_some(&member.verdict), message }
                })
                .collect();
            service::output::print_json(&Document::new(Body { worker, connectors }))
        }
        Format::Table => {
            let state = |member: &Member| if is_wanted { member.verdict.words() } else { String::new() };
            let row = |member: &Member| [member.spec.name.to_string(), word(member).to_owned(), state(member)];
            let header = ["CONNECTOR", "RESULT", if is_wanted { "STATE" } else { "" }];
            Ok(service::output::print(&table(header, members.iter().map(row)))?)
        }
    }
}

/// The failure of an apply of which nothing was sent.
fn rejected(members: &[Member]) -> Failure {
    let mut mistakes: Vec<Mistake> = Vec::new();
    for member in members {
        match &member.stage {
            Stage::Rejected(Rejection::Mistakes(found)) => mistakes.extend(found.iter().cloned()),
            Stage::Rejected(Rejection::Fault(fault)) => {
                mistakes.push(Mistake::new(member.spec.place.clone(), fault.to_string()));
            }
            _ => {}
        }
    }
    mistakes.sort();
    invalid(&mistakes)
}

/// The failure of an apply that a fault of the worker as a whole ended; partial after a write.
fn broken_off(members: &[Member], fault: Fault, what: &str) -> Failure {
    if members.iter().all(|member| member.effect.is_none()) {
        return fault.into_failure(what);
    }
    let is_open = |member: &&Member| word(member) == "unfinished";
    let open: Vec<_> = members.iter().filter(is_open).map(|member| &member.spec.name).collect();
    Failure::all(Exit::Partial, &format!("{what}: {fault}; not written are"), &open)
        .hint("what was written stays, and apply goes on from there once the cause is mended")
}

fn outcome(members: &[Member], ending: Ending, goal: Goal, timeout: Duration) -> anyhow::Result<Exit> {
    let lines = |word_wanted: &str| -> Vec<String> {
        let line = |member: &Member| match reason(member) {
            Some(reason) => format!("{}: {reason}", member.spec.name),
            None => member.spec.name.to_string(),
        };
        members.iter().filter(|member| word(member) == word_wanted).map(line).collect()
    };
    let (rejected, unfinished) = (lines("rejected"), lines("unfinished"));
    let is_any_done = members.iter().any(|member| member.stage == Stage::Matches);
    if !rejected.is_empty() {
        let exit = if is_any_done { Exit::Partial } else { Exit::Invalid };
        return Err(Failure::all(exit, "the worker refused", &rejected).into());
    }
    if !unfinished.is_empty() {
        if let Ending::TimedOut(Some(fault)) = ending {
            let what = format!("the worker could not be asked within {}", show_duration(timeout));
            return Err(broken_off(members, fault, &what).into());
        }
        let over = format!("the time is over ({}), and not written are", show_duration(timeout));
        let exit = if is_any_done { Exit::Partial } else { Exit::Unreachable };
        return Err(Failure::all(exit, &over, &unfinished)
            .hint("give it longer with --timeout; what was written stays, and apply goes on from there")
            .into());
    }
    let is_down = |member: &&Member| goal == Goal::Running && member.verdict != Verdict::Running;
    let down: Vec<_> =
        members.iter().filter(is_down).map(|m| crate::core::health::tell(&m.spec.name, &m.verdict)).collect();
    if down.is_empty() {
        return Ok(Exit::Ok);
    }
    Err(Failure::all(Exit::Unhealthy, "applied, but not running", &down)
        .hint("`connect-register status --trace` shows the whole trace")
        .into())
}
