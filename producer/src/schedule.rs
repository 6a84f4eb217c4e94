//! When each event of a run is due: at a rate, at its recorded time, or at once. Like the pace it is
//! pure: the elapsed time comes in, and nothing sleeps here.

use std::str::FromStr;
use std::time::Duration;

use crate::pace::Pace;

/// How far behind a sender may be at a steady rate and still catch up.
pub const CATCH_UP: Duration = Duration::from_secs(1);

/// How fast events are sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// At a number of events per second.
    Rate(f64),
    /// With the recorded distances between the events, divided by a factor.
    Recorded(f64),
    /// As fast as the broker takes them.
    Max,
}

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let positive = |number: &str| number.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n > 0.0);
        let speed = match text {
            "original" => Some(Self::Recorded(1.0)),
            "max" => Some(Self::Max),
            _ => match (text.strip_suffix(['x', '×']), text.strip_suffix("/s")) {
                (Some(factor), _) => positive(factor).map(Self::Recorded),
                (_, Some(rate)) => positive(rate).map(Self::Rate),
                _ => None,
            },
        };
        speed.ok_or_else(|| "`original`, a factor such as `10x`, a rate such as `500/s`, or `max`".to_owned())
    }
}

/// What the schedule says of the next event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// It is due, since `at`; `skipped` events before it were given up.
    Now {
        /// When it was due.
        at: Duration,
        /// How many before it were given up.
        skipped: u64,
    },
    /// It is due at that time.
    At(Duration),
    /// It is not due before something changes.
    Held,
}

/// The schedule of one run.
#[derive(Clone, Debug)]
pub struct Schedule {
    kind: Kind,
    held_since: Option<Duration>,
}

#[derive(Clone, Debug)]
enum Kind {
    Rate(Pace),
    Recorded { factor: f64, first: Option<First> },
    Max,
}

/// The first recorded event: all others are placed by their distance from it.
#[derive(Clone, Copy, Debug)]
struct First {
    ts: i64,
    at: Duration,
}

impl Schedule {
    /// A schedule that starts at `elapsed`.
    pub fn new(speed: Speed, elapsed: Duration) -> Self {
        let kind = match speed {
            Speed::Rate(rate) => Kind::Rate(Pace::new(rate, elapsed, CATCH_UP)),
            Speed::Recorded(factor) => Kind::Recorded { factor, first: None },
            Speed::Max => Kind::Max,
        };
        Self { kind, held_since: None }
    }

    /// Changes the rate; only a schedule at a rate has one.
    pub fn set_rate(&mut self, elapsed: Duration, rate: f64) {
        if let Kind::Rate(pace) = &mut self.kind
            && (pace.rate() - rate).abs() > f64::EPSILON
        {
            pace.set_rate(elapsed, rate);
        }
    }

    /// Holds all events, or lets them go again. The time in between does not count: nothing is due
    /// for having been held.
    pub fn hold(&mut self, elapsed: Duration, held: bool) {
        match (self.held_since, held) {
            (None, true) => self.held_since = Some(elapsed),
            (Some(since), false) => {
                self.held_since = None;
                match &mut self.kind {
                    Kind::Rate(pace) => *pace = Pace::new(pace.rate(), elapsed, pace.catch_up()),
                    Kind::Recorded { first: Some(first), .. } => first.at += elapsed.saturating_sub(since),
                    Kind::Recorded { first: None, .. } | Kind::Max => {}
                }
            }
            (None, false) | (Some(_), true) => {}
        }
    }

    /// Whether the next event is due at `elapsed`; if so it is taken. `recorded` is its own time in
    /// milliseconds, where it has one.
    pub fn next(&mut self, elapsed: Duration, recorded: i64) -> Next {
        if self.held_since.is_some() {
            return Next::Held;
        }
        match &mut self.kind {
            Kind::Max => Next::Now { at: elapsed, skipped: 0 },
            Kind::Rate(pace) => match pace.take(elapsed) {
                Some(due) => Next::Now { at: due.at, skipped: due.skipped },
                None => pace.next_due().map_or(Next::Held, Next::At),
            },
            Kind::Recorded { factor, first } => {
                let first = first.get_or_insert(First { ts: recorded, at: elapsed });
                let at = first.at + distance(first.ts, recorded, *factor);
                if at <= elapsed { Next::Now { at, skipped: 0 } } else { Next::At(at) }
            }
        }
    }
}

/// The distance between two recorded times at a factor; none where the later lies before the earlier.
fn distance(first: i64, ts: i64, factor: f64) -> Duration {
    let millis = u64::try_from(ts.saturating_sub(first)).unwrap_or(0);
    Duration::try_from_secs_f64(Duration::from_millis(millis).as_secs_f64() / factor).unwrap_or(Duration::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn a_speed_is_read_in_each_of_its_forms() {
        let read = |text: &str| text.parse::<Speed>().ok();
        assert_eq!(read("original"), Some(Speed::Recorded(1.0)));
        assert_eq!(read("10x"), Some(Speed::Recorded(10.0)));
        assert_eq!(read("0.5×"), Some(Speed::Recorded(0.5)));
        assert_eq!(read("500/s"), Some(Speed::Rate(500.0)));
        assert_eq!(read("max"), Some(Speed::Max));
        for wrong in ["", "x", "-1x", "0x", "fast", "inf/s", "10", "NaNx"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn recorded_distances_are_kept_and_divided_by_the_factor() {
        let mut schedule = Schedule::new(Speed::Recorded(10.0), secs(0));
        assert_eq!(schedule.next(secs(5), 1_000_000), Next::Now { at: secs(5), skipped: 0 });
        assert_eq!(schedule.next(secs(5), 1_020_000), Next::At(secs(7)));
        assert_eq!(schedule.next(secs(8), 1_020_000), Next::Now { at: secs(7), skipped: 0 });
        assert_eq!(schedule.next(secs(8), 999_000), Next::Now { at: secs(5), skipped: 0 }, "out of order: at once");
    }

    #[test]
    fn nothing_is_due_for_having_been_held() {
        let mut recorded = Schedule::new(Speed::Recorded(1.0), secs(0));
        recorded.next(secs(0), 0);
        recorded.hold(secs(1), true);
        assert_eq!(recorded.next(secs(50), 2_000), Next::Held);
        recorded.hold(secs(101), false);
        assert_eq!(recorded.next(secs(101), 2_000), Next::At(secs(102)));

        let mut steady = Schedule::new(Speed::Rate(1.0), secs(0));
        steady.hold(secs(0), true);
        steady.hold(secs(100), false);
        assert_eq!(steady.next(secs(100), 0), Next::At(secs(101)));
    }
}
