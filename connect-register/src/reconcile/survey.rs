//! Looking at a cluster once, for plans: all connectors in one request, and those that seem absent
//! one by one, for a connector without a status is not in that answer.

use tokio::time::Instant;

use super::access::ConnectReader;
use super::persist::persist;
use crate::core::{Backoff, Fault, Observation, Observed, Spec};

/// All connectors, and of those declared also what has no status yet.
///
/// # Errors
/// When the worker cannot be asked until the deadline.
pub async fn survey<'a>(
    reader: &impl ConnectReader,
    specs: impl IntoIterator<Item = &'a Spec>,
    deadline: Instant,
    backoff: &Backoff,
) -> Result<Observation, Fault> {
    let mut observation = persist(deadline, backoff, || reader.observe()).await?;
    for spec in specs {
        if observation.contains_key(&spec.name) {
            continue;
        }
        if let Some(config) = persist(deadline, backoff, || reader.config(&spec.name)).await? {
            observation.insert(spec.name.clone(), Observed::of_config(config));
        }
    }
    Ok(observation)
}
