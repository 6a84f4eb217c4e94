//! Whether sinks get on: their groups' committed offsets, read from Kafka at a slow pace, and never from
//! Connect. What follows from them is decided by the step.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafka::{Group, Kafka};
use service::Shutdown;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::metrics::WatchMetrics;
use crate::commands::options::duration;
use crate::core::{ConnectorName, ConnectorStatus, Observation, Verdict};
use crate::reconcile::progress::{Place, Reading, Tracker};
use crate::reconcile::{Event, Stalled, State};

/// Whether sinks get on.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct ProgressArgs {
    /// The pause between two looks at how far sinks have come, where `KAFKA_BOOTSTRAP_SERVERS` is set
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = duration)]
    progress_interval: Duration,
    /// A sink that runs, has records to land, and has not moved for so long is stalled
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = duration)]
    stalled_after: Duration,
    /// Restart sinks that are stalled, once each time, instead of only telling
    #[arg(long)]
    restart_stalled: bool,
}

impl ProgressArgs {
    pub(super) fn stalled(self) -> Stalled {
        if self.restart_stalled { Stalled::Restarted } else { Stalled::Told }
    }
}

/// A broker that takes longer than this is asked again at the next look; and a stop waits no longer.
const PATIENCE: Duration = Duration::from_secs(3);

/// A sink that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sink {
    name: ConnectorName,
    group: String,
    topics: Vec<String>,
}

/// The sinks among the watched connectors that run, and whose topics are named one by one.
pub(super) fn sinks(state: &State, observation: &Observation) -> Vec<Sink> {
    let running = state.members.iter().filter(|member| member.verdict == Verdict::Running);
    let sink = |name: &ConnectorName| {
        let observed = observation.get(name)?;
        let is_sink = |status: &ConnectorStatus| status.kind == "sink";
        observed.status.as_ref().filter(|status| is_sink(status))?;
        let topics = observed.config.get("topics")?.split(',').map(str::trim);
        let topics: Vec<_> = topics.filter(|topic| !topic.is_empty()).map(ToOwned::to_owned).collect();
        // The group of Connect, <https://kafka.apache.org/documentation/#connect_running>.
        let group = observed.config.get("consumer.override.group.id").cloned();
        Some(Sink { name: name.clone(), group: group.unwrap_or_else(|| format!("connect-{name}")), topics })
    };
    running.filter_map(|member| sink(&member.name)).collect()
}

/// Whoever looks at the offsets.
#[derive(Debug)]
pub(super) struct Onlooker {
    kafka: Kafka,
    args: ProgressArgs,
    sinks: watch::Receiver<Vec<Sink>>,
    metrics: WatchMetrics,
    events: mpsc::Sender<Event>,
}

impl Onlooker {
    /// Somebody who looks at what this Kafka has of sinks.
    pub(super) fn new(
        kafka: Kafka,
        args: ProgressArgs,
        sinks: watch::Receiver<Vec<Sink>>,
        metrics: WatchMetrics,
        events: mpsc::Sender<Event>,
    ) -> Self {
        Self { kafka: kafka.with_patience(PATIENCE), args, sinks, metrics, events }
    }

    /// Looks until a stop is asked for.
    pub(super) async fn look(self, shutdown: Shutdown) {
        let (began, mut tracker, mut was_read) = (Instant::now(), Tracker::default(), true);
        loop {
            tokio::select! {
                () = shutdown.asked() => return,
                () = sleep(self.args.progress_interval) => {}
            }
            let (kafka, sinks) = (self.kafka.clone(), self.sinks.borrow().clone());
            let names: Vec<_> = sinks.iter().map(|sink| sink.name.clone()).collect();
            let stop = shutdown.clone();
            let read = tokio::select! {
                () = shutdown.asked() => return,
                read = tokio::task::spawn_blocking(move || read(&kafka, &sinks, &stop)) => read,
            };
            let Ok((readings, fault)) = read else { return };
            if let Some(fault) = fault.as_ref().filter(|_| was_read) {
                tracing::warn!("how far sinks have come cannot be read: {fault}");
            }
            was_read = fault.is_none();
            self.metrics.progressed(&readings);
            let behind = tracker.read(began.elapsed(), self.args.stalled_after, &names, &readings);
            // Nobody listens any more only when all ends.
            let _ = self.events.send(Event::Progressed(Arc::new(behind))).await;
        }
    }
}

/// How far sinks have come, and why that of some could not be read.
fn read(kafka: &Kafka, sinks: &[Sink], stop: &Shutdown) -> (BTreeMap<ConnectorName, Reading>, Option<String>) {
    let (mut readings, mut fault) = (BTreeMap::new(), None);
    for sink in sinks {
        if stop.is_asked() {
            break;
        }
        match read_one(kafka, sink) {
            Ok(reading) => drop(readings.insert(sink.name.clone(), reading)),
            Err(error @ kafka::ReadError::NoTopic(_)) => fault = Some(error.to_string()),
            Err(error) => {
                // The others would wait as long for the same.
                fault = Some(error.to_string());
                break;
            }
        }
    }
    (readings, fault)
}

fn read_one(kafka: &Kafka, sink: &Sink) -> Result<Reading, kafka::ReadError> {
    let group = Group::new(kafka, &sink.group)?;
    let mut reading = Reading::new();
    for topic in &sink.topics {
        for (partition, progress) in group.progress(topic)? {
            let lag = u64::try_from(progress.lag()).unwrap_or_default();
            reading.insert((topic.clone(), partition), Place { committed: progress.committed, lag });
        }
    }
    Ok(reading)
}
