//! The part of a round that writes: which requests make each connector as it is to become, and what
//! becomes of their answers. Which requests there are is the core's business.

use std::sync::Arc;

use super::access::Effect;
use super::member::{Member, Rejection, Stage, Target};
use super::policy::OnError;
use super::request::{Call, Note, Request, Time};
use super::state::State;
use crate::core::restore::obstacles;
use crate::core::write::{needs_version, writes};
use crate::core::{Care, DesiredState, KafkaVersion, Mistake, Observed, Place, Write};

use super::rollback::Before;

/// Whether a decision about this round's writes needs the version of the worker.
pub(super) fn is_version_needed(state: &State) -> bool {
    let care = care(state);
    let needs = |member: &Member| match (&member.target, &member.difference) {
        (Target::Present(spec), Some(difference)) => needs_version(spec, member.seen.as_ref(), difference, care),
        _ => false,
    };
    state.members.iter().filter(|member| member.stage == Stage::ToWrite).any(needs)
}

/// Chooses the requests of all that has to be written; what cannot be written is rejected.
pub(super) fn choose(state: &mut State, now: Time, requests: &mut Vec<Request>) {
    let (care, worker, is_back) = (care(state), state.worker.known(), state.is_going_back());
    for member in &mut state.members {
        if member.stage != Stage::ToWrite {
            continue;
        }
        let is_reversible = care == Care::Reversible && !is_back;
        match chosen(member, worker, care, is_reversible) {
            Ok(writes) => member.todo = writes.into_iter().map(Arc::new).collect(),
            Err(mistakes) => {
                let rejection = Rejection::Mistakes(mistakes);
                member.rejected(now, rejection.clone());
                requests.push(Request::Tell(Note::Rejected(member.name.clone(), rejection)));
            }
        }
    }
}

fn care(state: &State) -> Care {
    if state.is_going_back() { Care::Declared } else { state.policy.care() }
}

fn chosen(
    member: &Member,
    worker: Option<KafkaVersion>,
    care: Care,
    is_reversible: bool,
) -> Result<Vec<Write>, Vec<Mistake>> {
    let Some(difference) = &member.difference else { return Ok(Vec::new()) };
    if is_reversible {
        let pruned = Place::file("--prune");
        let place = member.spec().map_or(&pruned, |spec| &spec.place);
        let before = member.seen.clone().map(Observed::of_config);
        let obstacles = obstacles(&member.name, place, before.as_ref(), difference, worker);
        if !obstacles.is_empty() {
            return Err(obstacles);
        }
    }
    match &member.target {
        Target::Absent { .. } => Ok(vec![Write::Delete]),
        Target::Present(spec) => writes(spec, member.seen.as_ref(), difference, worker, care),
    }
}

/// Takes down what a connector is like before anything is done to it, where that may be asked for. The last
/// look before a write counts: an earlier one may have been of another worker, which masks secrets.
pub(super) fn remember(member: &mut Member, observed: Option<&Observed>, on_error: OnError) {
    if on_error == OnError::RollBack && !member.is_touched() {
        member.before = Some(observed.map_or(Before::Absent, |observed| Before::Present(observed.clone())));
    }
}

/// The calls that ask the worker about what is to be written.
pub(super) fn to_inspect(state: &State) -> impl Iterator<Item = Call> {
    let is_config = |write: &Arc<Write>| matches!(**write, Write::Put(_) | Write::Create(..) | Write::Patch(_));
    let is_open = move |member: &&Member| {
        member.stage == Stage::ToWrite && !member.is_inspected && member.todo.iter().any(is_config)
    };
    state.members.iter().filter(is_open).filter_map(|member| Some(Call::Inspect(member.spec()?.clone())))
}

/// The first write of each connector that is to be there.
pub(super) fn to_write(state: &State) -> impl Iterator<Item = Call> {
    first_writes(state, |target| matches!(target, Target::Present(_)))
}

/// The deletions.
pub(super) fn to_delete(state: &State) -> impl Iterator<Item = Call> {
    first_writes(state, |target| matches!(target, Target::Absent { .. }))
}

fn first_writes(state: &State, of: fn(&Target) -> bool) -> impl Iterator<Item = Call> {
    let open = state.members.iter().filter(move |member| member.stage == Stage::ToWrite && of(&member.target));
    open.filter_map(|member| Some(Call::Write(member.name.clone(), member.todo.front()?.clone())))
}

/// A write was done. The next one of the same connector comes before all others.
pub(super) fn done(state: &mut State, now: Time, call: &Call, effect: Option<Effect>, requests: &mut Vec<Request>) {
    let Call::Write(name, write) = call else { return };
    let asked = match **write {
        Write::State(asked) => Some(asked),
        Write::Create(_, asked) => Some(asked).filter(|asked| *asked != DesiredState::Running),
        Write::Put(_) | Write::Patch(_) | Write::Delete => None,
    };
    let Some(member) = state.member(name) else { return };
    member.done(now, effect, asked);
    let next = member.todo.front().cloned();
    if let Some(effect) = effect {
        requests.push(Request::Tell(Note::Wrote(name.clone(), effect)));
    }
    if let Some(asked) = asked {
        requests.push(Request::Tell(Note::Asked(name.clone(), asked)));
    }
    if let Some(next) = next {
        state.queue.push_front(Call::Write(name.clone(), next));
    }
}
