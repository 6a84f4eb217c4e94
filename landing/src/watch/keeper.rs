//! Keeps the ledger: opens it, advances it on every beat, reads it anew now and then, and comes back
//! by itself after Kafka or PostgreSQL were away.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use hdrhistogram::Histogram;
use service::failure::tell;
use service::{Readiness, Shutdown};
use tokio::task::block_in_place;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::Settings;
use super::metrics::Metrics;
use crate::latency::Sample;
use crate::latency::report::record;
use crate::latency::window::Window;
use crate::ledger::rows::{Row, Table};
use crate::ledger::{End, Error, Ledger, Observer};
use crate::postgres::Session;

/// An advance that reads only what is new and takes longer than this hangs.
const HANGS: Duration = Duration::from_mins(1);
/// How far back the recent latencies go.
const RECENT: Duration = Duration::from_mins(1);
/// Between two summaries of the index on `landed_at`.
const SUMMARISE: Duration = Duration::from_secs(10);

/// Keeps one ledger.
#[derive(Debug)]
pub struct Keeper {
    settings: Settings,
    metrics: Metrics,
    readiness: Readiness,
    ledger: Option<Ledger>,
    read_anew: Instant,
    table: Option<Table>,
    summarised: Instant,
    window: Window,
    tick: Tick,
    stages: Option<BTreeMap<String, u64>>,
}

impl Keeper {
    /// A keeper that has nothing open yet.
    ///
    /// # Errors
    /// When there is no memory for a histogram.
    pub fn new(settings: Settings, metrics: Metrics, readiness: Readiness) -> anyhow::Result<Self> {
        let tick =
            Tick { metrics: metrics.clone(), replayed_after: settings.replayed_after, micros: Histogram::new(3)? };
        Ok(Self {
            settings,
            metrics,
            readiness,
            ledger: None,
            read_anew: Instant::now(),
            table: None,
            summarised: Instant::now(),
            window: Window::new(RECENT),
            tick,
            stages: None,
        })
    }

    /// Keeps the ledger until `shutdown`.
    pub async fn run(mut self, shutdown: Shutdown) {
        let mut beat = interval(self.settings.interval);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = beat.tick() => {}
                () = shutdown.asked() => return,
            }
            let result = tokio::select! {
                result = self.advance(&shutdown) => result,
                () = shutdown.asked() => return,
            };
            self.renew_recent();
            let before = self.readiness.get();
            match result {
                Ok(()) if before.is_err() => {
                    tracing::info!("the ledger is being kept");
                    self.readiness.ready();
                }
                Ok(()) => {}
                Err(error) => {
                    let why = tell(&error);
                    // Once, and not on every beat of an outage.
                    if before != Err(why.clone()) && !shutdown.is_asked() {
                        tracing::warn!("the ledger cannot be kept: {why}");
                    }
                    self.readiness.not_ready(why);
                }
            }
        }
    }

    async fn advance(&mut self, stop: &Shutdown) -> anyhow::Result<()> {
        let table = match self.table.take() {
            Some(table) => table,
            None => Table::new(Session::open(&self.settings.postgres, "landing watch").await?).await?,
        };
        if self.summarised.elapsed() > SUMMARISE {
            table.summarise().await;
            self.summarised = Instant::now();
        }
        let mut ledger = self.open()?;
        let patience = if ledger.is_complete() { HANGS } else { Duration::MAX };
        let advanced = timeout(patience, ledger.advance(&table, &mut self.tick, stop)).await;

        let is_complete = ledger.is_complete();
        match advanced {
            Ok(Ok(verdict)) => {
                self.ledger = Some(ledger);
                self.table = Some(table);
                self.metrics.verdict(&verdict, SystemTime::now());
                self.count_dead_letters(&verdict.dead_letters_by_stage);
                Ok(())
            }
            Ok(Err(error)) => {
                match error {
                    // What was read so far still holds; only the topic has to come back.
                    Error::Kafka(kafka::ReadError::Changed(_)) => self.renew(ledger)?,
                    Error::Kafka(_) => (self.ledger, self.table) = (Some(ledger), Some(table)),
                    Error::Postgres(_) if is_complete => self.ledger = Some(ledger),
                    Error::Postgres(_) => self.renew(ledger)?,
                }
                Err(error.failure(&self.settings.kafka, &self.settings.postgres).into())
            }
            Err(_) => {
                self.ledger = Some(ledger);
                anyhow::bail!("PostgreSQL ({}) does not answer within {} s", table.postgres(), HANGS.as_secs())
            }
        }
    }

    fn open(&mut self) -> anyhow::Result<Ledger> {
        if let Some(ledger) = self.ledger.take() {
            if self.read_anew.elapsed() < self.settings.recount {
                return Ok(ledger);
            }
            self.renew(ledger)?;
        }
        if let Some(ledger) = self.ledger.take() {
            return Ok(ledger);
        }
        let Settings { kafka, scope, .. } = &self.settings;
        let opened = block_in_place(|| Ledger::open(kafka, scope.clone(), End::Never));
        self.read_anew = Instant::now();
        Ok(opened.map_err(|error| error.failure(kafka))?)
    }

    /// Replaces the ledger by one that is to be read anew; none where Kafka is away.
    fn renew(&mut self, ledger: Ledger) -> anyhow::Result<()> {
        let renewed = block_in_place(|| ledger.renew(End::Never));
        self.ledger = Some(renewed.map_err(|error| error.failure(&self.settings.kafka))?);
        self.read_anew = Instant::now();
        Ok(())
    }

    /// Moves the window of recent latencies on; in an outage too, so that it empties.
    fn renew_recent(&mut self) {
        let fresh = Histogram::new_from(&self.tick.micros);
        self.window.push(Instant::now(), std::mem::replace(&mut self.tick.micros, fresh));
        self.metrics.recent(self.window.percentiles());
    }

    /// Counts dead letters that are new; those that were there at the start are not.
    fn count_dead_letters(&mut self, stages: &BTreeMap<String, u64>) {
        if let Some(before) = &self.stages {
            for (stage, count) in stages {
                let more = count.saturating_sub(before.get(stage).copied().unwrap_or(0));
                self.metrics.dead_letters(stage, more);
            }
        }
        self.stages = Some(stages.clone());
    }
}

/// What one beat sees of rows.
#[derive(Debug)]
struct Tick {
    metrics: Metrics,
    replayed_after: Duration,
    micros: Histogram<u64>,
}

impl Observer for Tick {
    fn row(&mut self, row: &Row<'_>) {
        self.metrics.landed();
        match Sample::of(row.ts, row.landed_at, row.committed_at, self.replayed_after) {
            Sample::Took(micros, _) => {
                self.metrics.took(Duration::from_micros(micros).as_secs_f64());
                record(&mut self.micros, micros);
            }
            Sample::Replayed => self.metrics.replayed(),
            Sample::Ahead => {}
        }
    }
}
