//! The step: state and event in, state and requests out. No clock, no network, no randomness: equal
//! inputs give equal outputs, so that a million runs with faults can be simulated.
//!
//! Reconciling goes in rounds, and each looks first: all connectors are read in one request; what
//! seems absent is checked by itself (a connector without a status is not in that answer); what
//! differs is shown to the worker's plug-in and then written; what has failed is restarted. A fault
//! never repeats a request blindly: the next round looks again.

use super::access::{Effect, Observation};
use super::member::{Rejection, Stage};
use super::request::{Answer, Call, Event, Note, Request, Time};
use super::round;
use super::state::{Ending, Mode, Phase, RestartPolicy, State};
use crate::core::{Action, Class, ConnectorName, Fault, Mistake, Remedy, Spec, Verdict};

/// Faults of writes in a row after which a round goes no further: the cluster is busy.
const ENOUGH_FAILURES: u32 = 3;

/// Takes one step.
pub fn step(mut state: State, now: Time, event: Event) -> (State, Vec<Request>) {
    if state.ending.is_some() {
        return (state, Vec::new());
    }
    let mut requests = Vec::new();
    match event {
        Event::Begin | Event::Woken => {
            state.began = now;
            state.phase = Phase::Observing;
            requests.push(Request::Call(Call::Observe));
            return (state, requests);
        }
        Event::Answered(Call::Observe, Ok(Answer::Observed(observation))) => {
            requests.push(Request::Tell(Note::Observed(observation.clone())));
            observed(&mut state, now, &observation, &mut requests);
        }
        Event::Answered(Call::Observe, Err(fault)) => {
            return round::unobserved(state, now, fault, requests);
        }
        Event::Answered(Call::ReadConfig(name), Ok(Answer::Config(config))) => {
            checked(&mut state, now, &name, config.as_ref(), &mut requests);
        }
        Event::Answered(Call::Inspect(spec), Ok(Answer::Inspected(mistakes))) => {
            inspected(&mut state, now, &spec, mistakes, &mut requests);
        }
        Event::Answered(Call::Put(spec), Ok(Answer::Written(effect))) => {
            state.failures = 0;
            if let Some(member) = state.member(&spec.name) {
                member.written(now, effect);
            }
            requests.push(Request::Tell(Note::Wrote(spec.name.clone(), effect)));
        }
        Event::Answered(Call::Restart(name), Ok(Answer::Restarted)) => {
            if let Some(member) = state.member(&name) {
                let count = member.restarted(now);
                requests.push(Request::Tell(Note::Restarted(name, count)));
            }
        }
        Event::Answered(call, Err(fault)) => failed(&mut state, now, &call, fault, &mut requests),
        // An answer of another kind than its call asks for cannot be made by a driver that compiles
        // its calls from `Call`; it is not worth a panic.
        Event::Answered(..) => {}
    }
    round::next(state, now, requests)
}

fn observed(state: &mut State, now: Time, observation: &Observation, requests: &mut Vec<Request>) {
    (state.unobserved, state.unobserved_fault, state.observed_at, state.failures) = (0, None, state.began, 0);
    let asked = state.began;
    let (is_late, is_apply, backoff) = (state.is_late(now), state.is_apply(), state.policy.backoff.clone());
    let restarts = matches!(state.policy.mode, Mode::Watch { restarts: RestartPolicy::Failed, .. });
    for member in &mut state.members {
        let observed = observation.get(&member.spec.name);
        member.look_at = None;
        member.judged(now, Verdict::of(observed.and_then(|observed| observed.status.as_ref())));
        member.is_to_restart &= restarts;
        if is_apply && matches!(member.stage, Stage::Rejected(_)) {
            continue;
        }
        let action = Action::of(&member.spec, observed.map(|observed| &observed.config));
        if action.is_nothing() {
            if member.matches() {
                requests.push(Request::Tell(Note::Landed(member.spec.name.clone())));
            }
            continue;
        }
        let intent = if observed.is_some() { Effect::Updated } else { Effect::Created };
        member.differs(now, asked, intent, &backoff);
        if is_late && member.stage != Stage::Matches {
            member.stage = Stage::Held;
        }
        if member.stage == Stage::ToWrite {
            requests.push(Request::Tell(Note::Differs(member.spec.name.clone(), action)));
        }
    }
    let to_check = state.members.iter().filter(|member| member.stage == Stage::ToCheck);
    state.queue = to_check.map(|member| Call::ReadConfig(member.spec.name.clone())).collect();
    state.phase = Phase::Checking;
}

/// A connector that seemed absent was asked for by its name.
fn checked(
    state: &mut State,
    now: Time,
    name: &ConnectorName,
    config: Option<&crate::core::ObservedConfig>,
    requests: &mut Vec<Request>,
) {
    let (backoff, asked) = (state.policy.backoff.clone(), state.began);
    let Some(member) = state.member(name) else { return };
    let action = Action::of(&member.spec, config);
    if action.is_nothing() {
        if member.matches() {
            requests.push(Request::Tell(Note::Landed(name.clone())));
        }
        return;
    }
    if config.is_some() {
        member.differs(now, asked, Effect::Updated, &backoff);
    } else {
        member.stage = Stage::ToWrite;
    }
    requests.push(Request::Tell(Note::Differs(name.clone(), action)));
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
    let (backoff, is_apply) = (state.policy.backoff.clone(), state.is_apply());
    if fault.class == Class::Denied && is_apply {
        state.ending = Some(Ending::Refused(fault));
        return;
    }
    let name = match call {
        Call::Observe => return,
        Call::ReadConfig(name) | Call::Restart(name) => name.clone(),
        Call::Inspect(spec) | Call::Put(spec) => spec.name.clone(),
    };
    let Some(member) = state.member(&name) else { return };
    let remedy = fault.class.remedy();
    let note = match (call, remedy) {
        (Call::Restart(_), _) => {
            member.not_restarted(now, &backoff);
            Note::Failed(name, fault)
        }
        // The plug-in threw, or does not want to be asked like that: the write itself will tell.
        (Call::Inspect(_), Remedy::GiveUp) if fault.class != Class::UnknownPlugin => {
            member.is_inspected = true;
            Note::Unchecked(name, fault)
        }
        (_, Remedy::GiveUp) => {
            let rejection = Rejection::Fault(fault);
            member.rejected(now, rejection.clone());
            Note::Rejected(name, rejection)
        }
        (Call::Put(_), Remedy::Look) => {
            member.doubted(now, fault.clone(), &backoff);
            Note::Failed(name, fault)
        }
        _ => {
            member.failed(now, fault.clone(), &backoff);
            Note::Failed(name, fault)
        }
    };
    requests.push(Request::Tell(note));
    if remedy != Remedy::GiveUp {
        state.failures += 1;
        if state.failures >= ENOUGH_FAILURES {
            round::hold_the_rest(state, now);
        }
    }
}
