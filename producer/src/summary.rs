//! What a run came to: read, sent, acknowledged, dead, undelivered. It is built from the metrics and
//! shown as text or JSON; the exit code is decided here too.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use serde::Serialize;
use service::Exit;

use crate::event::Reason;
use crate::metrics::Metrics;

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Of this JSON.
    pub schema_version: u32,
    /// Whether nothing was sent, for it was only checked.
    pub dry_run: bool,
    /// Rows read, or events made.
    pub read: u64,
    /// Sales handed to the Kafka client; in a dry run, those that would be.
    pub sent: u64,
    /// Sales that the broker acknowledged.
    pub acked: u64,
    /// Rows that break the contract.
    pub refused: u64,
    /// The same by reason.
    pub refused_by_reason: BTreeMap<&'static str, u64>,
    /// Dead letters that the broker acknowledged.
    pub dead: u64,
    /// Sales and dead letters that the broker did not acknowledge.
    pub undelivered: u64,
    /// Sales the schedule gave up, for the producer was too far behind its rate.
    pub skipped: u64,
    /// From the first event until the last acknowledgement.
    pub seconds: f64,
    /// Rows read per second.
    pub rate: f64,
}

impl Summary {
    /// Reads the metrics of a run that took `elapsed`.
    pub fn of(metrics: &Metrics, elapsed: Duration, dry_run: bool) -> Self {
        let by_reason = Reason::ALL.map(|reason| (reason.label(), metrics.refused(reason)));
        let (read, seconds) = (metrics.read.get(), elapsed.as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let rate = if seconds > 0.0 { read as f64 / seconds } else { 0.0 };
        Self {
            schema_version: 1,
            dry_run,
            read,
            sent: metrics.attempted.get(),
            acked: metrics.acked.get(),
            refused: by_reason.iter().map(|(_, count)| count).sum(),
            refused_by_reason: by_reason.into_iter().filter(|(_, count)| *count > 0).collect(),
            dead: metrics.dead_acked.get(),
            undelivered: if dry_run { 0 } else { metrics.undelivered() },
            skipped: metrics.skipped.get(),
            seconds: (seconds * 1_000.0).round() / 1_000.0,
            rate: rate.round(),
        }
    }

    /// How a run ends that came to this; `otherwise` where everything was delivered.
    pub fn exit(&self, otherwise: Exit) -> Exit {
        if self.undelivered > 0 { Exit::Partial } else { otherwise }
    }

    /// One line for people. Writing to a String cannot fail.
    pub fn tell(&self) -> String {
        let Self { read, sent, acked, refused, dead, undelivered, skipped, seconds, rate, .. } = self;
        let mut text = if self.dry_run {
            format!("dry run: {read} rows read, {sent} sales would be sent, {refused} rows would be dead letters")
        } else {
            format!("{read} read, {sent} sent, {acked} acknowledged, {refused} refused ({dead} dead letters)")
        };
        if !self.refused_by_reason.is_empty() {
            let reasons: Vec<String> =
                self.refused_by_reason.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
            let _ = write!(text, "; refused: {}", reasons.join(", "));
        }
        if *skipped > 0 {
            let _ = write!(text, "; {skipped} skipped, for the producer was too far behind its rate");
        }
        if *undelivered > 0 {
            let _ = write!(text, "; {undelivered} NOT delivered");
        }
        let _ = write!(text, "; {seconds:.1} s, {rate:.0} rows/s");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_acknowledged_is_undelivered_and_decides_the_exit() {
        let metrics = Metrics::default();
        metrics.read.inc_by(10);
        metrics.attempted.inc_by(9);
        metrics.acked.inc_by(7);
        metrics.failed.inc();
        metrics.refuse(Reason::QtyZero);
        metrics.dead_attempted.inc();
        metrics.dead_acked.inc();
        let summary = Summary::of(&metrics, Duration::from_secs(2), false);
        assert_eq!(summary.undelivered, 2);
        assert_eq!(summary.exit(Exit::Ok), Exit::Partial);
        insta::assert_snapshot!(summary.tell(), @"10 read, 9 sent, 7 acknowledged, 1 refused (1 dead letters); refused: qty_zero 1; 2 NOT delivered; 2.0 s, 5 rows/s");
        insta::assert_snapshot!(serde_json::to_string(&summary).unwrap(), @r#"{"schema_version":1,"dry_run":false,"read":10,"sent":9,"acked":7,"refused":1,"refused_by_reason":{"qty_zero":1},"dead":1,"undelivered":2,"skipped":0,"seconds":2.0,"rate":5.0}"#);
    }

    #[test]
    fn a_dry_run_owes_no_delivery() {
        let metrics = Metrics::default();
        metrics.read.inc_by(3);
        metrics.attempted.inc_by(3);
        let summary = Summary::of(&metrics, Duration::ZERO, true);
        assert_eq!(summary.exit(Exit::Ok), Exit::Ok);
        insta::assert_snapshot!(summary.tell(), @"dry run: 3 rows read, 3 sales would be sent, 0 rows would be dead letters; 0.0 s, 0 rows/s");
    }
}
