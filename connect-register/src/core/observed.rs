//! What a worker reports of its connectors at one moment: configurations and states. Asking for it
//! is not here.

use std::collections::BTreeMap;

use super::{ConnectorName, ConnectorStatus, ObservedConfig};

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

impl Observed {
    /// A connector of which nothing but its configuration is known.
    pub fn of_config(config: ObservedConfig) -> Self {
        Self { config, status: None }
    }
}
