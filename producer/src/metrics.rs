//! The producer's metrics, which are also its counters: the summary at the end reads them back, so
//! that what is exported and what is reported cannot differ.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::event::Reason;

/// Upper bounds in seconds of `retail_producer_delivery_seconds`.
const DELIVERY_BUCKETS: [f64; 13] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];

/// The label of `retail_producer_events_refused`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReasonLabel {
    /// As [`Reason::label`] gives it.
    pub reason: &'static str,
}

/// All metrics; clones share them. Counters get their `_total` from the encoder.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Rows read from files, or events made.
    pub read: Counter,
    /// Sales handed to the Kafka client.
    pub attempted: Counter,
    /// Sales that the broker acknowledged.
    pub acked: Counter,
    /// Sales that were given up.
    pub failed: Counter,
    /// Rows that break the contract, by reason.
    pub refused: Family<ReasonLabel, Counter>,
    /// Dead letters handed to the Kafka client.
    pub dead_attempted: Counter,
    /// Dead letters that the broker acknowledged.
    pub dead_acked: Counter,
    /// Dead letters that were given up.
    pub dead_failed: Counter,
    /// Sales the schedule gave up, for the producer was too far behind its rate.
    pub skipped: Counter,
    /// The wanted rate; 0 where there is none.
    pub target_rate: Gauge<f64, AtomicU64>,
    /// 1 while paused.
    pub paused: Gauge,
    /// From handing a sale to the client until its acknowledgement.
    pub delivery: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        let refused = Family::<ReasonLabel, Counter>::default();
        // A series that begins at 0 shows its first increase; one that begins at 1 does not.
        for reason in Reason::ALL {
            drop(refused.get_or_create(&ReasonLabel { reason: reason.label() }));
        }
        Self {
            read: Counter::default(),
            attempted: Counter::default(),
            acked: Counter::default(),
            failed: Counter::default(),
            refused,
            dead_attempted: Counter::default(),
            dead_acked: Counter::default(),
            dead_failed: Counter::default(),
            skipped: Counter::default(),
            target_rate: Gauge::default(),
            paused: Gauge::default(),
            delivery: Histogram::new(DELIVERY_BUCKETS),
        }
    }
}

impl Metrics {
    /// A registry that exports them.
    pub fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix("retail_producer");
        let mut counter = |name: &str, help: &str, counter: &Counter| registry.register(name, help, counter.clone());
        counter("rows_read", "Rows read from files, or events made", &self.read);
        counter("events_attempted", "Sales handed to the Kafka client", &self.attempted);
        counter("events_acked", "Sales that the broker acknowledged", &self.acked);
        counter("events_failed", "Sales that were given up", &self.failed);
        counter("events_skipped", "Sales given up by a schedule that was too far behind", &self.skipped);
        counter("dead_letters_attempted", "Dead letters handed to the Kafka client", &self.dead_attempted);
        counter("dead_letters_acked", "Dead letters that the broker acknowledged", &self.dead_acked);
        counter("dead_letters_failed", "Dead letters that were given up", &self.dead_failed);
        registry.register("events_refused", "Rows that break the event contract", self.refused.clone());
        let help = "Wanted events per second, 0 where there is no target";
        registry.register("target_rate", help, self.target_rate.clone());
        registry.register("paused", "1 while the producer is paused", self.paused.clone());
        let help = "From handing a sale to the Kafka client until the broker acknowledged it";
        registry.register_with_unit("delivery", help, Unit::Seconds, self.delivery.clone());
        registry
    }

    /// Counts a refused row.
    pub fn refuse(&self, reason: Reason) {
        self.refused.get_or_create(&ReasonLabel { reason: reason.label() }).inc();
    }

    /// How many rows were refused for a reason.
    pub fn refused(&self, reason: Reason) -> u64 {
        self.refused.get_or_create(&ReasonLabel { reason: reason.label() }).get()
    }

    /// Sales and dead letters that were handed over and not acknowledged, given up or not.
    pub fn undelivered(&self) -> u64 {
        let handed = self.attempted.get() + self.dead_attempted.get();
        handed.saturating_sub(self.acked.get() + self.dead_acked.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_metrics_are_a_contract() {
        let metrics = Metrics::default();
        metrics.refuse(Reason::QtyZero);
        metrics.delivery.observe(0.004);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &metrics.registry()).unwrap();
        let mut lines: Vec<&str> =
            text.lines().filter(|line| !line.starts_with('#') && !line.contains("_bucket")).collect();
        lines.sort_unstable();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        retail_producer_dead_letters_acked_total 0
        retail_producer_dead_letters_attempted_total 0
        retail_producer_dead_letters_failed_total 0
        retail_producer_delivery_seconds_count 1
        retail_producer_delivery_seconds_sum 0.004
        retail_producer_events_acked_total 0
        retail_producer_events_attempted_total 0
        retail_producer_events_failed_total 0
        retail_producer_events_refused_total{reason="missing_value"} 0
        retail_producer_events_refused_total{reason="not_positive"} 0
        retail_producer_events_refused_total{reason="out_of_range"} 0
        retail_producer_events_refused_total{reason="qty_zero"} 1
        retail_producer_events_refused_total{reason="unreadable_row"} 0
        retail_producer_events_refused_total{reason="wrong_type"} 0
        retail_producer_events_skipped_total 0
        retail_producer_paused 0
        retail_producer_rows_read_total 0
        retail_producer_target_rate 0.0
        "#);
    }
}
