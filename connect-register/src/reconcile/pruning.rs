//! Deleting what is declared no more: which connectors join the members for that, and which leave
//! them again when they are gone.

use super::member::{Member, Stage, Target};
use super::state::{Course, State};
use crate::core::{ConnectorName, Observation};

/// Takes those connectors in that are ours and declared no more. Once, that is at the first look
/// alone: what appears later was made by somebody who knows of it.
pub(super) fn adopt(state: &mut State, observation: &Observation) {
    let is_first = !std::mem::replace(&mut state.is_surveyed, true);
    let Some(prune) = &state.policy.prune else { return };
    if state.course != Course::Forward || (state.is_apply() && !is_first) {
        return;
    }
    let known = state.members.iter().map(|member| &member.name);
    let found: Vec<ConnectorName> = prune.candidates(observation, known).into_iter().cloned().collect();
    let set = prune.set.clone();
    state.members.extend(found.into_iter().map(|name| Member::of_target(name, Target::Absent { set: set.clone() })));
}

/// In a sidecar, connectors that are gone for good are no members any more.
pub(super) fn forget_the_gone(state: &mut State) {
    if state.is_apply() {
        return;
    }
    let is_gone = |member: &Member| {
        matches!(member.target, Target::Absent { .. })
            && matches!(member.stage, Stage::Matches | Stage::Left)
            && !member.in_doubt
            && member.is_settled_at(state.began)
    };
    state.members.retain(|member| !is_gone(member));
}
