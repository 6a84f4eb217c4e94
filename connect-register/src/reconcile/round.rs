//! The course of a round: which calls come next, when the round is over, and when the next one is.

use std::time::Duration;

use super::member::{Member, Rejection, Stage};
use super::request::{Call, Note, Request, Time};
use super::state::{Ending, Goal, Mode, Phase, State};
use crate::core::{Fault, Remedy};

/// The pause between two looks at connectors that are starting.
const POLL: Duration = Duration::from_millis(500);
/// The shortest pause between two rounds.
const SHORTEST: Duration = Duration::from_millis(100);

/// What comes next: the next call of this phase, else of the next one, else the end of the round.
pub(super) fn next(mut state: State, now: Time, mut requests: Vec<Request>) -> (State, Vec<Request>) {
    while state.ending.is_none() {
        if let Some(call) = state.queue.pop_front() {
            requests.push(Request::Call(call));
            return (state, requests);
        }
        match state.phase {
            Phase::Observing | Phase::Checking => {
                state.phase = Phase::Inspecting;
                let to_inspect = state.members.iter().filter(|m| m.stage == Stage::ToWrite && !m.is_inspected);
                state.queue = to_inspect.map(|member| Call::Inspect(member.spec.clone())).collect();
            }
            Phase::Inspecting => {
                let found_mistakes = |member: &Member| {
                    matches!(member.stage, Stage::Rejected(Rejection::Mistakes(_) | Rejection::Fault(_)))
                };
                let is_untouched = state.members.iter().all(|member| member.effect.is_none() && !member.in_doubt);
                if state.is_apply() && is_untouched && state.members.iter().any(found_mistakes) {
                    state.ending = Some(Ending::Invalid);
                    break;
                }
                state.phase = Phase::Writing;
                let to_write = state.members.iter().filter(|member| member.stage == Stage::ToWrite);
                state.queue = to_write.map(|member| Call::Put(member.spec.clone())).collect();
            }
            Phase::Writing => {
                state.phase = Phase::Restarting;
                let to_restart = state.members.iter().filter(|m| m.is_to_restart && m.stage == Stage::Matches);
                state.queue = to_restart.map(|member| Call::Restart(member.spec.name.clone())).collect();
            }
            Phase::Restarting | Phase::Waiting => return over(state, now, requests),
        }
    }
    (state, requests)
}

/// The connectors could not be read.
pub(super) fn unobserved(
    mut state: State,
    now: Time,
    fault: Fault,
    mut requests: Vec<Request>,
) -> (State, Vec<Request>) {
    let delay = state.policy.backoff.delay(state.unobserved, 0);
    state.unobserved += 1;
    state.unobserved_fault = Some(fault.clone());
    let again = match state.policy.mode {
        Mode::Apply { .. } if fault.class.remedy() == Remedy::GiveUp => {
            state.ending = Some(Ending::Refused(fault));
            return (state, requests);
        }
        Mode::Watch { interval, .. } if fault.class.remedy() == Remedy::GiveUp => now + interval,
        Mode::Apply { .. } | Mode::Watch { .. } => now + delay,
    };
    requests.push(Request::Tell(Note::Unobserved(fault, again)));
    wait_until(state, now, again, requests)
}

/// The cluster is busy: what is still to be written waits for the next round.
pub(super) fn hold_the_rest(state: &mut State, now: Time) {
    state.queue.clear();
    let again = state.members.iter().filter_map(|member| member.look_at).min().unwrap_or(now + POLL);
    for member in &mut state.members {
        if matches!(member.stage, Stage::ToWrite | Stage::ToCheck) {
            member.stage = Stage::Held;
            member.look_at = Some(again);
        }
    }
}

/// The round is over.
fn over(mut state: State, now: Time, mut requests: Vec<Request>) -> (State, Vec<Request>) {
    requests.push(Request::Tell(Note::RoundOver { began: state.began, over: now, differing: state.differing() }));
    let looks = state.members.iter().filter_map(|member| member.look_at).min();
    let again = match state.policy.mode {
        Mode::Watch { interval, .. } => {
            let restarts = state.members.iter().filter_map(Member::restart_due).min();
            [Some(state.began + interval), looks, restarts].into_iter().flatten().min()
        }
        Mode::Apply { goal, .. } => {
            let observed_at = state.observed_at;
            let is_settled = |member: &Member| match member.stage {
                Stage::Rejected(_) => true,
                Stage::Matches => goal == Goal::Written || member.has_verdict(observed_at),
                Stage::Unseen | Stage::ToCheck | Stage::ToWrite | Stage::Held => false,
            };
            if state.members.iter().all(is_settled) {
                state.ending = Some(Ending::Settled);
                return (state, requests);
            }
            looks
        }
    };
    wait_until(state, now, again.unwrap_or(now + POLL), requests)
}

fn wait_until(mut state: State, now: Time, again: Time, mut requests: Vec<Request>) -> (State, Vec<Request>) {
    if state.is_late(now) {
        state.ending = Some(Ending::TimedOut(state.unobserved_fault.clone()));
        return (state, requests);
    }
    let again = again.max(now + SHORTEST);
    // At the deadline there is one last look.
    let again = state.deadline().map_or(again, |deadline| again.min(deadline));
    state.phase = Phase::Waiting;
    requests.push(Request::Wake(again));
    (state, requests)
}
