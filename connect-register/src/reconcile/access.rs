//! What reconciling needs of a Connect cluster, as two traits: who only plans gets the reader, and so
//! cannot change anything.

use std::collections::BTreeMap;
use std::future::Future;

use serde::Serialize;

use crate::core::lint::Validation;
use crate::core::{
    ConnectorName, DesiredState, Fault, KeyDefinition, Observation, ObservedConfig, Part, Patch, Payload, Plugin,
};

/// What a worker says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerInfo {
    /// Its version, as `GET /` has it.
    pub version: String,
    /// The id of the Kafka cluster that it works on; absent before Kafka 2.0.
    pub cluster: Option<String>,
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The connector is new.
    Created,
    /// The connector was there.
    Updated,
    /// The connector is gone.
    Deleted,
}

impl Effect {
    /// The effect in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// Whether a worker has a config provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderVerdict {
    /// It resolves references to it.
    Present,
    /// It left a reference as it was: the literal text would be used as the value.
    Missing,
    /// It cannot be told without asking for a secret.
    Unknown,
}

/// Reads what a cluster is like.
pub trait ConnectReader: Sync {
    /// `GET /`
    fn worker(&self) -> impl Future<Output = Result<WorkerInfo, Fault>> + Send;

    /// `GET /health`, of workers that have it: `Ok` when ready.
    fn health(&self) -> impl Future<Output = Result<(), Fault>> + Send;

    /// The classes of the connectors that the worker has, by their full names.
    fn plugins(&self) -> impl Future<Output = Result<Vec<String>, Fault>> + Send;

    /// All plug-ins of the worker: connectors, converters, transforms, predicates. Workers before
    /// Kafka 3.2 name their connectors alone.
    fn all_plugins(&self) -> impl Future<Output = Result<Vec<Plugin>, Fault>> + Send;

    /// The keys that a plug-in defines (Kafka 3.2 and newer).
    fn definition(&self, class: &str) -> impl Future<Output = Result<Vec<KeyDefinition>, Fault>> + Send;

    /// All connectors with configuration and status, in one request. A connector that has no status
    /// yet is not in it.
    fn observe(&self) -> impl Future<Output = Result<Observation, Fault>> + Send;

    /// The configuration of one connector; `None` where there is no such connector.
    fn config(&self, name: &ConnectorName) -> impl Future<Output = Result<Option<ObservedConfig>, Fault>> + Send;

    /// What the worker's plug-in says about a configuration.
    fn validate(
        &self,
        class: &str,
        config: BTreeMap<String, String>,
    ) -> impl Future<Output = Result<Validation, Fault>> + Send;

    /// Whether the worker has a config provider, found out without asking for any secret. `class` is
    /// that of a connector which the worker has.
    fn provider(&self, class: &str, provider: &str) -> impl Future<Output = Result<ProviderVerdict, Fault>> + Send;
}

/// Changes what a cluster is like.
pub trait ConnectWriter: Sync {
    /// Creates a connector, or replaces its configuration.
    fn put_config(&self, name: &ConnectorName, payload: &Payload)
    -> impl Future<Output = Result<Effect, Fault>> + Send;

    /// Creates a connector in a state (Kafka 3.7 and newer). Where there is one of that name already,
    /// the fault is [`Class::Exists`](crate::core::Class::Exists) and it is left as it is.
    fn create(
        &self,
        name: &ConnectorName,
        payload: &Payload,
        state: DesiredState,
    ) -> impl Future<Output = Result<Effect, Fault>> + Send;

    /// Changes keys of a connector's configuration, `None` removes one; all others keep the values
    /// that the worker has (Kafka 3.8 and newer).
    fn patch_config(&self, name: &ConnectorName, patch: &Patch) -> impl Future<Output = Result<Effect, Fault>> + Send;

    /// Asks for a state; the worker accepts it, and gets there later. `Stopped` takes Kafka 3.5.
    fn set_state(&self, name: &ConnectorName, state: DesiredState) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Deletes a connector; its offsets stay. One that is not there is deleted.
    fn delete(&self, name: &ConnectorName) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Restarts a connector, or a part of it.
    fn restart(&self, name: &ConnectorName, part: Part) -> impl Future<Output = Result<(), Fault>> + Send;
}
