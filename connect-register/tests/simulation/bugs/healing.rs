//! Bugs of healing: restarts without an end, too soon, too many at once, or of what should be let alone.

use std::time::Duration;

use connect_register::core::Part;
use connect_register::core::{Observation, State as TaskState, TaskStatus, Verdict};
use connect_register::reconcile::{Call, Request, State};

use super::looks::changed;
use super::{Bug, Memory};
use crate::world::ward::PASSING;

pub(super) const BUGS: [Bug; 7] = [
    Bug {
        policy: Some(|policy| policy.healing.most = None),
        ..Bug::named("no-limit-of-restarts", "what fails is restarted for ever, whatever the limit")
    },
    Bug {
        policy: Some(|policy| policy.healing.most = Some(1)),
        ..Bug::named("gives-up-at-once", "after one restart nothing more is tried")
    },
    Bug {
        policy: Some(|policy| policy.healing.unit = Duration::from_secs(1)),
        ..Bug::named("hasty-restarts", "the pauses between restarts are a tenth of what they should be")
    },
    Bug {
        event: Some(|_, event| changed(event, passes)),
        ..Bug::named("same-failure-unseen", "what fails the same way each time is taken for what passes")
    },
    Bug {
        event: Some(|_, event| changed(event, assign)),
        ..Bug::named("restarts-the-unassigned", "a task that waits for its worker is taken for a failed one")
    },
    Bug {
        event: Some(|_, event| changed(event, fill)),
        ..Bug::named("idle-is-running", "a connector without a task is taken for one that works")
    },
    Bug {
        requests: Some(restarts_two),
        ..Bug::named("no-breaker", "where most connectors fail, another one is restarted beside the probe")
    },
];

fn tasks(observation: &mut Observation) -> impl Iterator<Item = &mut TaskStatus> {
    observation.values_mut().filter_map(|observed| observed.status.as_mut()).flat_map(|status| &mut status.tasks)
}

fn passes(observation: &mut Observation) {
    for task in tasks(observation).filter(|task| task.state == TaskState::Failed) {
        task.trace = Some(PASSING.to_owned());
    }
}

fn assign(observation: &mut Observation) {
    for task in tasks(observation).filter(|task| task.state == TaskState::Unassigned) {
        (task.state, task.trace) = (TaskState::Failed, Some(PASSING.to_owned()));
    }
}

fn fill(observation: &mut Observation) {
    let idle = observation.values_mut().filter_map(|observed| observed.status.as_mut());
    for status in idle.filter(|status| status.state == TaskState::Running && status.tasks.is_empty()) {
        status.tasks.push(TaskStatus { id: 0, state: TaskState::Running, worker: "w".to_owned(), trace: None });
    }
}

fn restarts_two(_: &mut Memory, state: &State, _: Duration, mut requests: Vec<Request>) -> Vec<Request> {
    let probe = requests.iter().find_map(|request| match request {
        Request::Call(Call::Restart(name, Part::Failed)) => Some(name.clone()),
        _ => None,
    });
    let Some(probe) = probe.filter(|_| state.breaker.is_open()) else { return requests };
    let mut failed = state.members.iter().filter(|member| matches!(member.verdict, Verdict::Failed { .. }));
    if let Some(other) = failed.find(|member| member.name != probe) {
        requests.push(Request::Call(Call::Restart(other.name.clone(), Part::Failed)));
    }
    requests
}
