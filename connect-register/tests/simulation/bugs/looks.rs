//! Bugs of looking: what is observed is not what is there, or not what is compared.

use std::collections::BTreeSet;
use std::sync::Arc;

use connect_register::core::{DesiredState, IgnoredKeys, Observation, Prune, Spec, State, applied};
use connect_register::reconcile::{Answer, Call, Event};

use super::{Bug, Memory};

pub(super) const BUGS: [Bug; 12] = [
    Bug {
        event: Some(|_, event| changed(event, drift)),
        ..Bug::named("writes-every-round", "a key that the worker adds is taken for drift")
    },
    Bug {
        event: Some(|_, event| changed(event, unmask)),
        ..Bug::named("mask-is-drift", "a masked value is taken for a changed one")
    },
    Bug { event: Some(cached), ..Bug::named("cached-look", "a look at everything is used for two rounds") },
    Bug {
        event: Some(|_, event| unchecked(event)),
        ..Bug::named("absent-from-list-is-absent", "a connector that is not in the list is not asked for by its name")
    },
    Bug {
        event: Some(|_, event| changed(event, adopt)),
        ..Bug::named("prunes-foreign", "what carries no name of a set is deleted as declared no more")
    },
    Bug {
        event: Some(|_, event| changed(event, annex)),
        ..Bug::named("prunes-other-sets", "what carries the name of another set is deleted as declared no more")
    },
    Bug {
        policy: Some(|policy| policy.prune = Some(Prune { only: Some(BTreeSet::new()), ..Prune::of_set("default") })),
        ..Bug::named("never-prunes", "what is declared no more stays")
    },
    Bug {
        event: Some(|_, event| changed(event, ail)),
        ..Bug::named("restarts-what-runs", "a running task is taken for a failed one")
    },
    Bug {
        spec: Some(|_, spec| Spec { ignored: IgnoredKeys::default(), ..spec.clone() }),
        ..Bug::named("forgets-ignored-keys", "keys that are left to others are compared and removed")
    },
    Bug {
        spec: Some(|_, spec| Spec { state: None, ..spec.clone() }),
        ..Bug::named("forgets-states", "the declared state is not looked at")
    },
    Bug {
        spec: Some(|_, spec| Spec { state: spec.state.or(Some(DesiredState::Running)), ..spec.clone() }),
        ..Bug::named("undoes-pauses", "where no state is declared, a pause is undone")
    },
    Bug {
        spec: Some(|_, spec| Spec { applied: spec.applied.clone().map(forget), ..spec.clone() }),
        ..Bug::named("misses-rotation", "a rotated secret behind a mask is not noticed")
    },
];

fn forget(applied: connect_register::core::Applied) -> connect_register::core::Applied {
    connect_register::core::Applied { secrets: connect_register::core::Fingerprint::None, ..applied }
}

/// Changes what a look shows.
pub(super) fn changed(event: Event, change: fn(&mut Observation)) -> Vec<Event> {
    let event = match event {
        Event::Answered(Call::Observe, Ok(Answer::Observed(observation))) => {
            let mut observation = (*observation).clone();
            change(&mut observation);
            Event::Answered(Call::Observe, Ok(Answer::Observed(Arc::new(observation))))
        }
        other => other,
    };
    vec![event]
}

fn drift(observation: &mut Observation) {
    for observed in observation.values_mut() {
        observed.config.insert("worker.adds".to_owned(), "1".to_owned());
    }
}

fn unmask(observation: &mut Observation) {
    for observed in observation.values_mut() {
        for value in observed.config.values_mut().filter(|value| value.starts_with('•')) {
            value.push('!');
        }
    }
}

fn adopt(observation: &mut Observation) {
    for observed in observation.values_mut() {
        observed.config.entry(applied::KEY.to_owned()).or_insert_with(ours);
    }
}

fn annex(observation: &mut Observation) {
    for observed in observation.values_mut() {
        observed.config.entry(applied::KEY.to_owned()).and_modify(|value| *value = ours());
    }
}

fn ours() -> String {
    r#"{"set":"default","secrets":"none"}"#.to_owned()
}

fn ail(observation: &mut Observation) {
    let tasks = observation.values_mut().filter_map(|observed| observed.status.as_mut()).flat_map(|it| &mut it.tasks);
    for task in tasks {
        task.state = State::Failed;
    }
}

fn cached(memory: &mut Memory, event: Event) -> Vec<Event> {
    let Event::Answered(Call::Observe, Ok(Answer::Observed(observation))) = event else { return vec![event] };
    memory.count += 1;
    let shown = match memory.look.take() {
        Some(earlier) if memory.count.is_multiple_of(2) => earlier,
        _ => {
            memory.look = Some(observation.clone());
            observation
        }
    };
    vec![Event::Answered(Call::Observe, Ok(Answer::Observed(shown)))]
}

fn unchecked(event: Event) -> Vec<Event> {
    vec![match event {
        Event::Answered(call @ Call::ReadConfig(_), _) => Event::Answered(call, Ok(Answer::Config(None))),
        other => other,
    }]
}
