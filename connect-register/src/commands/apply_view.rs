//! How an apply ends: a row for each connector, and the exit code with all that kept it from being
//! what was declared.

use std::time::Duration;

use serde::Serialize;
use service::{Exit, Failure};

use super::format::{Format, names, print};
use super::options::show_duration;
use super::show::wide_table;
use crate::core::{ConnectorName, DesiredState, Fault, Mistake, Place, Verdict, health};
use crate::reconcile::{Cause, Effect, Ending, Goal, Member, Mode, Rejection, Stage, State};
use crate::sources::templates::invalid;

/// Shows what was done, and tells how it ended.
pub(super) fn finish(
    state: &State,
    ending: Ending,
    worker: &str,
    timeout: Duration,
    format: Format,
) -> anyhow::Result<Exit> {
    match ending {
        Ending::Invalid => Err(rejected(&state.members).into()),
        Ending::Refused(fault) => {
            if state.members.iter().any(Member::is_touched) {
                show(state, None, worker, format)?;
            }
            Err(broken_off(state, fault, "the connectors could not be applied").into())
        }
        Ending::Settled => {
            show(state, None, worker, format)?;
            outcome(state, None, timeout)
        }
        Ending::TimedOut(fault) => {
            show(state, None, worker, format)?;
            outcome(state, fault, timeout)
        }
        Ending::RolledBack(cause) => {
            show(state, Some(&cause), worker, format)?;
            Err(went_back(state, &cause, timeout).into())
        }
    }
}

/// Whether something is still to be done about a connector.
pub(super) fn is_unfinished(member: &Member) -> bool {
    matches!(member.stage, Stage::Unseen | Stage::ToCheck | Stage::ToWrite | Stage::Held)
}

/// What became of a connector, in a word.
fn word(state: &State, member: &Member, cause: Option<&Cause>) -> &'static str {
    if state.is_going_back() {
        return match member.stage {
            Stage::Left if refusal(cause, &member.name).is_some() => "rejected",
            Stage::Left => "untouched",
            Stage::Matches => "rolled back",
            _ => "not rolled back",
        };
    }
    match (&member.stage, member.effect, member.asked) {
        (Stage::Rejected(_), ..) => "rejected",
        (Stage::Unseen | Stage::ToCheck | Stage::ToWrite | Stage::Held, ..) => "unfinished",
        (Stage::Matches | Stage::Left, Some(effect), _) => effect.word(),
        (Stage::Matches | Stage::Left, None, Some(DesiredState::Running)) => "resumed",
        (Stage::Matches | Stage::Left, None, Some(asked)) => asked.word(),
        (Stage::Matches | Stage::Left, None, None) => "unchanged",
    }
}

fn refusal<'a>(cause: Option<&'a Cause>, name: &ConnectorName) -> Option<&'a Rejection> {
    let Some(Cause::Rejected(rejections)) = cause else { return None };
    rejections.iter().find(|(rejected, _)| rejected == name).map(|(_, rejection)| rejection)
}

fn of_rejection(rejection: &Rejection) -> String {
    match rejection {
        Rejection::Fault(fault) => fault.to_string(),
        Rejection::Mistakes(mistakes) => mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    }
}

/// Why a connector is not as declared.
fn reason(member: &Member, cause: Option<&Cause>) -> Option<String> {
    match &member.stage {
        Stage::Rejected(rejection) => Some(of_rejection(rejection)),
        Stage::Left => refusal(cause, &member.name).map(of_rejection),
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
    result: String,
    /// The state that it was asked to be in.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<DesiredState>,
    #[serde(flatten)]
    verdict: Option<&'a Verdict>,
    message: Option<String>,
}

fn show(state: &State, cause: Option<&Cause>, worker: &str, format: Format) -> anyhow::Result<()> {
    let is_wanted = goal(state) == Goal::Running && !state.is_going_back();
    let is_there = |member: &Member| is_wanted && member.effect != Some(Effect::Deleted);
    let members = state.members.iter();
    let connectors = members.map(|member| Row {
        name: &member.name,
        result: word(state, member, cause).replace(' ', "_"),
        asked: member.asked,
        verdict: is_there(member).then_some(&member.verdict),
        message: reason(member, cause),
    });
    let body = Body { worker, connectors: connectors.collect() };
    print(format, &body, names(state.members.iter().map(|member| &member.name)), |width| {
        let words = |member: &Member| if is_there(member) { member.verdict.words() } else { String::new() };
        let why = |member: &Member| reason(member, cause).unwrap_or_default();
        let row = |member: &Member| {
            [member.name.to_string(), word(state, member, cause).to_owned(), words(member), why(member)]
        };
        let header = ["CONNECTOR", "RESULT", if is_wanted { "STATE" } else { "" }, "MESSAGE"];
        wide_table(width, 3..4, header, state.members.iter().map(row))
    })
}

fn goal(state: &State) -> Goal {
    match state.policy.mode {
        Mode::Apply { goal, .. } => goal,
        Mode::Watch { .. } => Goal::Written,
    }
}

/// The failure of an apply of which nothing was sent.
fn rejected(members: &[Member]) -> Failure {
    let mut mistakes: Vec<Mistake> = Vec::new();
    for member in members {
        match &member.stage {
            Stage::Rejected(Rejection::Mistakes(found)) => mistakes.extend(found.iter().cloned()),
            Stage::Rejected(Rejection::Fault(fault)) => {
                let place = member.spec().map(|spec| spec.place.clone());
                let place = place.unwrap_or_else(|| Place::file(member.name.to_string()));
                mistakes.push(Mistake::new(place, fault.to_string()));
            }
            _ => {}
        }
    }
    mistakes.sort();
    invalid(&mistakes)
}

/// The failure of an apply that a fault of the worker as a whole ended; partial after a write.
fn broken_off(state: &State, fault: Fault, what: &str) -> Failure {
    if state.members.iter().all(|member| member.effect.is_none()) {
        return fault.into_failure(what);
    }
    let open: Vec<_> = state.members.iter().filter(|m| is_unfinished(m)).map(|m| &m.name).collect();
    Failure::all(Exit::Partial, &format!("{what}: {fault}; not written are"), &open)
        .hint("what was written stays, and apply goes on from there once the cause is mended")
}

fn outcome(state: &State, fault: Option<Fault>, timeout: Duration) -> anyhow::Result<Exit> {
    let line = |member: &Member| match reason(member, None) {
        Some(reason) => format!("{}: {reason}", member.name),
        None => member.name.to_string(),
    };
    let members = &state.members;
    let is_rejected = |member: &&Member| matches!(member.stage, Stage::Rejected(_));
    let rejected: Vec<_> = members.iter().filter(is_rejected).map(line).collect();
    let unfinished: Vec<_> = members.iter().filter(|member| is_unfinished(member)).map(line).collect();
    let is_any_done = members.iter().any(|member| member.stage == Stage::Matches);
    let part = |otherwise| if is_any_done { Exit::Partial } else { otherwise };
    if !rejected.is_empty() {
        let failure = Failure::all(part(Exit::Invalid), "the worker refused", &rejected);
        return Err(if unfinished.is_empty() {
            failure.into()
        } else {
            Failure::all(part(Exit::Invalid), &format!("{failure}\nand so these were not written"), &unfinished)
                .hint("--continue-on-error applies the others all the same; what was written stays")
                .into()
        });
    }
    if !unfinished.is_empty() {
        if let Some(fault) = fault {
            let what = format!("the worker could not be asked within {}", show_duration(timeout));
            return Err(broken_off(state, fault, &what).into());
        }
        let over = format!("the time is over ({}), and not written are", show_duration(timeout));
        return Err(Failure::all(part(Exit::Unreachable), &over, &unfinished)
            .hint("give it longer with --timeout; what was written stays, and apply goes on from there")
            .into());
    }
    let is_down = |member: &&Member| goal(state) == Goal::Running && !member.is_well();
    let down: Vec<_> = members.iter().filter(is_down).map(told).collect();
    if down.is_empty() {
        return Ok(Exit::Ok);
    }
    Err(Failure::all(Exit::Unhealthy, "applied, but not running", &down)
        .hint("`connect-register status --trace` shows the whole trace")
        .into())
}

/// What a connector is, and what it should be where that is not running.
fn told(member: &Member) -> String {
    let told = health::tell(&member.name, &member.verdict);
    match member.desired() {
        None | Some(DesiredState::Running) => told,
        Some(desired) => format!("{told}; it is declared {desired}"),
    }
}

/// Why it went back, in a line.
pub(super) fn why(cause: &Cause) -> String {
    let names = |names: &mut dyn Iterator<Item = String>| names.collect::<Vec<_>>().join("; ");
    match cause {
        Cause::Rejected(rejections) => {
            let told = &mut rejections.iter().map(|(name, why)| format!("{name} was refused: {}", of_rejection(why)));
            names(told)
        }
        Cause::Unwell(verdicts) => names(&mut verdicts.iter().map(|(name, verdict)| health::tell(name, verdict))),
        Cause::TimedOut(_, Some(fault)) => format!("the time is over: {fault}"),
        Cause::TimedOut(open, None) => {
            format!("the time is over, and not done are {}", names(&mut open.iter().map(ToString::to_string)))
        }
    }
}

/// The failure of an apply that was taken back; partial where not all of it could be.
fn went_back(state: &State, cause: &Cause, timeout: Duration) -> Failure {
    let left = |member: &&Member| !matches!(member.stage, Stage::Matches | Stage::Left);
    let line = |member: &Member| match reason(member, Some(cause)) {
        Some(reason) => format!("{}: {reason}", member.name),
        None => member.name.to_string(),
    };
    let left: Vec<_> = state.members.iter().filter(left).map(line).collect();
    let why = why(cause);
    if !left.is_empty() && state.is_going_back() {
        let what = format!("{why}; and going back did not do all within {}, left are", show_duration(timeout));
        return Failure::all(Exit::Partial, &what, &left)
            .hint("`connect-register plan` tells how they differ from what is declared");
    }
    let exit = match cause {
        Cause::Rejected(_) => Exit::Invalid,
        Cause::Unwell(_) => Exit::Unhealthy,
        Cause::TimedOut(..) => Exit::Unreachable,
    };
    Failure::new(exit, format!("{why}; all is as it was before")).hint("mend the cause, and apply again")
}
