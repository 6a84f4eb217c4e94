//! Looking at the connectors of a worker: all of them in one request, and of them those that were chosen.

use service::Failure;
use tokio::time::Instant;

use super::choice::ChoiceArgs;
use super::format::OutputArgs;
use super::options::{ReadTimeout, backoff};
use crate::core::Observation;
use crate::reconcile::{ConnectReader, persist::persist};

/// Which connectors are looked at, for how long the worker is asked, and how they are shown.
#[derive(Debug, clap::Args)]
pub(super) struct LookArgs {
    #[command(flatten)]
    pub(super) choice: ChoiceArgs,
    #[command(flatten)]
    pub(super) timeout: ReadTimeout,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

impl LookArgs {
    /// The connectors that were chosen; those that were named have to be there.
    pub(super) async fn chosen(&self, reader: &impl ConnectReader) -> Result<Observation, Failure> {
        let mut observation = all(reader, self.timeout.deadline()).await?;
        let selection = self.choice.among(observation.keys())?;
        observation.retain(|name, _| selection.has(name));
        Ok(observation)
    }
}

/// All connectors of a worker.
pub(super) async fn all(reader: &impl ConnectReader, deadline: Instant) -> Result<Observation, Failure> {
    let observation = persist(deadline, &backoff(), || reader.observe()).await;
    observation.map_err(|fault| fault.into_failure("the connectors could not be read"))
}
