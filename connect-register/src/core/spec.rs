//! A connector as it is declared: its name and its rendered configuration, each key with the place
//! it came from. What a worker has is not known here.

use std::collections::{BTreeMap, BTreeSet};

use super::applied::{self, Applied};
use super::reference::{self, Reference};
use super::{ConnectorName, DesiredState, IgnoredKeys, Place, Value};

/// A declared connector, rendered and without mistakes.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Its name.
    pub name: ConnectorName,
    /// Where it is declared.
    pub place: Place,
    /// Its configuration, in the template's order.
    pub entries: Vec<Entry>,
    /// The secrets that its template names.
    pub secrets: BTreeSet<String>,
    /// What will be remembered beside the configuration when it is written; absent where a former
    /// configuration is restored, with what was remembered beside it then.
    pub applied: Option<Applied>,
    /// The state it is to be in; where none is declared, nobody's pause is undone.
    pub state: Option<DesiredState>,
    /// Keys that are left to others.
    pub ignored: IgnoredKeys,
}

/// One key of a declared configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The rendered value.
    pub value: Value,
    /// Where the key stands.
    pub place: Place,
}

impl Spec {
    /// The configuration by key.
    pub fn config(&self) -> BTreeMap<&str, &Value> {
        self.entries.iter().map(|entry| (entry.key.as_str(), &entry.value)).collect()
    }

    /// What is declared: the configuration as strings, secrets exposed, and the one key that remembers
    /// what was applied. It is sent only as a [`Payload`](super::Payload).
    pub fn payload(&self) -> BTreeMap<String, String> {
        let mut payload: BTreeMap<_, _> =
            self.entries.iter().map(|entry| (entry.key.clone(), entry.value.expose().to_owned())).collect();
        payload.extend(self.applied.as_ref().map(|applied| (applied::KEY.to_owned(), applied.to_string())));
        payload
    }

    /// The class of the connector, where the template names one.
    pub fn class(&self) -> Option<&str> {
        self.entries.iter().find(|entry| entry.key == "connector.class").map(|entry| entry.value.expose())
    }

    /// The place of a key, or of the template where it has no such key.
    pub fn place_of(&self, key: &str) -> Place {
        self.entries.iter().find(|entry| entry.key == key).map_or(&self.place, |entry| &entry.place).clone()
    }

    /// The config-provider references in its values.
    pub fn references(&self) -> BTreeSet<Reference> {
        self.entries.iter().flat_map(|entry| reference::find(entry.value.expose())).collect()
    }
}
