//! Declaring anew while a sidecar runs: what is new joins the members, what changed is looked at anew, and
//! what is declared no more leaves. What was written of a connector before stays known.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::member::{Member, Target};
use super::request::{Request, Time};
use super::round;
use super::state::{Phase, State};
use crate::core::{ConnectorName, Spec};

/// Takes a new declaration: at once between two rounds, else when this round is over.
pub(super) fn declare(mut state: State, now: Time, specs: Vec<Arc<Spec>>) -> (State, Vec<Request>) {
    state.declared = Some(specs);
    if state.phase == Phase::Waiting {
        return round::begin(state, now, Vec::new());
    }
    (state, Vec::new())
}

/// A round begins with what was declared last.
pub(super) fn take(state: &mut State) {
    let Some(specs) = state.declared.take() else { return };
    let members = std::mem::take(&mut state.members);
    let mut before: BTreeMap<ConnectorName, Member> =
        members.into_iter().map(|member| (member.name.clone(), member)).collect();
    let declared = specs.into_iter().map(|spec| match before.remove(&spec.name) {
        Some(mut member) => {
            member.declared(spec);
            member
        }
        None => Member::new(spec),
    });
    state.members = declared.collect();
    // What is being deleted goes on being deleted; what else is declared no more is nobody's business now,
    // or is found by the next look.
    state.members.extend(before.into_values().filter(|member| matches!(member.target, Target::Absent { .. })));
}
