//! The laws that are held against what there is when a process or a run has ended. Those that are held
//! against each request are the ledger's.

use std::collections::BTreeSet;

use connect_register::core::DesiredState;
use connect_register::reconcile::{Ending, Mode, OnError, Stage, State, Target};

use super::cluster::{Cluster, Connector, Hitch, View};
use super::laws::Law;
use super::ledger::{Ledger, Who};
use super::scenario::Scenario;
use super::weather::Hits;

/// What is told to be done is done, and nothing is given up that passes.
pub(crate) fn is_honest(
    ledger: &mut Ledger,
    cluster: &Cluster,
    scenario: &Scenario,
    hits: &Hits,
    state: &State,
    who: Who,
) {
    let gives_up = match &state.ending {
        Some(Ending::Refused(_) | Ending::Invalid) => true,
        _ => state.members.iter().any(|member| matches!(member.stage, Stage::Rejected(_))),
    };
    // What could not be taken back behind a mask is not begun.
    let is_careful = scenario.on_error == OnError::RollBack && (hits.is_anything_masked || cluster.version.masks);
    if gives_up && !hits.is_giving_up_right && scenario.can_succeed() && !is_careful {
        ledger.breaks(Law::Honest, format!("#{who} gives up without a cause"));
    }
    if scenario.meddles || scenario.modes.len() > 1 || state.is_going_back() {
        return;
    }
    for member in state.members.iter().filter(|member| member.stage == Stage::Matches) {
        let name = member.name.as_str();
        let now = cluster.connectors.get(name);
        let how = match (&member.target, ledger.expectation.declared.get(name)) {
            (Target::Present(_), Some(declared)) => declared.differs(now),
            (Target::Absent { .. }, _) => now.map(|_| "is still there".to_owned()),
            (Target::Present(_), None) => None,
        };
        if let Some(how) = how {
            ledger.breaks(Law::Honest, format!("#{who} says that {name} is as declared, but it {how}"));
        }
    }
}

/// An atomic apply that took back what it did leaves all as before. An effect that came later than
/// anybody waits for it is beyond that promise.
pub(crate) fn is_atomic(ledger: &mut Ledger, cluster: &Cluster, state: &State, before: &View) {
    let is_back = match &state.ending {
        Some(Ending::RolledBack(_)) => {
            state.members.iter().all(|member| matches!(member.stage, Stage::Matches | Stage::Left))
        }
        // It was not finished, and what was done was not taken back: then nothing was done.
        Some(Ending::Settled) => state.members.iter().any(|member| matches!(member.stage, Stage::Rejected(_))),
        Some(Ending::Invalid | Ending::TimedOut(_)) => true,
        Some(Ending::Refused(_)) | None => false,
    };
    if !is_back {
        return;
    }
    let names: BTreeSet<_> = before.keys().chain(cluster.connectors.keys()).collect();
    let face = |view: &View, name: &str| view.get(name).map(|it| (it.config.clone(), it.state));
    for name in names {
        if face(&cluster.connectors, name) != face(before, name) && !ledger.was_late(name) {
            ledger.breaks(Law::Atomic, format!("{name} is not as it was before"));
        }
    }
}

/// The end of a run.
pub(crate) fn ends(ledger: &mut Ledger, cluster: &Cluster, scenario: &Scenario, needed: usize, has_crashed: bool) {
    let how = if scenario.can_succeed() {
        ledger.expectation.differs(&cluster.connectors)
    } else {
        ledger.expectation.foreign_differs(&cluster.connectors)
    };
    if let Some(how) = how {
        ledger.breaks(Law::Converges, how);
    }
    let is_watched = scenario.modes.iter().any(|mode| matches!(mode, Mode::Watch { .. }));
    let of_ours = |name: &String| cluster.connectors.get(name).filter(|it| it.state == DesiredState::Running);
    let mut ours = ledger.expectation.declared.keys();
    // Restarts in doubt may have used a limit up, and what has no task is not restarted by somebody in the end.
    let hangs = |connector: &Connector| connector.hitch == Hitch::NoTasks && scenario.most.is_none();
    if let Some(name) = ours.find(|name| of_ours(name).is_some_and(|it| it.has_failed || hangs(it)))
        && is_watched
        && scenario.can_succeed()
    {
        let how = format!("what has failed of {name} was not restarted");
        ledger.breaks(Law::Converges, how);
    }
    // The whole promise in one line, where nothing but faults disturbs it.
    let is_alone = scenario.modes.len() == 1 && !has_crashed && !scenario.meddles;
    let (effects, allowed) = (ledger.effects, needed + ledger.late);
    if is_alone && scenario.on_error != OnError::RollBack && effects > allowed {
        ledger.breaks(Law::Once, format!("{effects} effects where {allowed} are allowed"));
    }
}
