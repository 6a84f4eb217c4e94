//! A plan on its way to a later `apply`: per connector what was declared and what was observed, as
//! fingerprints by key, so that what has moved since can be told key by key. It holds no value.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::applied::{self, FingerprintKey};
use super::payload::is_masked;
use super::{ConnectorName, DesiredState, Observation, Observed, Plan, Spec, diff, plain, redact};

/// The version of saved plans that this program writes and reads.
pub const VERSION: u32 = 1;
/// What tells a saved plan from other JSON.
pub const KIND: &str = "connect-register plan";

/// A saved plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPlan {
    /// The version of this document.
    pub schema_version: u32,
    /// What it is.
    pub kind: String,
    /// The version of the program that made it.
    pub made_by: String,
    /// The id of the Kafka cluster that the worker is on, where it told.
    pub cluster: Option<String>,
    /// The set of the templates.
    pub set: String,
    /// Whether what is declared no more is deleted.
    pub prune: bool,
    /// The key of the fingerprints of all that is not secret.
    pub salt: String,
    /// The connectors, in the order of the plan.
    pub connectors: Vec<SavedStep>,
}

/// What is planned for one connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedStep {
    /// Its name.
    pub name: String,
    /// `create`, `update`, `delete` or `none`.
    pub action: String,
    /// What was declared, unless it is to go.
    pub declared: Option<Face>,
    /// What was observed, where it was there.
    pub observed: Option<Face>,
}

/// A connector, as fingerprints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// Its state, where it is declared or was told.
    pub state: Option<DesiredState>,
    /// The fingerprints of its values.
    pub config: BTreeMap<String, Print>,
}

/// The fingerprint of one value: `hmac-sha256:…`, keyed by the salt of the plan or, for a secret, by
/// the key of fingerprints; `masked` or `unknown` where there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Print(String);

/// Makes fingerprints.
#[derive(Clone, Debug)]
pub struct Printer {
    /// Keys what is not secret.
    pub salt: FingerprintKey,
    /// Keys secrets, where there is one.
    pub secret: Option<FingerprintKey>,
}

/// Something that is not as it was when the plan was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The connector.
    pub name: ConnectorName,
    /// What moved, in words.
    pub what: String,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.what)
    }
}

impl Print {
    const MASKED: &str = "masked";
    const UNKNOWN: &str = "unknown";

    fn is_unknown(&self) -> bool {
        self.0 == Self::UNKNOWN
    }
}

impl Printer {
    fn print(&self, key: &str, value: &str, is_secret: bool) -> Print {
        if is_masked(value) {
            return Print(Print::MASKED.to_owned());
        }
        let is_secret = is_secret || redact::is_sensitive(key, value);
        let with = if is_secret { self.secret.as_ref() } else { Some(&self.salt) };
        let mac = with.and_then(|with| with.mac([key, value]));
        Print(mac.map_or_else(|| Print::UNKNOWN.to_owned(), |mac| format!("hmac-sha256:{mac}")))
    }

    /// What is declared. Keys whose values are secret here are so on the worker too.
    fn declared(&self, spec: &Spec) -> Face {
        let config = spec
            .entries
            .iter()
            .map(|entry| (entry.key.clone(), self.print(&entry.key, entry.value.expose(), entry.value.is_secret())));
        let mut config: BTreeMap<_, _> = config.collect();
        if let Some(applied) = &spec.applied {
            config.insert(applied::KEY.to_owned(), self.print(applied::KEY, &applied.to_string(), false));
        }
        Face { state: spec.state, config }
    }

    fn observed(&self, observed: &Observed, spec: Option<&Spec>) -> Face {
        let declared = spec.map(Spec::config).unwrap_or_default();
        let is_secret = |key: &str, now: &str| declared.get(key).is_some_and(|value| diff::hides(value, now));
        let is_ours = |key: &str| key == applied::KEY || !diff::is_workers_own(key);
        let values = observed.config.iter().filter(|(key, _)| is_ours(key));
        let config = values.map(|(key, value)| (key.clone(), self.print(key, value, is_secret(key, value)))).collect();
        let state = observed.status.as_ref().and_then(|status| DesiredState::reported(&status.state));
        Face { state, config }
    }

    fn steps<'a>(
        &self,
        plan: &Plan,
        specs: impl IntoIterator<Item = &'a Spec>,
        observation: &Observation,
    ) -> Vec<SavedStep> {
        let specs: BTreeMap<&ConnectorName, &Spec> = specs.into_iter().map(|spec| (&spec.name, spec)).collect();
        let step = |step: &super::plan::Step| {
            let spec = specs.get(&step.name).copied();
            SavedStep {
                name: step.name.as_str().to_owned(),
                action: step.difference.word().to_owned(),
                declared: spec.map(|spec| self.declared(spec)),
                observed: observation.get(&step.name).map(|observed| self.observed(observed, spec)),
            }
        };
        plan.steps.iter().map(step).collect()
    }
}

impl SavedPlan {
    /// A plan, ready to be saved.
    pub fn of<'a>(
        frame: Self,
        printer: &Printer,
        plan: &Plan,
        specs: impl IntoIterator<Item = &'a Spec>,
        observation: &Observation,
    ) -> Self {
        Self { connectors: printer.steps(plan, specs, observation), ..frame }
    }

    /// What has moved since the plan was made: `plan` is made of `specs` and `observation` just now.
    pub fn moved<'a>(
        &self,
        printer: &Printer,
        plan: &Plan,
        specs: impl IntoIterator<Item = &'a Spec>,
        observation: &Observation,
    ) -> Vec<Moved> {
        let now = printer.steps(plan, specs, observation);
        let by_name = |steps: &'_ [SavedStep]| -> BTreeMap<String, SavedStep> {
            steps.iter().map(|step| (step.name.clone(), step.clone())).collect()
        };
        let (before, after) = (by_name(&self.connectors), by_name(&now));
        let mut moved = Vec::new();
        for (name, after) in &after {
            let mut tell = |what: String| moved.push(Moved { name: ConnectorName::reported(name.clone()), what });
            match before.get(name) {
                None if after.declared.is_some() => tell("it is declared, and is not in the plan".to_owned()),
                None => tell("it is to be deleted, and is not in the plan".to_owned()),
                Some(before) => {
                    compare(Side::Template, before.declared.as_ref(), after.declared.as_ref(), &mut tell);
                    compare(Side::Worker, before.observed.as_ref(), after.observed.as_ref(), &mut tell);
                }
            }
        }
        for (name, before) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
            let what = match before.action.as_str() {
                "delete" => "it was to be deleted, and is gone or not ours any more",
                _ => "it was declared, and is declared no more",
            };
            moved.push(Moved { name: ConnectorName::reported(name.clone()), what: what.to_owned() });
        }
        moved
    }

    /// The connectors that are to be deleted.
    pub fn deletions(&self) -> impl Iterator<Item = ConnectorName> {
        let deletions = self.connectors.iter().filter(|step| step.action == "delete");
        deletions.map(|step| ConnectorName::reported(step.name.clone()))
    }

    /// Keys of which it cannot be told whether they moved, as `connector: key`.
    pub fn untold(&self) -> Vec<String> {
        let faces = |step: &'_ SavedStep| -> Vec<(String, Print)> {
            let faces = step.declared.iter().chain(&step.observed);
            faces.flat_map(|face| face.config.clone()).collect()
        };
        let mut untold: Vec<_> = self
            .connectors
            .iter()
            .flat_map(|step| faces(step).into_iter().map(move |(key, print)| (step, key, print)))
            .filter(|(_, _, print)| print.is_unknown())
            .map(|(step, key, _)| format!("{}: {}", plain::line(&step.name), plain::line(&key)))
            .collect();
        untold.sort();
        untold.dedup();
        untold
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Template,
    Worker,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Template => "the template",
            Self::Worker => "the worker",
        })
    }
}

fn compare(side: Side, before: Option<&Face>, after: Option<&Face>, tell: &mut impl FnMut(String)) {
    let (before, after) = match (before, after) {
        (None, None) => return,
        (None, Some(_)) => return tell(format!("{side} has it now")),
        (Some(_), None) => return tell(format!("{side} has it no more")),
        (Some(before), Some(after)) => (before, after),
    };
    // A state that a worker does not tell, as while it starts, has not moved.
    let is_told = side == Side::Template || before.state.is_some() && after.state.is_some();
    if is_told && before.state != after.state {
        let word = |state: Option<DesiredState>| state.map_or("none", DesiredState::word);
        tell(format!("{side}: state is {}, and was {}", word(after.state), word(before.state)));
    }
    for (key, print) in &after.config {
        match before.config.get(key) {
            None => tell(format!("{side}: {} is new", plain::line(key))),
            Some(before) if before != print => tell(format!("{side}: {} has another value", plain::line(key))),
            Some(_) => {}
        }
    }
    for key in before.config.keys().filter(|key| !after.config.contains_key(*key)) {
        tell(format!("{side}: {} is gone", plain::line(key)));
    }
}

#[cfg(test)]
#[path = "saved_tests.rs"]
mod tests;
