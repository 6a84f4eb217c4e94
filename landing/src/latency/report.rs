//! The latencies of a window: percentiles from a histogram (HDR, three significant digits), the rate,
//! and what was left out, as a value and in words.

use std::fmt::Write;
use std::time::{Duration, SystemTime};

use hdrhistogram::Histogram;
use serde::Serialize;

use super::{Clock, Sample};
use crate::ledger::report::grouped;
use crate::ledger::rows::Row;

/// Gathers rows.
#[derive(Clone, Debug)]
pub struct Gatherer {
    micros: Histogram<u64>,
    by_landed_at: u64,
    replayed: u64,
    ahead: u64,
    first: Option<SystemTime>,
    last: Option<SystemTime>,
    rows: u64,
    replayed_after: Duration,
}

/// The latencies of a window. All times are in seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Of the shape of this document.
    pub schema_version: u32,
    /// Rows that landed in the window.
    pub rows: u64,
    /// Rows a second, from the first of them to the last; none for less than two rows.
    pub rows_per_second: Option<f64>,
    /// Which time of the database the latencies end at; none where there are no latencies.
    pub clock: Option<Clock>,
    /// Rows whose commit time is no longer known, measured by `landed_at`.
    pub by_landed_at: u64,
    /// Rows with a latency.
    pub measured: u64,
    /// Rows left out: replayed in their original time.
    pub replayed: u64,
    /// Rows left out: of the future.
    pub ahead: u64,
    /// Older than this when it landed, a sale was replayed.
    pub replayed_after: f64,
    /// The percentiles; none where there are no latencies.
    pub seconds: Option<Percentiles>,
}

/// Percentiles, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Percentiles {
    /// Half of the rows took no longer.
    pub p50: f64,
    /// 95 of 100 took no longer.
    pub p95: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
    /// None took longer.
    pub max: f64,
}

impl Gatherer {
    /// Nothing yet; older than `replayed_after` when it lands, a sale was replayed.
    ///
    /// # Errors
    /// When there is no memory for the histogram.
    pub fn new(replayed_after: Duration) -> anyhow::Result<Self> {
        Ok(Self {
            micros: Histogram::new(3)?,
            by_landed_at: 0,
            replayed: 0,
            ahead: 0,
            first: None,
            last: None,
            rows: 0,
            replayed_after,
        })
    }

    /// One more row.
    pub fn add(&mut self, row: &Row<'_>) {
        self.rows += 1;
        self.first = Some(self.first.map_or(row.landed_at, |first| first.min(row.landed_at)));
        self.last = Some(self.last.map_or(row.landed_at, |last| last.max(row.landed_at)));
        match Sample::of(row.ts, row.landed_at, row.committed_at, self.replayed_after) {
            Sample::Took(micros, clock) => {
                record(&mut self.micros, micros);
                self.by_landed_at += u64::from(clock == Clock::LandedAt);
            }
            Sample::Replayed => self.replayed += 1,
            Sample::Ahead => self.ahead += 1,
        }
    }

    /// What was gathered; `commit_times` says whether the server keeps them.
    pub fn report(&self, commit_times: bool) -> Report {
        let measured = self.micros.len();
        let span = self.first.zip(self.last).and_then(|(first, last)| last.duration_since(first).ok());
        let span = span.map(|span| span.as_secs_f64()).filter(|seconds| *seconds > 0.0);
        Report {
            schema_version: 1,
            rows: self.rows,
            rows_per_second: span.map(|seconds| approximate(self.rows) / seconds),
            clock: (measured > 0).then_some(if commit_times { Clock::Commit } else { Clock::LandedAt }),
            by_landed_at: if commit_times { self.by_landed_at } else { 0 },
            measured,
            replayed: self.replayed,
            ahead: self.ahead,
            replayed_after: self.replayed_after.as_secs_f64(),
            seconds: (measured > 0).then(|| percentiles(&self.micros)),
        }
    }
}

/// Puts a latency into a histogram that grows with what it is given.
pub fn record(histogram: &mut Histogram<u64>, micros: u64) {
    if let Err(error) = histogram.record(micros) {
        tracing::debug!("a latency of {micros} us is beyond any histogram: {error}");
    }
}

/// The percentiles of a histogram of microseconds.
pub fn percentiles(micros: &Histogram<u64>) -> Percentiles {
    let at = |quantile| seconds(micros.value_at_quantile(quantile));
    Percentiles { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: seconds(micros.max()) }
}

impl Report {
    /// The report for people.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let rate = self.rows_per_second.map(|rate| format!(", {rate:.1} a second")).unwrap_or_default();
        let _ = writeln!(text, "{} rows landed{rate}", grouped(self.rows));
        if let (Some(seconds), Some(clock)) = (&self.seconds, self.clock) {
            let by = match clock {
                Clock::Commit => "from the event to its commit",
                Clock::LandedAt => "from the event to its insert (landed_at; track_commit_timestamp is off)",
            };
            let _ = writeln!(text, "latency of {} rows, {by}", grouped(self.measured));
            let Percentiles { p50, p95, p99, max } = seconds;
            for (name, value) in [("P50", p50), ("P95", p95), ("P99", p99), ("max", max)] {
                let _ = writeln!(text, "  {name}  {:>12.1} ms", value * 1_000.0);
            }
        } else if self.rows > 0 {
            let _ = writeln!(text, "no latency: none of them was made just before it landed");
        }
        let mut note = |count: u64, what: &str| {
            if count > 0 {
                let _ = writeln!(text, "  note: {} {what}", grouped(count));
            }
        };
        let hours = self.replayed_after / 3_600.0;
        note(self.replayed, &format!("replayed in their original time, more than {hours} h old: throughput only"));
        note(self.ahead, "of the future: left out");
        note(self.by_landed_at, "measured by landed_at: the server no longer knows when they were committed");
        text
    }
}

fn seconds(micros: u64) -> f64 {
    approximate(micros) / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "three significant digits are asked for")]
fn approximate(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(rows: impl IntoIterator<Item = (i64, u64)>) -> Gatherer {
        let mut gatherer = Gatherer::new(Duration::from_hours(24)).unwrap();
        for (ts, landed_ms) in rows {
            let at = SystemTime::UNIX_EPOCH + Duration::from_millis(landed_ms);
            gatherer.add(&Row { event_id: "x", ts, landed_at: at, committed_at: Some(at) });
        }
        gatherer
    }

    #[test]
    fn percentiles_come_from_all_rows_that_were_made_just_before() {
        let rows = (1..=100_u64).map(|n| (1_800_000_000_000, 1_800_000_000_000 + n));
        let replayed = [(1_483_271_606_000, 1_800_000_000_200)];
        insta::assert_snapshot!(gathered(rows.chain(replayed)).report(true).table(), @r"
        101 rows landed, 507.5 a second
        latency of 100 rows, from the event to its commit
          P50          50.0 ms
          P95          95.0 ms
          P99          99.0 ms
          max         100.0 ms
          note: 1 replayed in their original time, more than 24 h old: throughput only
        ");
    }

    #[test]
    fn a_replay_alone_reports_throughput_and_no_latency() {
        let rows = (0..10_u64).map(|n| (1_483_271_606_000, 1_800_000_000_000 + n * 100));
        let report = gathered(rows).report(true);
        assert_eq!((report.seconds, report.clock), (None, None));
        insta::assert_snapshot!(report.table(), @r"
        10 rows landed, 11.1 a second
        no latency: none of them was made just before it landed
          note: 10 replayed in their original time, more than 24 h old: throughput only
        ");
    }

    #[test]
    fn an_empty_window_is_told_as_such() {
        assert_eq!(gathered([]).report(false).table(), "0 rows landed\n");
    }
}
