//! A plan: what would be done to make the connectors as declared. A value that can be empty, shown,
//! serialised and applied; a dry run is a plan that is not applied.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::applied::SecretsVerdict;
use super::impact::Impact;
use super::{
    Comparison, ConnectorName, DesiredState, KafkaVersion, KeyChange, Observation, Observed, ObservedConfig, Prune,
    Spec, State, Value, compare,
};

/// What would be done, connector by connector: those declared in the order of declaration, then those
/// that go.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

/// What would be done about one connector.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub name: ConnectorName,
    /// What.
    pub difference: Difference,
    /// What that means for what runs.
    pub impact: Impact,
}

/// How a connector differs from what is declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// In its configuration.
    pub action: Action,
    /// In its state.
    pub state: Option<StateChange>,
}

/// What would be done about a configuration.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// It is not there.
    Create(Vec<KeyChange>),
    /// It differs.
    Update(Comparison),
    /// It is there, and no longer declared.
    Delete,
    /// It is as declared, as far as can be told.
    Nothing(Comparison),
}

/// A state that is not the declared one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StateChange {
    /// What was asked for before, as far as can be told.
    pub before: Option<DesiredState>,
    /// What is declared.
    pub after: DesiredState,
}

impl Difference {
    /// How a connector that a worker has, or has not, differs.
    pub fn of(spec: &Spec, observed: Option<&Observed>) -> Self {
        let action = Action::of(spec, observed.map(|observed| &observed.config));
        Self { action, state: spec.state.and_then(|state| StateChange::of(state, observed)) }
    }

    /// That of a connector which is to go.
    pub fn delete() -> Self {
        Self { action: Action::Delete, state: None }
    }

    /// Whether there is none.
    pub fn is_nothing(&self) -> bool {
        self.action.is_nothing() && self.state.is_none()
    }

    /// The word for what would be done.
    pub fn word(&self) -> &'static str {
        match &self.action {
            Action::Create(_) => "create",
            Action::Update(_) => "update",
            Action::Delete => "delete",
            Action::Nothing(_) if self.state.is_some() => "update",
            Action::Nothing(_) => "none",
        }
    }
}

impl Action {
    /// What has to be done about a configuration that a worker has, or has not.
    pub fn of(spec: &Spec, observed: Option<&ObservedConfig>) -> Self {
        let Some(observed) = observed else {
            let added = |(key, value): (&str, &Value)| KeyChange {
                key: key.to_owned(),
                before: None,
                after: Some(value.clone()),
            };
            return Self::Create(spec.config().into_iter().map(added).collect());
        };
        let comparison = compare(spec, observed);
        if comparison.is_equal() { Self::Nothing(comparison) } else { Self::Update(comparison) }
    }

    /// Whether nothing has to be written.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing(_))
    }
}

impl StateChange {
    /// What has to be done about a state. Where a worker does not tell which one was asked for (a
    /// connector that starts, or has failed) nothing is done, but a failed one can still be stopped.
    fn of(after: DesiredState, observed: Option<&Observed>) -> Option<Self> {
        let Some(observed) = observed else {
            return (after != DesiredState::Running).then_some(Self { before: None, after });
        };
        let state = &observed.status.as_ref()?.state;
        let before = DesiredState::reported(state);
        let differs = match before {
            Some(before) => before != after,
            None => after == DesiredState::Stopped && *state == State::Failed,
        };
        differs.then_some(Self { before, after })
    }
}

impl Plan {
    /// Plans for all that is declared and, where asked, for what is declared no more. `worker` is the
    /// worker's version where that is known.
    pub fn of<'a>(
        specs: impl IntoIterator<Item = &'a Spec> + Clone,
        observation: &Observation,
        prune: Option<&Prune>,
        worker: Option<KafkaVersion>,
    ) -> Self {
        let step = |spec: &Spec| {
            let observed = observation.get(&spec.name);
            let difference = Difference::of(spec, observed);
            let impact = Impact::of(spec, observed, &difference, worker);
            Step { name: spec.name.clone(), difference, impact }
        };
        let gone = |name: &ConnectorName| Step {
            name: name.clone(),
            difference: Difference::delete(),
            impact: Impact::of_deletion(name, observation.get(name)),
        };
        let declared: Vec<&ConnectorName> = specs.clone().into_iter().map(|spec| &spec.name).collect();
        let mut steps: Vec<_> = specs.into_iter().map(step).collect();
        if let Some(prune) = prune {
            steps.extend(prune.candidates(observation, declared.iter().copied()).into_iter().map(gone));
        }
        Self { steps }
    }

    /// Whether nothing has to be written.
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(|step| step.difference.is_nothing())
    }

    /// How many connectors would be created, updated, deleted and left alone.
    pub fn counts(&self) -> Counts {
        let count = |word| self.steps.iter().filter(|step| step.difference.word() == word).count();
        Counts { create: count("create"), update: count("update"), delete: count("delete"), none: count("none") }
    }

    /// The connectors that would be deleted.
    pub fn deletions(&self) -> impl Iterator<Item = &ConnectorName> {
        self.steps.iter().filter(|step| step.difference.action == Action::Delete).map(|step| &step.name)
    }
}

/// How many connectors a plan does what with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// New ones.
    pub create: usize,
    /// Changed ones.
    pub update: usize,
    /// Those that go.
    pub delete: usize,
    /// Those left alone.
    pub none: usize,
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (no_changes, nothing) = (Vec::new(), Vec::new());
        let Self { name, difference, impact } = self;
        let (changes, cannot_tell, secrets) = match &difference.action {
            Action::Create(changes) => (changes, &nothing, SecretsVerdict::Unchanged),
            Action::Delete => (&no_changes, &nothing, SecretsVerdict::Unchanged),
            Action::Update(comparison) | Action::Nothing(comparison) => {
                let Comparison { changes, cannot_tell, secrets } = comparison;
                (changes, cannot_tell, *secrets)
            }
        };
        let mut step = serializer.serialize_struct("Step", 7)?;
        step.serialize_field("name", name)?;
        step.serialize_field("action", difference.word())?;
        step.serialize_field("changes", changes)?;
        step.serialize_field("cannot_tell", cannot_tell)?;
        step.serialize_field("secrets", &secrets)?;
        step.serialize_field("state", &difference.state)?;
        step.serialize_field("impact", impact)?;
        step.end()
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
