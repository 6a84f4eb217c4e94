//! Whether what is seen of a connector is what was aimed at. A view may be from before what was asked
//! for, so that what looks well, or ill, is believed only after a while.

use std::time::Duration;

use super::aim::Scope;
use super::call::Time;
use crate::core::{ConnectorStatus, DesiredState, Part, State, Verdict};

/// A failure is believed only this long after something was asked for: before, it may be that of before.
pub(super) const BELIEVE_FAILURE: Duration = Duration::from_secs(5);
/// Tasks of before a restart may be reported as running for about this long.
pub(super) const BELIEVE_RUNNING: Duration = Duration::from_secs(2);

/// What a view says of an aim.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// It is so.
    Reached,
    /// It will not be so: the connector has failed.
    Ill(String),
    /// It is not so yet.
    NotYet(String),
}

/// A view: what is seen, when it was asked for, and when what was aimed at was asked for.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// What is seen.
    pub status: &'a ConnectorStatus,
    /// When this was asked for.
    pub looked: Time,
    /// When what was aimed at was asked for, once it was.
    pub asked: Option<Time>,
    /// Whether nobody knows what became of that.
    pub in_doubt: bool,
}

impl View<'_> {
    fn is_after(&self, pause: Duration) -> bool {
        self.asked.is_some_and(|asked| self.looked >= asked + pause)
    }

    /// Whether a failure is one of after it was asked for.
    fn is_ill_for_good(&self) -> bool {
        !self.in_doubt && self.is_after(BELIEVE_FAILURE)
    }
}

/// Whether a connector is in a state.
pub fn state(wanted: DesiredState, view: View<'_>) -> Seen {
    let ConnectorStatus { state, tasks, .. } = view.status;
    let total = tasks.len();
    match wanted {
        DesiredState::Running => match Verdict::of(Some(view.status)) {
            Verdict::Running => Seen::Reached,
            Verdict::Failed { cause } if view.is_ill_for_good() => Seen::Ill(cause),
            Verdict::Failed { cause } => Seen::NotYet(format!("it has failed: {cause}")),
            Verdict::Starting if tasks.is_empty() => Seen::NotYet("it has no tasks yet".to_owned()),
            _ => {
                let running = tasks.iter().filter(|task| task.state == State::Running).count();
                Seen::NotYet(format!("it is {}, {running} of {total} tasks run", state.as_str()))
            }
        },
        // A task that has failed stays so while it is paused.
        DesiredState::Paused => {
            let idle = tasks.iter().filter(|task| matches!(task.state, State::Paused | State::Failed)).count();
            match state {
                State::Paused if idle == total => Seen::Reached,
                State::Failed if view.is_ill_for_good() => Seen::Ill(Verdict::of(Some(view.status)).words()),
                _ => Seen::NotYet(format!("it is {}, {idle} of {total} tasks are idle", state.as_str())),
            }
        }
        DesiredState::Stopped => match state {
            State::Stopped if tasks.is_empty() => Seen::Reached,
            _ => Seen::NotYet(format!("it is {}, {total} of its tasks are still there", state.as_str())),
        },
    }
}

/// Whether parts of a connector were restarted. Nothing tells when a task began, so that a view counts
/// only a while after it was asked for.
pub fn restarted(scope: &Scope, view: View<'_>) -> Seen {
    let ConnectorStatus { state, tasks, trace, .. } = view.status;
    let is_meant = |id: u32| match scope {
        Scope::Part(Part::All | Part::Failed) => true,
        Scope::Tasks(chosen) => chosen.contains(&id),
        Scope::Part(Part::Connector) => false,
    };
    let meant: Vec<_> = tasks.iter().filter(|task| is_meant(task.id)).collect();
    let of_connector = (!matches!(scope, Scope::Tasks(_))).then_some((state, trace));
    let states = of_connector.into_iter().chain(meant.iter().map(|task| (&task.state, &task.trace)));
    let mut pending = 0;
    for (state, trace) in states.clone() {
        match state {
            State::Failed if view.is_ill_for_good() => {
                let cause =
                    trace.as_deref().map_or_else(|| "no cause is told".to_owned(), crate::core::health::root_cause);
                return Seen::Ill(cause);
            }
            State::Running | State::Paused | State::Stopped => {}
            State::Unassigned | State::Failed | State::Restarting | State::Other(_) => pending += 1,
        }
    }
    let total = states.count();
    if pending > 0 {
        return Seen::NotYet(format!("{} of {total} parts are started", total - pending));
    }
    // A connector that runs and has no tasks yet is making them.
    let makes_tasks =
        *state == State::Running && tasks.is_empty() && matches!(scope, Scope::Part(Part::All | Part::Failed));
    if makes_tasks {
        return Seen::NotYet("it has no tasks yet".to_owned());
    }
    if view.is_after(BELIEVE_RUNNING) { Seen::Reached } else { Seen::NotYet("its parts are starting".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::TaskStatus;

    fn status(state: &str, tasks: &[&str]) -> ConnectorStatus {
        let task = |(id, state): (usize, &&str)| TaskStatus {
            id: u32::try_from(id).unwrap(),
            state: State::parse(state),
            worker: String::new(),
            trace: None,
        };
        ConnectorStatus {
            kind: "sink".to_owned(),
            state: State::parse(state),
            worker: String::new(),
            trace: None,
            tasks: tasks.iter().enumerate().map(task).collect(),
        }
    }

    fn told(seen: &Seen) -> String {
        match seen {
            Seen::Reached => "reached".to_owned(),
            Seen::Ill(cause) => format!("ill: {cause}"),
            Seen::NotYet(why) => format!("not yet: {why}"),
        }
    }

    #[test]
    fn a_state_is_reached_by_the_connector_and_all_of_its_tasks() {
        use DesiredState::{Paused, Running, Stopped};
        let table: [(DesiredState, &str, &[&str], u64, &str); 12] = [
            (Running, "RUNNING", &["RUNNING"], 0, "reached"),
            (Running, "RUNNING", &[], 9, "not yet: it has no tasks yet"),
            (Running, "PAUSED", &["PAUSED", "RUNNING"], 9, "not yet: it is PAUSED, 1 of 2 tasks run"),
            (Running, "RUNNING", &["FAILED"], 1, "not yet: it has failed: task 0: no cause was given"),
            (Running, "RUNNING", &["FAILED"], 5, "ill: task 0: no cause was given"),
            (Paused, "PAUSED", &["PAUSED", "FAILED"], 0, "reached"),
            (Paused, "PAUSED", &["PAUSED", "RUNNING"], 9, "not yet: it is PAUSED, 1 of 2 tasks are idle"),
            (Paused, "RUNNING", &["PAUSED"], 9, "not yet: it is RUNNING, 1 of 1 tasks are idle"),
            (Paused, "FAILED", &[], 5, "ill: failed: connector: no cause was given"),
            (Stopped, "STOPPED", &[], 0, "reached"),
            (Stopped, "STOPPED", &["RUNNING"], 9, "not yet: it is STOPPED, 1 of its tasks are still there"),
            (Stopped, "FAILED", &["FAILED"], 9, "not yet: it is FAILED, 1 of its tasks are still there"),
        ];
        for (wanted, of, tasks, after, expected) in table {
            let status = status(of, tasks);
            let view =
                View { status: &status, looked: Time::from_secs(after), asked: Some(Time::ZERO), in_doubt: false };
            assert_eq!(told(&state(wanted, view)), expected, "{wanted} {of} {tasks:?}");
        }
    }

    #[test]
    fn a_restart_is_over_when_what_was_meant_is_started() {
        let tasks = |ids: &[u32]| Scope::Tasks(ids.to_vec());
        let table: [(Scope, &str, &[&str], u64, &str); 9] = [
            (Scope::Part(Part::All), "RUNNING", &["RUNNING"], 1, "not yet: its parts are starting"),
            (Scope::Part(Part::All), "RUNNING", &["RUNNING"], 2, "reached"),
            (Scope::Part(Part::All), "RUNNING", &["RUNNING", "RESTARTING"], 9, "not yet: 2 of 3 parts are started"),
            (Scope::Part(Part::Failed), "RUNNING", &["RUNNING", "FAILED"], 4, "not yet: 2 of 3 parts are started"),
            (Scope::Part(Part::Failed), "RUNNING", &["RUNNING", "FAILED"], 5, "ill: no cause is told"),
            (Scope::Part(Part::Failed), "RUNNING", &[], 9, "not yet: it has no tasks yet"),
            (tasks(&[0]), "FAILED", &["RUNNING", "FAILED"], 5, "reached"),
            (tasks(&[1]), "RUNNING", &["RUNNING", "FAILED"], 5, "ill: no cause is told"),
            (Scope::Part(Part::Connector), "RUNNING", &["FAILED"], 5, "reached"),
        ];
        for (scope, of, tasks, after, expected) in table {
            let status = status(of, tasks);
            let view =
                View { status: &status, looked: Time::from_secs(after), asked: Some(Time::ZERO), in_doubt: false };
            assert_eq!(told(&restarted(&scope, view)), expected, "{scope:?} {of} {tasks:?}");
        }
    }
}
