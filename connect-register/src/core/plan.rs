//! A plan: what would be done to make the connectors as declared. A value that can be empty, shown,
//! serialised and applied; a dry run is a plan that is not applied.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::applied::SecretsVerdict;
use super::{Comparison, ConnectorName, KeyChange, ObservedConfig, Spec, compare};

/// What would be done, connector by connector, in the order of declaration.
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
    pub action: Action,
}

/// What would be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// It is not there.
    Create(Vec<KeyChange>),
    /// It differs.
    Update(Comparison),
    /// It is as declared, as far as can be told.
    Nothing(Comparison),
}

impl Action {
    /// What has to be done about a connector that a worker has, or has not.
    pub fn of(spec: &Spec, observed: Option<&ObservedConfig>) -> Self {
        let Some(observed) = observed else {
            let added = |(key, value): (&str, &super::Value)| KeyChange {
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

    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Update(_) => "update",
            Self::Nothing(_) => "none",
        }
    }
}

impl Plan {
    /// Plans for all that is declared.
    pub fn of<'a>(
        specs: impl IntoIterator<Item = &'a Spec>,
        observed: &BTreeMap<ConnectorName, ObservedConfig>,
    ) -> Self {
        let step = |spec: &Spec| Step { name: spec.name.clone(), action: Action::of(spec, observed.get(&spec.name)) };
        Self { steps: specs.into_iter().map(step).collect() }
    }

    /// Whether nothing has to be written.
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(|step| step.action.is_nothing())
    }

    /// How many connectors would be created, updated, and left alone.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |word| self.steps.iter().filter(|step| step.action.word() == word).count();
        (count("create"), count("update"), count("none"))
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let none = Vec::new();
        let (changes, cannot_tell, secrets) = match &self.action {
            Action::Create(changes) => (changes, &none, SecretsVerdict::Unchanged),
            Action::Update(comparison) | Action::Nothing(comparison) => {
                let Comparison { changes, cannot_tell, secrets } = comparison;
                (changes, cannot_tell, *secrets)
            }
        };
        let mut step = serializer.serialize_struct("Step", 5)?;
        step.serialize_field("name", &self.name)?;
        step.serialize_field("action", self.action.word())?;
        step.serialize_field("changes", changes)?;
        step.serialize_field("cannot_tell", cannot_tell)?;
        step.serialize_field("secrets", &secrets)?;
        step.end()
    }
}
