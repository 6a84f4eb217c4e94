//! Taking a connector that runs into a set: its configuration gets the one key that says whose it is,
//! and nothing else of it changes. A mask is never written back.

use tokio::time::{Instant, sleep_until};

use super::access::{ConnectReader, ConnectWriter};
use super::persist::persist;
use crate::core::{
    Applied, Backoff, Class, ConnectorName, Fault, KafkaVersion, Patch, Payload, Remedy, applied, prune,
};

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adoption {
    /// It carries the name of the set now.
    Adopted,
    /// It carried it before.
    AlreadyOurs,
    /// It is not there any more.
    Gone,
    /// The worker masks these keys and cannot change a single one.
    Masked(Vec<String>),
}

/// Takes a connector into a set.
///
/// # Errors
/// When the worker refuses, or cannot be asked until the deadline.
pub async fn adopt<C: ConnectReader + ConnectWriter>(
    connect: &C,
    name: &ConnectorName,
    applied: &Applied,
    worker: Option<KafkaVersion>,
    deadline: Instant,
    backoff: &Backoff,
) -> Result<Adoption, Fault> {
    let mut is_written = false;
    for attempt in 0.. {
        let Some(mut config) = persist(deadline, backoff, || connect.config(name)).await? else {
            return Ok(Adoption::Gone);
        };
        if prune::owner(&config).as_deref() == Some(&applied.set) {
            return Ok(if is_written { Adoption::Adopted } else { Adoption::AlreadyOurs });
        }
        let key = applied::KEY.to_owned();
        let written = if worker.is_some_and(KafkaVersion::has_patch) {
            match Patch::new([(key, Some(applied.to_string()))].into()) {
                Ok(patch) => connect.patch_config(name, &patch).await,
                Err(masked) => return Ok(Adoption::Masked(masked.0)),
            }
        } else {
            config.insert(key, applied.to_string());
            match Payload::new(config) {
                Ok(payload) => connect.put_config(name, &payload).await,
                Err(masked) => return Ok(Adoption::Masked(masked.0)),
            }
        };
        let Err(fault) = written else { return Ok(Adoption::Adopted) };
        let again = Instant::now() + backoff.delay(attempt, 0);
        if fault.class.remedy() == Remedy::GiveUp || fault.class == Class::Unreachable || again >= deadline {
            return Err(fault);
        }
        is_written = true;
        tracing::debug!(%fault, "looking before it is written again");
        sleep_until(again).await;
    }
    unreachable!("the loop above ends only by returning")
}
