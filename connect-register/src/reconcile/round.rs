//! The course of a round: which calls come next, when the round is over, and when the next one is.

use std::collections::VecDeque;
use std::time::Duration;

use super::member::{Member, Stage, Target};
use super::policy::{Conduct, Goal, Mode, OnError, RestartPolicy};
use super::request::{Call, Note, Request, Time};
use super::rollback::{self, Cause};
use super::state::{Course, Ending, Phase, State, Version};
use super::writing;
use super::{declared, pruning};
use crate::core::{Fault, Remedy};

/// The pause between two looks at connectors that are starting.
const POLL: Duration = Duration::from_millis(500);
/// The shortest pause between two rounds.
const SHORTEST: Duration = Duration::from_millis(100);

/// A round begins with a look at everything.
pub(super) fn begin(mut state: State, now: Time, mut requests: Vec<Request>) -> (State, Vec<Request>) {
    state.began = now;
    declared::take(&mut state);
    pruning::forget_the_gone(&mut state);
    (state.phase, state.worker, state.under_way) = (Phase::Observing, Version::Unasked, 1);
    requests.push(Request::Call(Call::Observe));
    (state, requests)
}

/// What comes next: the next calls of this phase, and once all of them are answered those of the next
/// one, else the end of the round.
pub(super) fn next(mut state: State, now: Time, mut requests: Vec<Request>) -> (State, Vec<Request>) {
    while state.ending.is_none() {
        while state.under_way < state.policy.parallel.max(1)
            && let Some(call) = state.queue.pop_front()
        {
            state.under_way += 1;
            requests.push(Request::Call(call));
        }
        if state.under_way > 0 {
            break;
        }
        match state.phase {
            Phase::Observing => break,
            Phase::Checking if state.policy.conduct == Conduct::Report => return over(state, now, requests),
            Phase::Checking if state.worker == Version::Unasked && writing::is_version_needed(&state) => {
                state.phase = Phase::Asking;
                state.queue.push_back(Call::Worker);
            }
            Phase::Checking | Phase::Asking => {
                writing::choose(&mut state, now, &mut requests);
                state.phase = Phase::Inspecting;
                state.queue = writing::to_inspect(&state).collect();
            }
            Phase::Inspecting => {
                if state.is_apply() && state.is_any_rejected() {
                    match state.on_error() {
                        OnError::Stop | OnError::RollBack if state.is_untouched() => {
                            state.ending = Some(Ending::Invalid);
                            break;
                        }
                        OnError::Stop | OnError::RollBack => hold_the_rest(&mut state, now),
                        OnError::Continue => {}
                    }
                }
                state.phase = Phase::Writing;
                state.queue = writing::to_write(&state).collect();
            }
            Phase::Writing => {
                state.phase = Phase::Pruning;
                if may_prune(&state) {
                    state.queue = writing::to_delete(&state).collect();
                }
            }
            Phase::Pruning => {
                state.phase = Phase::Restarting;
                state.queue = to_restart(&mut state);
            }
            Phase::Restarting | Phase::Waiting => return over(state, now, requests),
        }
    }
    (state, requests)
}

/// The restarts of this round: of all that are due, unless most connectors fail at once.
fn to_restart(state: &mut State) -> VecDeque<Call> {
    let Mode::Watch { interval, .. } = state.policy.mode else { return VecDeque::new() };
    let is_due = |member: &&Member| member.restart.is_some() && member.stage == Stage::Matches;
    let mut due: Vec<_> = state.members.iter().filter(is_due).collect();
    let most = state.breaker.may_restart(state.began, interval);
    if most < due.len() {
        due.sort_by_key(|member| member.healing.last());
        due.truncate(most);
    }
    let call = |member: &Member| Some(Call::Restart(member.name.clone(), member.restart?));
    let calls: VecDeque<_> = due.into_iter().filter_map(call).collect();
    if !calls.is_empty() {
        state.breaker.probed(state.began);
    }
    calls
}

/// Where a failure counts for all, nothing is deleted before everything else is done.
fn may_prune(state: &State) -> bool {
    let is_open = |member: &Member| matches!(member.target, Target::Present(_)) && member.stage != Stage::Matches;
    state.on_error() == OnError::Continue || !state.members.iter().any(is_open)
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

/// It has to stop: what is still to be written waits for the next round.
pub(super) fn hold_the_rest(state: &mut State, now: Time) {
    hold(state, now, |member| matches!(member.stage, Stage::ToWrite | Stage::ToCheck));
}

/// The cluster is busy: what this phase has not come to waits for the next round. What it was done
/// for goes on, so that a round gets somewhere however many calls of a large set fail.
pub(super) fn end_the_phase(state: &mut State, now: Time) {
    match state.phase {
        Phase::Checking => hold(state, now, |member| member.stage == Stage::ToCheck),
        Phase::Inspecting => hold(state, now, |member| member.stage == Stage::ToWrite && !member.is_inspected),
        Phase::Observing | Phase::Asking | Phase::Writing | Phase::Pruning | Phase::Restarting | Phase::Waiting => {
            hold_the_rest(state, now);
        }
    }
}

fn hold(state: &mut State, now: Time, is_held: fn(&Member) -> bool) {
    state.queue.clear();
    let again = state.members.iter().filter_map(|member| member.look_at).min().unwrap_or(now + POLL);
    for member in state.members.iter_mut().filter(|member| is_held(member)) {
        member.stage = Stage::Held;
        member.look_at = Some(again);
    }
}

/// The round is over.
fn over(state: State, now: Time, mut requests: Vec<Request>) -> (State, Vec<Request>) {
    requests.push(Request::Tell(Note::RoundOver { began: state.began, over: now, differing: state.differing() }));
    let looks = state.members.iter().filter_map(|member| member.look_at).min();
    let again = match state.policy.mode {
        Mode::Watch { interval, restarts } => {
            let is_restarting =
                restarts == RestartPolicy::Failed && state.policy.conduct == Conduct::Mend && !state.breaker.is_open();
            let due = state.members.iter().filter_map(Member::restart_due).map(|(at, _)| at);
            let restarts = due.filter(|_| is_restarting).min();
            [Some(state.began + interval), looks, restarts].into_iter().flatten().min()
        }
        Mode::Apply { .. } => {
            if state.is_any_rejected() && state.on_error() != OnError::Continue {
                return refused(state, now, requests);
            }
            if state.members.iter().all(|member| is_settled(&state, member)) {
                return settled(state, now, requests);
            }
            looks
        }
    };
    wait_until(state, now, again.unwrap_or(now + POLL), requests)
}

fn is_settled(state: &State, member: &Member) -> bool {
    match member.stage {
        Stage::Rejected(_) | Stage::Left => true,
        Stage::Matches => state.goal() == Goal::Written || member.has_verdict(state.observed_at),
        Stage::Unseen | Stage::ToCheck | Stage::ToWrite | Stage::Held => false,
    }
}

/// One was refused, and that stops the others.
fn refused(mut state: State, now: Time, requests: Vec<Request>) -> (State, Vec<Request>) {
    if state.on_error() == OnError::RollBack {
        let cause = rollback::rejections(&state);
        return rollback::begin(state, now, cause, requests);
    }
    state.ending = Some(Ending::Settled);
    (state, requests)
}

/// There is nothing left to do.
fn settled(mut state: State, now: Time, requests: Vec<Request>) -> (State, Vec<Request>) {
    if let Course::Back { cause, .. } = &state.course {
        state.ending = Some(Ending::RolledBack(cause.clone()));
        return (state, requests);
    }
    // What was not touched was not made ill by us, and would not get well by going back.
    let is_ill = |member: &&Member| state.goal() == Goal::Running && member.is_touched() && !member.is_well();
    let ill: Vec<_> =
        state.members.iter().filter(is_ill).map(|member| (member.name.clone(), member.verdict.clone())).collect();
    if state.on_error() == OnError::RollBack && !ill.is_empty() {
        return rollback::begin(state, now, Cause::Unwell(ill), requests);
    }
    state.ending = Some(Ending::Settled);
    (state, requests)
}

fn wait_until(mut state: State, now: Time, again: Time, mut requests: Vec<Request>) -> (State, Vec<Request>) {
    if state.is_late(now) {
        let fault = state.unobserved_fault.clone();
        if let Course::Back { cause, .. } = &state.course {
            state.ending = Some(Ending::RolledBack(cause.clone()));
        } else if state.on_error() == OnError::RollBack && !state.is_untouched() {
            let open = state.members.iter().filter(|member| !is_settled(&state, member));
            let cause = Cause::TimedOut(open.map(|member| member.name.clone()).collect(), fault);
            return rollback::begin(state, now, cause, requests);
        } else {
            state.ending = Some(Ending::TimedOut(fault));
        }
        return (state, requests);
    }
    let again = again.max(now + SHORTEST);
    // At the deadline there is one last look.
    let again = state.deadline().map_or(again, |deadline| again.min(deadline));
    state.phase = Phase::Waiting;
    requests.push(Request::Wake(again));
    (state, requests)
}
