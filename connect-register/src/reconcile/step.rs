//! The step: state and event in, state and requests out. No clock, no network, no randomness: equal
//! inputs give equal outputs, so that a million runs with faults can be simulated.
//!
//! Reconciling goes in rounds, and each looks first: all connectors are read in one request; what
//! seems absent is checked by itself (a connector without a status is not in that answer); what
//! differs is shown to the worker's plug-in and then written; what has failed is restarted. A fault
//! never repeats a request blindly: the next round looks again.

use super::breaker::Tally;
use super::healing::Seen;
use super::member::{Member, Rejection, Stage, Target};
use super::policy::{Conduct, Mode, OnError, RestartPolicy};
use super::request::{Answer, Call, Event, Note, Request, Time};
use super::state::{Ending, Phase, State, Version};
use super::trouble::Trouble;
use super::{declared, pruning, round, writing};
use crate::core::{
    Backoff, Class, ConnectorName, DesiredState, Difference, Fault, KafkaVersion, Mistake, Observation, Observed,
    ObservedConfig, Place, Remedy, Spec, Verdict, Write, prune,
};

/// Faults in a row after which a phase of a round goes no further: the cluster is busy.
const ENOUGH_FAILURES: u32 = 3;

/// Takes one step. After the ending nothing is asked for any more; what was under way is taken note of.
pub fn step(mut state: State, now: Time, event: Event) -> (State, Vec<Request>) {
    let mut requests = Vec::new();
    let (call, answer) = match event {
        Event::Begin | Event::Woken if state.ending.is_some() => return (state, requests),
        Event::Begin | Event::Woken => return round::begin(state, now, requests),
        Event::Declared(specs) => return declared::declare(state, now, specs),
        Event::Progressed(behind) => {
            for member in &mut state.members {
                member.healing.progressed(behind.get(&member.name).copied());
            }
            return (state, requests);
        }
        Event::Answered(call, answer) => (call, answer),
    };
    state.under_way = state.under_way.saturating_sub(1);
    match answer {
        Ok(answer) => {
            state.failures = 0;
            answered(&mut state, now, &call, answer, &mut requests);
        }
        Err(fault) if matches!(call, Call::Observe) => return round::unobserved(state, now, fault, requests),
        Err(fault) => failed(&mut state, now, &call, fault, &mut requests),
    }
    round::next(state, now, requests)
}

fn answered(state: &mut State, now: Time, call: &Call, answer: Answer, requests: &mut Vec<Request>) {
    match (call, answer) {
        (Call::Observe, Answer::Observed(observation)) => {
            requests.push(Request::Tell(Note::Observed(observation.clone())));
            pruning::adopt(state, &observation);
            observed(state, now, &observation, requests);
        }
        (Call::Worker, Answer::Worker(info)) => {
            state.worker = KafkaVersion::parse(&info.version).map_or(Version::Untold, Version::Known);
        }
        (Call::ReadConfig(name), Answer::Config(config)) => checked(state, now, name, config, requests),
        (Call::Inspect(spec), Answer::Inspected(mistakes)) => inspected(state, now, spec, mistakes, requests),
        (Call::Write(..), Answer::Written(effect)) => writing::done(state, now, call, Some(effect), requests),
        (Call::Write(..), Answer::StateAsked) => writing::done(state, now, call, None, requests),
        (Call::Restart(name, _), Answer::Restarted) => {
            if let (Some(member), Call::Restart(_, of)) = (state.member(name), call) {
                let count = member.healing.restarted(now, *of);
                member.restart = None;
                requests.push(Request::Tell(Note::Restarted(name.clone(), *of, count)));
            }
        }
        // An answer of another kind than its call asks for cannot be made by a driver that compiles
        // its calls from `Call`; it is not worth a panic.
        _ => {}
    }
}

fn observed(state: &mut State, now: Time, observation: &Observation, requests: &mut Vec<Request>) {
    (state.unobserved, state.unobserved_fault, state.observed_at) = (0, None, state.began);
    let (asked, is_late, is_apply) = (state.began, state.is_late(now), state.is_apply());
    let (backoff, on_error) = (state.policy.backoff.clone(), state.on_error());
    let look = Look { now, asked, backoff: &backoff, on_error };
    if !is_apply {
        judge(state, now, observation, requests);
    }
    for member in &mut state.members {
        let observed = observation.get(&member.name);
        member.look_at = None;
        member.verdict = Verdict::of(observed.and_then(|observed| observed.status.as_ref()));
        if is_apply && matches!(member.stage, Stage::Rejected(_) | Stage::Left) {
            continue;
        }
        // A connector without a status is not in the list: it is asked for by its name.
        if observed.is_none() && member.may_be_there() {
            member.stage = Stage::ToCheck;
        } else {
            compare(member, look, observed, requests);
            if observed.is_none() && member.stage == Stage::ToWrite {
                member.stage = Stage::ToCheck;
            }
        }
        if is_late && !matches!(member.stage, Stage::Matches | Stage::Rejected(_)) {
            member.stage = Stage::Held;
        }
        if member.stage == Stage::ToWrite {
            found_to_differ(member, observed, on_error, requests);
        }
    }
    let to_check = state.members.iter().filter(|member| member.stage == Stage::ToCheck);
    state.queue = to_check.map(|member| Call::ReadConfig(member.name.clone())).collect();
    state.phase = Phase::Checking;
}

/// Which connectors do their work, and what is to be done about those that do not.
fn judge(state: &mut State, now: Time, observation: &Observation, requests: &mut Vec<Request>) {
    let (asked, healing) = (state.began, state.policy.healing);
    let restarts = state.policy.conduct == Conduct::Mend
        && matches!(state.policy.mode, Mode::Watch { restarts: RestartPolicy::Failed, .. });
    let mut tally = Tally::default();
    for member in &mut state.members {
        let observed = observation.get(&member.name);
        let verdict = Verdict::of(observed.and_then(|observed| observed.status.as_ref()));
        tally.add(member, &verdict);
        let before = member.healing.trouble().map(Trouble::word);
        let is_to_run = member.is_to_run();
        member.healing.look(Seen { now, asked, observed, verdict: &verdict, is_to_run }, &healing);
        member.restart = member.healing.due().filter(|(at, _)| restarts && now >= *at).map(|(_, of)| of);
        let note = match (before, member.healing.trouble()) {
            (before, Some(trouble)) if before != Some(trouble.word()) => {
                Note::Troubled(member.name.clone(), trouble.clone())
            }
            (Some(_), None) => Note::Untroubled(member.name.clone()),
            _ => continue,
        };
        requests.push(Request::Tell(note));
    }
    let before = state.breaker;
    state.breaker = before.after(tally);
    if restarts && before.is_open() != state.breaker.is_open() {
        requests.push(Request::Tell(Note::Breaker(state.breaker)));
    }
}

/// A connector that seemed absent was asked for by its name.
fn checked(
    state: &mut State,
    now: Time,
    name: &ConnectorName,
    config: Option<ObservedConfig>,
    requests: &mut Vec<Request>,
) {
    let (backoff, asked, on_error) = (state.policy.backoff.clone(), state.began, state.on_error());
    let Some(member) = state.member(name) else { return };
    let observed = config.map(Observed::of_config);
    compare(member, Look { now, asked, backoff: &backoff, on_error }, observed.as_ref(), requests);
    if member.stage == Stage::ToWrite {
        found_to_differ(member, observed.as_ref(), on_error, requests);
    }
}

/// When it is looked, and what follows from it.
#[derive(Clone, Copy)]
struct Look<'a> {
    now: Time,
    /// When the view was asked for.
    asked: Time,
    backoff: &'a Backoff,
    on_error: OnError,
}

/// Compares a connector with what it is to become.
fn compare(member: &mut Member, look: Look<'_>, observed: Option<&Observed>, requests: &mut Vec<Request>) {
    let Look { now, asked, backoff, on_error } = look;
    let difference = match &member.target {
        Target::Present(spec) => {
            let difference = Difference::of(spec, observed);
            let is_untold = spec.state.is_some() && observed.is_some_and(|observed| observed.status.is_none());
            // What may have to be taken back has to be known before, its state too.
            if is_untold && (difference.is_nothing() || on_error == OnError::RollBack) {
                return member.untold(now, asked, backoff);
            }
            Some(difference).filter(|difference| !difference.is_nothing())
        }
        Target::Absent { set } => match observed {
            Some(observed) if prune::owner(&observed.config).as_ref() != Some(set) => {
                return foreign(member, now, requests);
            }
            Some(_) => Some(Difference::delete()),
            None => None,
        },
    };
    let Some(difference) = difference else {
        if member.matches(asked) {
            requests.push(Request::Tell(Note::Landed(member.name.clone())));
        }
        return;
    };
    (member.difference, member.seen) = (Some(difference), observed.map(|observed| observed.config.clone()));
    member.differs(now, asked, backoff);
}

fn found_to_differ(member: &mut Member, observed: Option<&Observed>, on_error: OnError, requests: &mut Vec<Request>) {
    writing::remember(member, observed, on_error);
    if let Some(difference) = &member.difference {
        requests.push(Request::Tell(Note::Differs(member.name.clone(), Box::new(difference.clone()))));
    }
}

/// It was to go, and carries another name now: it is not ours to delete.
fn foreign(member: &mut Member, now: Time, requests: &mut Vec<Request>) {
    let mistake = Mistake::new(Place::file(member.name.to_string()), "it does not carry the name of this set any more");
    let rejection = Rejection::Mistakes(vec![mistake.hint("somebody else has taken it over; it is not deleted")]);
    member.rejected(now, rejection.clone());
    requests.push(Request::Tell(Note::Rejected(member.name.clone(), rejection)));
}

fn inspected(state: &mut State, now: Time, spec: &Spec, mistakes: Vec<Mistake>, requests: &mut Vec<Request>) {
    let Some(member) = state.member(&spec.name) else { return };
    if mistakes.is_empty() {
        member.is_inspected = true;
        return;
    }
    let rejection = Rejection::Mistakes(mistakes);
    member.rejected(now, rejection.clone());
    requests.push(Request::Tell(Note::Rejected(spec.name.clone(), rejection)));
}

fn failed(state: &mut State, now: Time, call: &Call, fault: Fault, requests: &mut Vec<Request>) {
    if fault.class == Class::Denied && state.is_apply() {
        state.ending.get_or_insert(Ending::Refused(fault));
        return;
    }
    let (backoff, remedy) = (state.policy.backoff.clone(), fault.class.remedy());
    if matches!(call, Call::Worker) && remedy == Remedy::GiveUp {
        // It does not tell: then it is taken for an old one.
        state.worker = Version::Untold;
        return;
    }
    let is_version_known = state.worker.known().is_some();
    let first = state.members.iter().find(|member| member.stage == Stage::ToWrite).map(|member| member.name.clone());
    let Some(name) = call.connector().cloned().or(first) else { return };
    let Some(member) = state.member(&name) else { return };
    let note = match (call, remedy) {
        (Call::Restart(_, of), Remedy::Look) => {
            // It may have happened, and counts.
            member.restart = None;
            member.healing.doubted(now, *of);
            Note::Failed(name, fault)
        }
        (Call::Restart(..), _) => {
            member.not_restarted(now, &backoff);
            Note::Failed(name, fault)
        }
        // The plug-in threw, or does not want to be asked like that: the write itself will tell.
        (Call::Inspect(_), Remedy::GiveUp) if fault.class != Class::UnknownPlugin => {
            member.is_inspected = true;
            Note::Unchecked(name, fault)
        }
        (Call::Write(_, write), Remedy::GiveUp) if has_vanished(write, &fault, is_version_known) => {
            member.failed(now, fault.clone(), &backoff);
            Note::Failed(name, fault)
        }
        (_, Remedy::GiveUp) => {
            let rejection = Rejection::Fault(fault);
            member.rejected(now, rejection.clone());
            Note::Rejected(name, rejection)
        }
        (Call::Write(_, write), Remedy::Look) => {
            member.doubted(now, fault.clone(), &backoff, write);
            Note::Failed(name, fault)
        }
        _ => {
            member.failed(now, fault.clone(), &backoff);
            Note::Failed(name, fault)
        }
    };
    let is_rejected = matches!(note, Note::Rejected(..));
    requests.push(Request::Tell(note));
    if is_rejected && matches!(call, Call::Write(..)) && state.is_apply() && state.on_error() != OnError::Continue {
        round::hold_the_rest(state, now);
    }
    if remedy != Remedy::GiveUp {
        state.failures += 1;
        if matches!(call, Call::Worker) {
            round::hold_the_rest(state, now);
        } else if state.failures >= ENOUGH_FAILURES {
            round::end_the_phase(state, now);
        }
    }
}

/// Whether what was to be changed is gone, so that the next look decides. A worker that may be too old
/// for a request answers 404 as well; pausing and resuming is as old as the rest.
fn has_vanished(write: &Write, fault: &Fault, is_version_known: bool) -> bool {
    let is_of_something = match write {
        Write::State(DesiredState::Running | DesiredState::Paused) => true,
        Write::State(DesiredState::Stopped) | Write::Patch(_) => is_version_known,
        Write::Put(_) | Write::Create(..) | Write::Delete => false,
    };
    is_of_something && fault.class == Class::Missing
}

#[cfg(test)]
#[path = "step_tests.rs"]
mod tests;
