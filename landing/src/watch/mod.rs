//! The watching service: advances a ledger all the time and serves what it sees as metrics, beside
//! `/livez` and `/readyz`. It outlives outages of Kafka and of PostgreSQL.

pub mod keeper;
pub mod lag;
pub mod metrics;

use std::time::Duration;

use prometheus_client::registry::Registry;
use service::{Endpoint, Readiness, Shutdown};
use tokio::net::TcpListener;

use crate::ledger::verdict::Scope;
use crate::postgres::Postgres;
use kafka::Kafka;
use keeper::Keeper;
use metrics::Metrics;

/// What to watch, and how often.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where Kafka is.
    pub kafka: Kafka,
    /// Where PostgreSQL is.
    pub postgres: Postgres,
    /// What the ledger is of.
    pub scope: Scope,
    /// Between two looks.
    pub interval: Duration,
    /// After this long the ledger is read anew, which drops what has expired.
    pub recount: Duration,
    /// Older than this when it landed, a sale was replayed and has no latency.
    pub replayed_after: Duration,
}

/// Watches until `shutdown`. Needs a runtime of several threads.
///
/// # Errors
/// When the listener fails; never for Kafka's or PostgreSQL's sake.
pub async fn run(listener: TcpListener, shutdown: Shutdown, settings: Settings) -> anyhow::Result<()> {
    // A request that waits cannot be stopped, and a service must end well within ten seconds.
    let kafka = settings.kafka.clone().with_patience(Duration::from_secs(3));
    let settings = Settings { kafka, ..settings };
    let readiness = Readiness::default();
    let mut registry = Registry::default();
    let metrics = Metrics::register(&mut registry);
    let endpoint = Endpoint::new(registry, readiness.clone()).serve(listener, shutdown.clone());

    let lag = tokio::spawn(lag::follow(settings.clone(), metrics.clone(), shutdown.clone()));
    let keeper = tokio::spawn(Keeper::new(settings, metrics, readiness)?.run(shutdown.clone()));
    endpoint.await?;
    // The endpoint ends when it was asked to, or fails; either way the others follow.
    shutdown.stop();
    keeper.await?;
    lag.await?;
    Ok(())
}
