//! What a change means for what runs, in words: which tasks restart, what becomes of offsets. Worked
//! out from what Connect is known to do; nothing is asked here.

use std::collections::BTreeSet;

use serde::Serialize;

use super::applied::SecretsVerdict;
use super::{
    Action, Comparison, ConnectorName, DesiredState, Difference, KafkaVersion, Observed, Spec, StateChange, plain,
};

/// What a change means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Impact {
    /// What restarts.
    pub restarts: Restarts,
    /// All there is to know, in words.
    pub notes: Vec<String>,
}

/// What restarts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Restarts {
    /// Nothing.
    #[default]
    Nothing,
    /// What did not run starts.
    Starts,
    /// What ran stops.
    Stops,
    /// The connector, and its tasks only as far as it hands them what has changed.
    Connector,
    /// The connector and all its tasks.
    ConnectorAndTasks,
}

impl Impact {
    /// What it means to make a connector as declared.
    pub fn of(spec: &Spec, observed: Option<&Observed>, difference: &Difference, worker: Option<KafkaVersion>) -> Self {
        let mut impact = match (&difference.action, observed) {
            (Action::Create(_), _) | (_, None) => return of_creation(spec),
            (Action::Update(comparison), Some(observed)) => of_update(spec, comparison, observed, difference, worker),
            (Action::Delete | Action::Nothing(_), _) => Self::default(),
        };
        if let (Some(change), Some(observed)) = (&difference.state, observed) {
            of_state(*change, observed, &mut impact);
        }
        let owner = observed.and_then(|observed| super::prune::owner(&observed.config));
        let own = spec.applied.as_ref().map(|applied| applied.set.as_str());
        if let (Some(owner), Some(own)) = (owner, own)
            && owner != own
        {
            let owner = plain::line(&owner);
            impact.notes.push(format!("it carries the name of the set {owner}; the next write gives it to {own}"));
        }
        impact
    }

    /// What it means to delete a connector.
    pub fn of_deletion(name: &ConnectorName, observed: Option<&Observed>) -> Self {
        let notes = vec![
            format!("stops the connector and {}", tasks(observed)),
            format!(
                "its offsets stay: a sink's in the consumer group connect-{name}, a source's in Connect's offsets topic"
            ),
        ];
        Self { restarts: Restarts::Stops, notes }
    }
}

fn of_creation(spec: &Spec) -> Impact {
    let most = spec.config().get("tasks.max").map_or("1", |value| value.expose()).to_owned();
    let many = format!("{} task{}", plain::line(&most), if most == "1" { "" } else { "s" });
    let earlier = "goes on from the offsets of an earlier connector of this name, where there was one";
    let (restarts, what) = match spec.state {
        None | Some(DesiredState::Running) => (Restarts::Starts, format!("starts the connector and at most {many}")),
        Some(state) => (Restarts::Nothing, format!("is created {state}: nothing runs until it is resumed")),
    };
    Impact { restarts, notes: vec![what, earlier.to_owned()] }
}

fn of_update(
    spec: &Spec,
    comparison: &Comparison,
    observed: &Observed,
    difference: &Difference,
    worker: Option<KafkaVersion>,
) -> Impact {
    let keys: BTreeSet<&str> = comparison.changes.iter().map(|change| change.key.as_str()).collect();
    let mut notes = Vec::new();
    let is_rotated = comparison.secrets == SecretsVerdict::Rotated;
    let is_of_runtime = !keys.is_empty() && !is_rotated && keys.iter().all(|key| is_runtime_key(key));
    let after = difference.state.map(|change| change.after);
    let now = observed.status.as_ref().and_then(|status| DesiredState::reported(&status.state));
    let will = after.or(now).filter(|state| *state != DesiredState::Running);
    let restarts = if let Some(state) = will {
        notes.push(format!("no task runs it while the connector is {state}"));
        Restarts::Nothing
    } else if is_of_runtime && !worker.is_some_and(KafkaVersion::hands_on_all) {
        notes.push(format!(
            "restarts the connector and {}; before Kafka 3.7.1 these only where it hands these keys to them",
            tasks(Some(observed))
        ));
        Restarts::Connector
    } else {
        notes.push(format!("restarts the connector and {}", tasks(Some(observed))));
        Restarts::ConnectorAndTasks
    };
    if keys.contains("connector.class") {
        notes.push(
            "is another class: a sink goes on from the offsets of its consumer group, a source may not know the \
             offsets of the former class"
                .to_owned(),
        );
    } else if keys.contains("consumer.override.group.id") {
        notes.push("reads as another consumer group: the offsets of the former one are not used".to_owned());
    } else {
        notes.push("offsets are kept".to_owned());
    }
    if let Some(change) = comparison.changes.iter().find(|change| change.key == "tasks.max") {
        let shown = |value: &Option<super::Value>| value.as_ref().map_or_else(|| "1".to_owned(), ToString::to_string);
        let (before, after) = (shown(&change.before), shown(&change.after));
        notes.push(format!("at most {after} tasks instead of {before}: the work is dealt out anew"));
    }
    if keys.contains("topics") || keys.contains("topics.regex") {
        notes.push("a topic that is new to it is read from where its consumer group begins".to_owned());
    }
    if is_rotated {
        notes.push("the secrets have other values than were applied: they are written again".to_owned());
    } else if !comparison.cannot_tell.is_empty() {
        notes.push("the secrets that the worker masks are written as declared".to_owned());
    }
    if observed.config.keys().any(|key| spec.ignored.has(key)) {
        notes.push("keys that are left to others keep the worker's values".to_owned());
    }
    Impact { restarts, notes }
}

fn of_state(change: StateChange, observed: &Observed, impact: &mut Impact) {
    let (restarts, note) = match (change.before, change.after) {
        (_, DesiredState::Paused) => (Restarts::Stops, "pauses: its tasks stay and idle, offsets are kept".to_owned()),
        (_, DesiredState::Stopped) => {
            (Restarts::Stops, format!("stops: {} shut down, offsets are kept", tasks_go(observed)))
        }
        (Some(DesiredState::Stopped), DesiredState::Running) => {
            (Restarts::Starts, "starts its tasks where they left off".to_owned())
        }
        (_, DesiredState::Running) => (Restarts::Starts, "resumes its tasks where they left off".to_owned()),
    };
    if impact.restarts == Restarts::Nothing {
        impact.restarts = restarts;
    }
    impact.notes.push(note);
}

/// Keys that Connect's runtime uses and a connector need not hand to its tasks.
fn is_runtime_key(key: &str) -> bool {
    const BEGINNINGS: [&str; 11] = [
        "key.converter",
        "value.converter",
        "header.converter",
        "transforms",
        "predicates",
        "errors.",
        "consumer.override.",
        "producer.override.",
        "admin.override.",
        "topic.creation.",
        "offsets.storage.",
    ];
    BEGINNINGS.iter().any(|beginning| key.starts_with(beginning))
}

fn tasks(observed: Option<&Observed>) -> String {
    match count(observed) {
        None | Some(0) => "its tasks".to_owned(),
        Some(1) => "its task".to_owned(),
        Some(n) => format!("all its {n} tasks"),
    }
}

fn tasks_go(observed: &Observed) -> String {
    match count(Some(observed)) {
        Some(1) => "its task is".to_owned(),
        None | Some(0) => "its tasks are".to_owned(),
        Some(n) => format!("its {n} tasks are"),
    }
}

fn count(observed: Option<&Observed>) -> Option<usize> {
    observed?.status.as_ref().map(|status| status.tasks.len())
}

/// Whether the worker's version makes a difference to what is told of an update.
pub fn depends_on_version(difference: &Difference) -> bool {
    let Action::Update(comparison) = &difference.action else { return false };
    !comparison.changes.is_empty() && comparison.changes.iter().all(|change| is_runtime_key(&change.key))
}
