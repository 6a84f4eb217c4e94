//! What the demo shows at one moment, derived from the metrics pages of the programs. Pure: pages
//! and time in, a reading out.

use std::time::Duration;

use crate::scrape::Page;

/// The pages of one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages {
    /// Of the producer that runs, if one does.
    pub(super) producer: Page,
    /// Of `landing watch`.
    pub(super) landing: Page,
    /// Of `connect-register watch`.
    pub(super) register: Page,
}

/// One line of the live view. What a page does not have is `None` and shown as a dash, never as 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reading {
    /// Events the broker has acknowledged or the producer refused, of this producer.
    pub(super) done: Option<f64>,
    /// Events a second, acknowledged by the broker.
    pub(super) produced_rate: Option<f64>,
    /// Rows seen landing since the watcher began.
    pub(super) landed: Option<f64>,
    /// Rows a second, new in PostgreSQL.
    pub(super) landed_rate: Option<f64>,
    /// Records in `sales` that the sink's group has not committed.
    pub(super) lag: Option<f64>,
    /// Distinct ids among the dead letters.
    pub(super) dead: Option<f64>,
    /// Event-to-row latency of the last minute, P50 and P95, in seconds.
    pub(super) latency: Option<(f64, f64)>,
    /// The connector's state, as Connect names it.
    pub(super) connector: Option<String>,
    /// Tasks that run, and tasks there are.
    pub(super) tasks: (usize, usize),
}

impl Reading {
    /// What has changed between two moments that are `between` apart.
    pub(super) fn of(before: &Pages, now: &Pages, between: Duration) -> Self {
        let recent = |quantile| now.landing.with("retail_landing_latency_recent_seconds", "quantile", quantile);
        let tasks = || now.register.all("connect_task_state").filter(|sample| sample.value > 0.0);
        let running = tasks().filter(|s| s.labels.get("state").is_some_and(|state| state == "RUNNING")).count();
        Self {
            done: add(
                now.producer.sum("retail_producer_events_acked_total"),
                now.producer.sum("retail_producer_events_refused_total"),
            ),
            produced_rate: rate(&before.producer, &now.producer, "retail_producer_events_acked_total", between),
            landed: now.landing.sum("retail_landed_total"),
            landed_rate: rate(&before.landing, &now.landing, "retail_landed_total", between),
            lag: now.landing.sum("retail_ledger_lag_records"),
            dead: now.landing.sum("retail_ledger_dead"),
            latency: recent("0.5").zip(recent("0.95")).filter(|(p50, p95)| p50.is_finite() && p95.is_finite()),
            connector: now
                .register
                .all("connect_connector_state")
                .find(|sample| sample.value > 0.0)
                .and_then(|sample| sample.labels.get("state").cloned()),
            tasks: (running, tasks().count()),
        }
    }
}

/// A rate; `None` on the first page, and where a counter began anew.
fn rate(before: &Page, now: &Page, name: &str, between: Duration) -> Option<f64> {
    let grown = now.sum(name)? - before.sum(name)?;
    (grown >= 0.0 && !between.is_zero()).then(|| grown / between.as_secs_f64())
}

fn add(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    Some(a? + b.unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(acked: u64, landed: u64) -> Pages {
        Pages {
            producer: Page::parse(&format!("retail_producer_events_acked_total {acked}\n")),
            landing: Page::parse(&format!(
                "retail_landed_total {landed}\nretail_ledger_lag_records{{partition=\"0\"}} 7\nretail_ledger_dead 2\n\
                 retail_landing_latency_recent_seconds{{quantile=\"0.5\"}} 0.005\n\
                 retail_landing_latency_recent_seconds{{quantile=\"0.95\"}} 0.011\n"
            )),
            register: Page::parse(
                "connect_connector_state{connector=\"c\",state=\"PAUSED\"} 0\n\
                 connect_connector_state{connector=\"c\",state=\"RUNNING\"} 1\n\
                 connect_task_state{connector=\"c\",task=\"0\",state=\"RUNNING\"} 1\n\
                 connect_task_state{connector=\"c\",task=\"0\",state=\"FAILED\"} 0\n\
                 connect_task_state{connector=\"c\",task=\"1\",state=\"FAILED\"} 1\n",
            ),
        }
    }

    #[test]
    fn rates_come_from_the_growth_between_two_moments() {
        let reading = Reading::of(&pages(100, 50), &pages(300, 150), Duration::from_secs(2));
        assert_eq!((reading.produced_rate, reading.landed_rate), (Some(100.0), Some(50.0)));
        assert_eq!((reading.done, reading.lag, reading.dead), (Some(300.0), Some(7.0), Some(2.0)));
        assert_eq!(reading.latency, Some((0.005, 0.011)));
        assert_eq!((reading.connector.as_deref(), reading.tasks), (Some("RUNNING"), (1, 2)));
    }

    #[test]
    fn what_is_not_known_is_not_zero() {
        let reading = Reading::of(&Pages::default(), &Pages::default(), Duration::from_secs(1));
        assert_eq!(reading, Reading::default());
    }

    #[test]
    fn a_counter_that_began_anew_gives_no_rate() {
        let reading = Reading::of(&pages(100, 50), &pages(20, 60), Duration::from_secs(1));
        assert_eq!((reading.produced_rate, reading.landed_rate), (None, Some(10.0)));
    }
}
