//! Pacing at a rate: when the next event is due, from a target rate and the time that has passed. It
//! holds no clock and never sleeps; who waits, and with what clock, is the pump's business.
//!
//! The schedule is fixed in advance and does not move when the sender is late, so that a stall shows
//! as latency of every event it held up (no coordinated omission: <https://github.com/giltene/wrk2>).
//! Only what is behind by more than [`Pace::catch_up`] is given up, and counted.

use std::time::Duration;

/// A schedule of events at a rate that can be changed.
#[derive(Clone, Debug)]
pub struct Pace {
    rate: f64,
    /// Since when this stretch of the schedule counts.
    anchor: Duration,
    /// Events taken since the anchor.
    taken: u64,
    /// How far the schedule was on the way to its next event at the anchor, in events.
    credit: f64,
    catch_up: Duration,
}

/// An event that is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Due {
    /// When the schedule wanted it; not later than now.
    pub at: Duration,
    /// How many events before it were given up, for the sender was too far behind.
    pub skipped: u64,
}

impl Pace {
    /// A schedule of `rate` events per second (fractions allowed, zero for none), starting at
    /// `elapsed`; its first event is due one interval later. A sender that is behind by more than
    /// `catch_up` skips to that far behind.
    pub fn new(rate: f64, elapsed: Duration, catch_up: Duration) -> Self {
        Self { rate: rate.max(0.0), anchor: elapsed, taken: 0, credit: 0.0, catch_up }
    }

    /// The target, in events per second.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// How far behind a sender may be and still catch up.
    pub fn catch_up(&self) -> Duration {
        self.catch_up
    }

    /// Changes the rate from `elapsed` on. The way to the next event that is already made counts, what
    /// was behind is forgotten: neither a burst nor a hole.
    pub fn set_rate(&mut self, elapsed: Duration, rate: f64) {
        self.credit = self.progress(elapsed).clamp(0.0, 1.0);
        self.anchor = elapsed;
        self.taken = 0;
        self.rate = rate.max(0.0);
    }

    /// When the next event is due; never, where the rate is zero.
    pub fn next_due(&self) -> Option<Duration> {
        if self.rate <= 0.0 {
            return None;
        }
        // A count of events is far below 2^52, where f64 would lose one.
        #[expect(clippy::cast_precision_loss, reason = "see above")]
        let missing = (self.taken as f64 + 1.0 - self.credit).max(0.0);
        let wait = Duration::try_from_secs_f64(missing / self.rate).unwrap_or(Duration::MAX);
        self.anchor.checked_add(wait)
    }

    /// Takes the next event if it is due at `elapsed`.
    pub fn take(&mut self, elapsed: Duration) -> Option<Due> {
        let mut at = self.next_due().filter(|at| *at <= elapsed)?;
        let mut skipped = 0;
        let too_far = elapsed.saturating_sub(at).saturating_sub(self.catch_up);
        if !too_far.is_zero() {
            let behind = too_far.as_secs_f64() * self.rate;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and a count")]
            let behind = behind as u64;
            skipped = behind;
            self.taken += skipped;
            at = self.next_due().filter(|at| *at <= elapsed).unwrap_or(elapsed);
        }
        self.taken += 1;
        Some(Due { at, skipped })
    }

    /// How far the schedule is past the last event taken, in events.
    fn progress(&self, elapsed: Duration) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a count of events is far below 2^52")]
        let taken = self.taken as f64;
        elapsed.saturating_sub(self.anchor).as_secs_f64() * self.rate + self.credit - taken
    }
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CATCH_UP: Duration = Duration::from_secs(1);

    fn drain(pace: &mut Pace, elapsed: Duration) -> (u64, u64) {
        let (mut taken, mut skipped) = (0, 0);
        while let Some(due) = pace.take(elapsed) {
            taken += 1;
            skipped += due.skipped;
        }
        (taken, skipped)
    }

    proptest! {
        #[test]
        fn over_any_stretch_the_count_is_the_rate_times_the_time(
            rate in 0.01_f64..1_000.0,
            steps in prop::collection::vec(1_u64..900, 1..20),
        ) {
            let mut pace = Pace::new(rate, Duration::ZERO, CATCH_UP);
            let (mut now, mut taken) = (Duration::ZERO, 0);
            for step in steps {
                now += Duration::from_millis(step);
                let (more, skipped) = drain(&mut pace, now);
                prop_assert_eq!(skipped, 0, "nothing is given up within the catch-up limit");
                taken += more;
            }
            let wanted = rate * now.as_secs_f64();
            prop_assert!((taken as f64 - wanted).abs() <= 1.001, "{} against {}", taken, wanted);
        }

        #[test]
        fn an_event_is_due_at_its_time_and_not_before(rate in 0.001_f64..50_000.0, warm in 0_u32..500) {
            let mut pace = Pace::new(rate, Duration::from_secs(3), Duration::MAX);
            for _ in 0..warm {
                let at = pace.next_due().unwrap();
                prop_assert_eq!(pace.take(at), Some(Due { at, skipped: 0 }));
            }
            let at = pace.next_due().unwrap();
            prop_assert_eq!(pace.take(at.saturating_sub(Duration::from_nanos(1))), None);
        }

        #[test]
        fn a_change_of_the_rate_makes_no_burst_and_no_hole(
            before in 0.01_f64..10_000.0,
            after in 0.01_f64..10_000.0,
            stall in 0_u64..10_000,
        ) {
            let now = Duration::from_millis(stall);
            let mut pace = Pace::new(before, Duration::ZERO, CATCH_UP);
            pace.set_rate(now, after);
            let (at_once, _) = drain(&mut pace, now);
            prop_assert!(at_once <= 1, "{} at once", at_once);
            let wait = pace.next_due().unwrap().saturating_sub(now);
            prop_assert!(wait.as_secs_f64() <= 1.0 / after + 1e-6, "{:?}", wait);
        }

        #[test]
        fn a_long_stall_is_caught_up_only_within_the_limit(rate in 1.0_f64..2_000.0, stall in 2_u64..100_000) {
            let now = Duration::from_secs(stall);
            let mut pace = Pace::new(rate, Duration::ZERO, CATCH_UP);
            let (taken, skipped) = drain(&mut pace, now);
            prop_assert!(taken as f64 <= rate * CATCH_UP.as_secs_f64() + 2.0, "{} at once", taken);
            let wanted = rate * now.as_secs_f64();
            prop_assert!(((taken + skipped) as f64 - wanted).abs() <= 2.0, "{} of {}", taken + skipped, wanted);
        }
    }

    #[test]
    fn the_time_of_a_late_event_is_the_time_it_was_due() {
        let mut pace = Pace::new(10.0, Duration::ZERO, CATCH_UP);
        let due = pace.take(Duration::from_millis(750)).unwrap();
        assert_eq!(due.at, Duration::from_millis(100));
    }

    #[test]
    fn a_rate_of_zero_is_never_due() {
        let mut pace = Pace::new(0.0, Duration::ZERO, CATCH_UP);
        assert_eq!(pace.next_due(), None);
        assert_eq!(pace.take(Duration::from_secs(1_000_000)), None);
    }
}
