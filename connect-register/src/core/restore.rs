//! Going back to what was there before: a spec made of what was observed, and what could not be
//! restored. A masked value is not known, so it is left as it is: what is left alone needs no value.

use super::payload::is_masked;
use super::{
    Action, ConnectorName, DesiredState, Difference, Entry, IgnoredKeys, KafkaVersion, Mistake, Observed, Place, Spec,
    Value, applied, diff,
};
use crate::core::applied::SecretsVerdict;

/// What is declared in order to go back. With `WithState` it gets the state back too.
pub fn spec(name: &ConnectorName, before: &Observed, state: RestoreState) -> Spec {
    let place = Place::file("what was there before");
    let is_ours = |key: &str| key == applied::KEY || !diff::is_workers_own(key);
    let known = before.config.iter().filter(|(key, value)| is_ours(key) && !is_masked(value));
    let entry = |(key, value): (&String, &String)| Entry {
        key: key.clone(),
        value: Value::of_key(key, value),
        place: place.clone(),
    };
    let masked = before.config.iter().filter(|(_, value)| is_masked(value)).map(|(key, _)| key.clone());
    Spec {
        name: name.clone(),
        place: place.clone(),
        entries: known.map(entry).collect(),
        secrets: std::collections::BTreeSet::new(),
        applied: None,
        state: match state {
            RestoreState::WithState => state_of(before),
            RestoreState::AsItIs => None,
        },
        ignored: IgnoredKeys::new(masked),
    }
}

/// Whether the state is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreState {
    /// It is.
    WithState,
    /// It was not changed.
    AsItIs,
}

fn state_of(before: &Observed) -> Option<DesiredState> {
    DesiredState::reported(&before.status.as_ref()?.state)
}

/// Why a change could not be taken back on this worker; empty where it could.
pub fn obstacles(
    name: &ConnectorName,
    place: &Place,
    before: Option<&Observed>,
    difference: &Difference,
    worker: Option<KafkaVersion>,
) -> Vec<Mistake> {
    let Some(before) = before else { return Vec::new() };
    let mut masked = before.config.iter().filter(|(_, value)| is_masked(value)).map(|(key, _)| key).peekable();
    if masked.peek().is_none() {
        return Vec::new();
    }
    let why = match &difference.action {
        Action::Delete => "could not be created again: the worker masks it",
        Action::Update(comparison) if comparison.secrets == SecretsVerdict::Rotated => {
            "is to be changed, and its former value could not be restored: the worker masks it"
        }
        Action::Update(_) if !worker.is_some_and(KafkaVersion::has_patch) => {
            "could not be kept when going back: the worker masks it, and has no PATCH (Kafka 3.8)"
        }
        Action::Create(_) | Action::Update(_) | Action::Nothing(_) => return Vec::new(),
    };
    let mistake = |key: &String| {
        let mistake = Mistake::new(place.clone(), format!("{name}: {why}")).of_key(key);
        mistake.hint("--atomic takes back all or begins nothing; apply this one without it")
    };
    masked.map(mistake).collect()
}

#[cfg(test)]
#[path = "restore_tests.rs"]
mod tests;
