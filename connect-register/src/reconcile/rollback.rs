//! Taking back what was done: every connector that was touched becomes a member whose target is what
//! was there before, and the same rounds that go forward go back.

use std::sync::Arc;
use std::time::Duration;

use super::member::{Member, Rejection, Stage, Target};
use super::policy::Mode;
use super::request::{Note, Request, Time};
use super::round;
use super::state::{Course, Ending, State};
use crate::core::restore::{self, RestoreState};
use crate::core::{ConnectorName, Fault, Observed, Verdict, applied};

/// Why it is taken back.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// The worker would not have these.
    Rejected(Vec<(ConnectorName, Rejection)>),
    /// These are not what they should be: failed, mostly.
    Unwell(Vec<(ConnectorName, Verdict)>),
    /// The time was over before these were done.
    TimedOut(Vec<ConnectorName>, Option<Fault>),
}

/// What a connector was like before it was touched.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Before {
    /// It was not there.
    Absent,
    /// It was there.
    Present(Observed),
}

/// Why those connectors that were rejected were.
pub(super) fn rejections(state: &State) -> Cause {
    let rejection = |member: &Member| match &member.stage {
        Stage::Rejected(rejection) => Some((member.name.clone(), rejection.clone())),
        _ => None,
    };
    Cause::Rejected(state.members.iter().filter_map(rejection).collect())
}

/// Turns round. No call is under way.
pub(super) fn begin(mut state: State, now: Time, cause: Cause, mut requests: Vec<Request>) -> (State, Vec<Request>) {
    requests.push(Request::Tell(Note::RollingBack(cause.clone())));
    if state.is_untouched() {
        state.ending = Some(Ending::RolledBack(cause));
        return (state, requests);
    }
    let time = match state.policy.mode {
        Mode::Apply { timeout, .. } => timeout,
        Mode::Watch { .. } => Duration::MAX,
    };
    state.course = Course::Back { cause, deadline: now.saturating_add(time) };
    (state.unobserved, state.unobserved_fault) = (0, None);
    for member in &mut state.members {
        turn(member);
    }
    round::begin(state, now, requests)
}

fn turn(member: &mut Member) {
    let Some(before) = member.before.take().filter(|_| member.is_touched()) else {
        member.stage = Stage::Left;
        return;
    };
    let target = match (&before, &member.target) {
        (Before::Absent, Target::Present(spec)) => {
            let set = spec.applied.as_ref().map_or(applied::DEFAULT_SET, |applied| &applied.set);
            Target::Absent { set: set.to_owned() }
        }
        (Before::Absent, absent @ Target::Absent { .. }) => absent.clone(),
        (Before::Present(observed), target) => {
            let state = match target {
                Target::Present(spec) if spec.state.is_none() => RestoreState::AsItIs,
                Target::Present(_) | Target::Absent { .. } => RestoreState::WithState,
            };
            Target::Present(Arc::new(restore::spec(&member.name, observed, state)))
        }
    };
    member.go_back_to(target);
}
