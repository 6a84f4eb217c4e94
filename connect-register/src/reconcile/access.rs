//! What reconciling needs of a Connect cluster, as two traits: who only plans gets the reader, and so
//! cannot change anything.

use std::collections::BTreeMap;
use std::future::Future;

use serde::Serialize;

use crate::core::lint::Validation;
use crate::core::{ConnectorName, ConnectorStatus, Fault, ObservedConfig};

/// All connectors of a cluster at one moment.
pub type Observation = BTreeMap<ConnectorName, Observed>;

/// One connector as a worker reports it.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Its configuration.
    pub config: ObservedConfig,
    /// Its status; absent where it has none yet.
    pub status: Option<ConnectorStatus>,
}

/// What a worker says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerInfo {
    /// Its version, as `GET /` has it.
    pub version: String,
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The connector is new.
    Created,
    /// The connector was there.
    Updated,
}

impl Effect {
    /// The effect in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
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
    fn put_config(
        &self,
        name: &ConnectorName,
        payload: BTreeMap<String, String>,
    ) -> impl Future<Output = Result<Effect, Fault>> + Send;

    /// Restarts what has failed of a connector, itself and its tasks.
    fn restart_failed(&self, name: &ConnectorName) -> impl Future<Output = Result<(), Fault>> + Send;
}
