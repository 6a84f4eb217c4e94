//! What operating needs of a Connect cluster beyond what reconciling needs, as a trait.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use crate::core::offsets::{Moves, Offsets};
use crate::core::{ConnectorName, ConnectorStatus, Fault};
use crate::reconcile::{ConnectReader, ConnectWriter};

/// The level of a logger, and when it was last set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggerLevel {
    /// `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR`, `FATAL` or `OFF`.
    pub level: String,
    /// When it was set, in milliseconds since 1970 (Kafka 3.7 and newer).
    pub modified: Option<i64>,
}

/// How far a change of a logger reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The worker that answers.
    Worker,
    /// All workers of the cluster (Kafka 3.7 and newer).
    Cluster,
}

/// Reads and changes how connectors run.
pub trait Operator: ConnectReader + ConnectWriter {
    /// The status of one connector; `None` where there is no such connector, or it has none yet.
    fn status(&self, name: &ConnectorName) -> impl Future<Output = Result<Option<ConnectorStatus>, Fault>> + Send;

    /// Restarts tasks of a connector, one after the other.
    fn restart_tasks(&self, name: &ConnectorName, tasks: &[u32]) -> impl Future<Output = Result<(), Fault>> + Send;

    /// The offsets of a connector (Kafka 3.5 and newer); `None` where there is no such connector.
    fn offsets(&self, name: &ConnectorName) -> impl Future<Output = Result<Option<Offsets>, Fault>> + Send;

    /// Changes offsets of a stopped connector (Kafka 3.6 and newer).
    fn alter_offsets(&self, name: &ConnectorName, moves: &Moves) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Forgets the offsets of a stopped connector (Kafka 3.6 and newer).
    fn clear_offsets(&self, name: &ConnectorName) -> impl Future<Output = Result<(), Fault>> + Send;

    /// The topics that a connector has read or written since it was made, or since they were reset (Kafka
    /// 2.5 and newer).
    fn topics(&self, name: &ConnectorName) -> impl Future<Output = Result<BTreeSet<String>, Fault>> + Send;

    /// Begins the list of these topics anew.
    fn reset_topics(&self, name: &ConnectorName) -> impl Future<Output = Result<(), Fault>> + Send;

    /// The loggers of the worker that answers, by name (Kafka 2.4 and newer).
    fn loggers(&self) -> impl Future<Output = Result<BTreeMap<String, LoggerLevel>, Fault>> + Send;

    /// Sets the level of a logger and of all below it; tells which, where it reaches one worker.
    fn set_logger(
        &self,
        logger: &str,
        level: &str,
        reach: Reach,
    ) -> impl Future<Output = Result<Vec<String>, Fault>> + Send;
}
