//! One row's latency, and which rows have none: a sale that is replayed in its original time says
//! nothing about the pipeline. Pure.

use std::time::{Duration, SystemTime};

use serde::Serialize;

/// Clocks of different machines differ; so much in the future is no mistake and counts as zero.
const SKEW: i64 = 1_000_000;

/// Which time of the database a latency ends at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// When the row was committed (`track_commit_timestamp`).
    Commit,
    /// When it was inserted, a little before the commit (`landed_at`).
    LandedAt,
}

/// What a row says about latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// So many microseconds, by that clock.
    Took(u64, Clock),
    /// The event was much older than any delay of the pipeline when it landed: it was replayed in its
    /// original time.
    Replayed,
    /// The event claims to be of the future.
    Ahead,
}

impl Sample {
    /// The sample of a row; an event older than `replayed_after` when it landed was replayed.
    pub fn of(ts: i64, landed_at: SystemTime, committed_at: Option<SystemTime>, replayed_after: Duration) -> Self {
        let (end, clock) = match committed_at {
            Some(at) => (at, Clock::Commit),
            None => (landed_at, Clock::LandedAt),
        };
        let took = micros(end).saturating_sub(ts.saturating_mul(1_000));
        match u64::try_from(took) {
            Ok(took) if u128::from(took) > replayed_after.as_micros() => Self::Replayed,
            Ok(took) => Self::Took(took, clock),
            Err(_) if took >= -SKEW => Self::Took(0, clock),
            Err(_) => Self::Ahead,
        }
    }
}

fn micros(at: SystemTime) -> i64 {
    match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn at(micros: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
    }

    #[test]
    fn the_commit_counts_where_it_is_known_and_else_the_insert() {
        let (inserted, committed) = (at(1_000_004_000), at(1_000_006_500));
        assert_eq!(Sample::of(1_000_000, inserted, Some(committed), DAY), Sample::Took(6_500, Clock::Commit));
        assert_eq!(Sample::of(1_000_000, inserted, None, DAY), Sample::Took(4_000, Clock::LandedAt));
    }

    #[test]
    fn a_replay_in_original_time_is_no_latency_but_a_long_outage_is() {
        let landed = at(1_800_000_000_000_000);
        assert_eq!(Sample::of(1_483_271_606_000, landed, None, DAY), Sample::Replayed);
        let two_hours_before = 1_800_000_000_000 - 7_200_000;
        assert_eq!(Sample::of(two_hours_before, landed, None, DAY), Sample::Took(7_200_000_000, Clock::LandedAt));
    }

    #[test]
    fn clocks_may_differ_a_little_but_the_future_is_left_out() {
        let landed = at(1_000_000_000);
        assert_eq!(Sample::of(1_000_900, landed, None, DAY), Sample::Took(0, Clock::LandedAt));
        assert_eq!(Sample::of(1_002_000, landed, None, DAY), Sample::Ahead);
        assert_eq!(Sample::of(i64::MAX, landed, None, DAY), Sample::Ahead);
        assert_eq!(Sample::of(i64::MIN, landed, None, DAY), Sample::Replayed);
    }
}
