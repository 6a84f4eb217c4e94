//! Looking at a cluster once, for plans: all connectors in one request, and those that seem absent
//! one by one, for a connector without a status is not in that answer.

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::access::ConnectReader;
use super::persist::persist;
use crate::core::{Backoff, ConnectorName, Fault, ObservedConfig, Spec};

/// The configurations of those declared connectors that are there.
///
/// # Errors
/// When the worker cannot be asked until the deadline.
pub async fn survey<'a>(
    reader: &impl ConnectReader,
    specs: impl IntoIterator<Item = &'a Spec>,
    deadline: Instant,
    backoff: &Backoff,
) -> Result<BTreeMap<ConnectorName, ObservedConfig>, Fault> {
    let mut observation = persist(deadline, backoff, || reader.observe()).await?;
    let mut found = BTreeMap::new();
    for spec in specs {
        let config = match observation.remove(&spec.name) {
            Some(observed) => Some(observed.config),
            None => persist(deadline, backoff, || reader.config(&spec.name)).await?,
        };
        if let Some(config) = config {
            found.insert(spec.name.clone(), config);
        }
    }
    Ok(found)
}
