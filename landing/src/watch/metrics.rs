//! The metrics of the watching service: their names, their meaning, and how a verdict fills them.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::time::SystemTime;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::latency::report::Percentiles;
use crate::ledger::count::Counts;
use crate::ledger::verdict::Verdict;

/// Seconds; 5 is the limit that is promised.
const BUCKETS: [f64; 16] =
    [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3_600.0];

/// Served from the start as zero, so that the first dead letter is already an increase.
const STAGES: [&str; 6] =
    ["PRODUCER", "KEY_CONVERTER", "VALUE_CONVERTER", "HEADER_CONVERTER", "TRANSFORMATION", "TASK_PUT"];

type Number = Gauge<f64, AtomicU64>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Stage {
    stage: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Partition {
    partition: i32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Quantile {
    quantile: &'static str,
}

/// The metrics; clones share their values.
#[derive(Clone, Debug)]
pub struct Metrics {
    landed: Counter,
    replayed: Counter,
    latency: Histogram,
    recent: Family<Quantile, Number>,
    dead_letters: Family<Stage, Counter>,
    lag: Family<Partition, Gauge>,
    updated: Number,
    produced: Gauge,
    refused: Gauge,
    landed_ids: Gauge,
    dead: Gauge,
    in_flight: Gauge,
    expired: Gauge,
    missing: Gauge,
    doubled: Gauge,
}

impl Metrics {
    /// Registers all of them.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            landed: Counter::default(),
            replayed: Counter::default(),
            latency: Histogram::new(BUCKETS),
            recent: Family::default(),
            dead_letters: Family::default(),
            lag: Family::default(),
            updated: Number::default(),
            produced: Gauge::default(),
            refused: Gauge::default(),
            landed_ids: Gauge::default(),
            dead: Gauge::default(),
            in_flight: Gauge::default(),
            expired: Gauge::default(),
            missing: Gauge::default(),
            doubled: Gauge::default(),
        };
        for stage in STAGES {
            metrics.dead_letters(stage, 0);
        }
        let m = &metrics;
        registry.register(
            "retail_landed",
            "Rows seen landing in sales_raw since this process started",
            m.landed.clone(),
        );
        registry.register(
            "retail_landed_replayed",
            "Of these, rows replayed in their original time, which have no latency",
            m.replayed.clone(),
        );
        registry.register(
            "retail_landing_latency_seconds",
            "From the time of the event to the commit of its row (to the insert where commit times are off)",
            m.latency.clone(),
        );
        registry.register(
            "retail_landing_latency_recent_seconds",
            "The same over the last minute, as quantiles; absent while nothing landed",
            m.recent.clone(),
        );
        registry.register("retail_dlq", "Dead letters by the stage that refused them", m.dead_letters.clone());
        registry.register(
            "retail_ledger_lag_records",
            "Records that the sink has not committed, by partition; absent while Kafka does not answer",
            m.lag.clone(),
        );
        registry.register(
            "retail_ledger_updated_timestamp_seconds",
            "When the ledger was last advanced: the age of the other gauges",
            m.updated.clone(),
        );
        for (name, help, gauge) in [
            ("produced", "Distinct ids in the topic and those the producer refused", &m.produced),
            ("refused", "Of the produced, ids that the producer refused", &m.refused),
            ("landed", "Of the produced, ids with a row", &m.landed_ids),
            ("dead", "Of the produced, ids with a dead letter and no row", &m.dead),
            ("in_flight", "Of the produced, ids that the sink has not committed", &m.in_flight),
            ("expired", "Of the produced, ids whose row the table no longer keeps", &m.expired),
            ("missing", "Of the produced, ids that are nowhere else: lost", &m.missing),
            ("doubled", "Ids on more than one row", &m.doubled),
        ] {
            registry.register(format!("retail_ledger_{name}"), help, gauge.clone());
        }
        metrics
    }

    /// A row that has just landed.
    pub fn landed(&self) {
        self.landed.inc();
    }

    /// It was replayed in its original time.
    pub fn replayed(&self) {
        self.replayed.inc();
    }

    /// It took so long.
    pub fn took(&self, seconds: f64) {
        self.latency.observe(seconds);
    }

    /// The latencies of the last minute.
    pub fn recent(&self, percentiles: Option<Percentiles>) {
        let Some(Percentiles { p50, p95, p99, max }) = percentiles else {
            self.recent.clear();
            return;
        };
        for (quantile, seconds) in [("0.5", p50), ("0.95", p95), ("0.99", p99), ("1", max)] {
            self.recent.get_or_create(&Quantile { quantile }).set(seconds);
        }
    }

    /// How many records wait, by partition.
    pub fn lag(&self, lag: &BTreeMap<i32, i64>) {
        for (&partition, &records) in lag {
            self.lag.get_or_create(&Partition { partition }).set(records);
        }
    }

    /// Nobody knows how many records wait.
    pub fn lag_unknown(&self) {
        self.lag.clear();
    }

    /// So many more dead letters of a stage.
    pub fn dead_letters(&self, stage: &str, more: u64) {
        self.dead_letters.get_or_create(&Stage { stage: stage.to_owned() }).inc_by(more);
    }

    /// What the ledger says.
    pub fn verdict(&self, verdict: &Verdict, now: SystemTime) {
        let Counts { produced, refused, landed, dead, in_flight, expired, missing, doubled, dead_before: _ } =
            verdict.counts;
        for (gauge, count) in [
            (&self.produced, produced),
            (&self.refused, refused),
            (&self.landed_ids, landed),
            (&self.dead, dead),
            (&self.in_flight, in_flight),
            (&self.expired, expired),
            (&self.missing, missing),
            (&self.doubled, doubled),
        ] {
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.updated.set(since.as_secs_f64());
    }
}
