//! The one loop of the producer: takes the next item of a source, waits until it is due, stamps it and
//! hands it to an outlet. Every way of pacing and every outlet goes through it.

use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::control::Control;
use crate::event::{Refusal, Sale};
use crate::metrics::Metrics;
use crate::schedule::{Next, Schedule, Speed};
use crate::source::day::Shape;
use crate::source::{Item, Source};
use crate::stamp::Stamp;

/// How often a rate that follows the day is set anew.
const SHAPE_EVERY: Duration = Duration::from_secs(10);

/// Where sales and refused rows go: to Kafka, or in a dry run nowhere.
pub trait Outlet {
    /// Takes a sale; waits while there is no room. False where the run was stopped meanwhile and the
    /// sale was not taken.
    ///
    /// # Errors
    /// When nothing can be delivered any more.
    fn sale(&mut self, sale: &Sale) -> anyhow::Result<bool>;

    /// Takes a refused row, likewise.
    ///
    /// # Errors
    /// When nothing can be delivered any more.
    fn dead(&mut self, refusal: &Refusal) -> anyhow::Result<bool>;
}

/// The clock of a run, so that tests have their own.
pub trait Clock {
    /// Since the start of the run.
    fn elapsed(&self) -> Duration;

    /// Epoch milliseconds, `elapsed` after the start of the run, which is now or just was.
    fn epoch_ms(&self, elapsed: Duration) -> i64;

    /// Waits until `control` changes from `seen`, or until the time is over.
    fn wait(&self, control: &Control, seen: u64, timeout: Option<Duration>);
}

/// How long the wall clock is reckoned from the last look at it: a look for each of a million events
/// a second would cost a tenth of the pump, and a clock that is set is followed soon enough.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The real clock.
#[derive(Clone, Debug)]
pub struct RealClock {
    start: Instant,
    /// The last look at the wall clock: when, and what it said in epoch milliseconds.
    looked: Cell<(Duration, i64)>,
}

impl RealClock {
    /// A run that starts now.
    pub fn start() -> Self {
        Self { start: Instant::now(), looked: Cell::new((Duration::ZERO, wall_ms())) }
    }
}

fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Clock for RealClock {
    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn epoch_ms(&self, elapsed: Duration) -> i64 {
        let (at, ms) = self.looked.get();
        if elapsed.saturating_sub(at) < LOOK_EVERY {
            return ms + millis(elapsed.saturating_sub(at));
        }
        let ms = wall_ms();
        self.looked.set((elapsed, ms));
        ms
    }

    fn wait(&self, control: &Control, seen: u64, timeout: Option<Duration>) {
        control.wait(seen, timeout);
    }
}

/// What a run is to do.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// How fast.
    pub speed: Speed,
    /// How a rate moves over the day.
    pub shape: Shape,
    /// Which time the events carry.
    pub stamp: Stamp,
    /// After how long it ends.
    pub duration: Option<Duration>,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The source or the time ran out: all that was ordered is done.
    Done,
    /// It was told to stop.
    Stopped,
}

/// Runs an order to its end. Blocks its thread.
///
/// # Errors
/// When the source cannot be read on, or nothing can be delivered any more.
pub fn run(
    order: Order,
    source: &mut dyn Source,
    outlet: &mut impl Outlet,
    control: &Control,
    metrics: &Metrics,
    clock: &impl Clock,
) -> anyhow::Result<Ended> {
    let mut turn = Turn::new(order, control, metrics, clock);
    let mut stamp = order.stamp;
    loop {
        if control.is_stopped() {
            return Ok(Ended::Stopped);
        }
        let Some(item) = source.next()? else { return Ok(Ended::Done) };
        let taken = match item {
            Item::Refused(refusal) => outlet.dead(&refusal)?,
            Item::Sale(sale) => {
                let (at, now) = match turn.wait(sale.ts) {
                    Ok(turn) => turn,
                    Err(ended) => return Ok(ended),
                };
                let late = millis(now.saturating_sub(at));
                stamp.apply(sale, millis(at), clock.epoch_ms(now) - late);
                outlet.sale(sale)?
            }
        };
        if !taken {
            return Ok(Ended::Stopped);
        }
        metrics.read.inc();
    }
}

/// Waiting for the turn of each event.
struct Turn<'a, C> {
    order: Order,
    control: &'a Control,
    metrics: &'a Metrics,
    clock: &'a C,
    schedule: Schedule,
    /// The version of the control that the schedule follows.
    seen: u64,
    shaped_at: Option<Duration>,
}

impl<'a, C: Clock> Turn<'a, C> {
    fn new(order: Order, control: &'a Control, metrics: &'a Metrics, clock: &'a C) -> Self {
        let schedule = Schedule::new(order.speed, clock.elapsed());
        let mut turn = Self { order, control, metrics, clock, schedule, seen: control.version(), shaped_at: None };
        turn.follow(clock.elapsed());
        turn
    }

    /// Waits until the event is due: since when it is and what time it is now, or why it never will be.
    fn wait(&mut self, recorded: i64) -> Result<(Duration, Duration), Ended> {
        loop {
            if self.control.is_stopped() {
                return Err(Ended::Stopped);
            }
            let now = self.clock.elapsed();
            let version = self.control.version();
            if version != self.seen || self.shape_is_old(now) {
                self.seen = version;
                self.follow(now);
            }
            let next = self.schedule.next(now, recorded);
            if let Next::Now { at, skipped } = next {
                self.metrics.skipped.inc_by(skipped);
                return if self.order.duration.is_some_and(|end| at >= end) { Err(Ended::Done) } else { Ok((at, now)) };
            }
            let until = match next {
                Next::At(at) => Some(at),
                Next::Now { .. } | Next::Held => None,
            };
            if self.order.duration.is_some_and(|end| now >= end) {
                return Err(Ended::Done);
            }
            let shape = (self.order.shape != Shape::Steady).then(|| now + SHAPE_EVERY);
            let until = [until, self.order.duration, shape].into_iter().flatten().min();
            self.clock.wait(self.control, self.seen, until.map(|until| until.saturating_sub(now)));
        }
    }

    /// Brings the schedule to what is wanted now.
    fn follow(&mut self, now: Duration) {
        let wanted = self.control.wanted();
        if let Some(rate) = wanted.rate {
            let rate = (rate * self.order.shape.factor(self.moment(now))).min(self.control.max());
            self.schedule.set_rate(now, rate);
            self.metrics.target_rate.set(if wanted.paused { 0.0 } else { rate });
        }
        self.schedule.hold(now, wanted.paused);
        self.metrics.paused.set(i64::from(wanted.paused));
        self.shaped_at = Some(now);
    }

    fn shape_is_old(&self, now: Duration) -> bool {
        self.order.shape != Shape::Steady && self.shaped_at.is_none_or(|at| now.saturating_sub(at) >= SHAPE_EVERY)
    }

    /// The moment of the day that made events carry.
    fn moment(&self, now: Duration) -> i64 {
        match self.order.stamp {
            Stamp::Made { start: Some(start) } => start + millis(now),
            _ => self.clock.epoch_ms(now),
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::generate::Generator;
    use std::cell::RefCell;

    const EPOCH: i64 = 1_700_000_000_000;

    type Act = fn(&Control);

    /// A clock that jumps to whatever is waited for, and does something at given times.
    #[derive(Default)]
    struct Jumping {
        now: Cell<Duration>,
        plan: RefCell<Vec<(Duration, Act)>>,
    }

    impl Jumping {
        fn act(&self, control: &Control) {
            self.plan.borrow_mut().retain(|(at, act)| {
                let due = *at <= self.now.get();
                if due {
                    act(control);
                }
                !due
            });
        }
    }

    impl Clock for Jumping {
        fn elapsed(&self) -> Duration {
            self.now.get()
        }
        fn epoch_ms(&self, elapsed: Duration) -> i64 {
            EPOCH + millis(elapsed)
        }
        fn wait(&self, control: &Control, _seen: u64, timeout: Option<Duration>) {
            let next = self.plan.borrow().iter().map(|(at, _)| *at).min();
            let to = [timeout.map(|timeout| self.now.get() + timeout), next].into_iter().flatten().min();
            self.now.set(to.expect("somebody waits for ever"));
            self.act(control);
        }
    }

    #[derive(Default)]
    struct Taken(Vec<Sale>);

    impl Outlet for Taken {
        fn sale(&mut self, sale: &Sale) -> anyhow::Result<bool> {
            self.0.push(sale.clone());
            Ok(true)
        }
        fn dead(&mut self, _: &Refusal) -> anyhow::Result<bool> {
            Ok(true)
        }
    }

    fn order(rate: f64, duration: Option<Duration>) -> Order {
        Order { speed: Speed::Rate(rate), shape: Shape::Steady, stamp: Stamp::Made { start: None }, duration }
    }

    fn pump(order: Order, rate: f64, count: Option<u64>, clock: &Jumping) -> (Ended, Vec<Sale>, Metrics) {
        let (mut taken, metrics) = (Taken::default(), Metrics::default());
        let mut source = Generator::new(1, count).unwrap();
        let control = Control::new(Some(rate), 1e6);
        let ended = run(order, &mut source, &mut taken, &control, &metrics, clock).unwrap();
        (ended, taken.0, metrics)
    }

    fn pause(control: &Control) {
        control.set_paused(true);
    }

    fn resume(control: &Control) {
        control.set_paused(false);
    }

    fn faster(control: &Control) {
        control.set_rate(100.0).unwrap();
    }

    #[test]
    fn events_come_at_the_rate_and_carry_the_time_they_were_due() {
        let (ended, sales, metrics) = pump(order(10.0, None), 10.0, Some(50), &Jumping::default());
        assert_eq!((ended, sales.len(), metrics.read.get()), (Ended::Done, 50, 50));
        assert_eq!(sales[0].ts, EPOCH + 100);
        assert_eq!(sales[49].ts, EPOCH + 5_000);
    }

    #[test]
    fn a_duration_ends_a_run_without_a_count() {
        let (ended, sales, _) = pump(order(10.0, Some(Duration::from_secs(2))), 10.0, None, &Jumping::default());
        assert_eq!(ended, Ended::Done);
        assert!((19..=20).contains(&sales.len()), "{}", sales.len());
    }

    #[test]
    fn a_pause_holds_all_and_nothing_is_made_up_for_afterwards() {
        let clock = Jumping::default();
        clock.plan.borrow_mut().extend([(Duration::from_millis(550), pause as Act), (Duration::from_mins(1), resume)]);
        let (_, sales, _) = pump(order(10.0, None), 10.0, Some(7), &clock);
        assert_eq!(sales[4].ts, EPOCH + 500);
        assert_eq!(sales[5].ts, EPOCH + 60_100);
        assert_eq!(sales[6].ts, EPOCH + 60_200);
    }

    #[test]
    fn a_changed_rate_counts_from_the_change_on() {
        let clock = Jumping::default();
        clock.plan.borrow_mut().push((Duration::from_secs(1), faster));
        let (_, sales, metrics) = pump(order(1.0, None), 1.0, Some(101), &clock);
        assert_eq!(sales[0].ts, EPOCH + 1_000);
        assert_eq!(sales[100].ts, EPOCH + 2_000);
        assert!((metrics.target_rate.get() - 100.0).abs() < 1e-9);
    }

    #[test]
    fn a_stop_ends_a_run_that_waits() {
        let clock = Jumping::default();
        clock.plan.borrow_mut().push((Duration::from_secs(5), Control::stop));
        let (ended, sales, _) = pump(order(0.0, None), 0.0, None, &clock);
        assert_eq!((ended, sales.len()), (Ended::Stopped, 0));
    }

    #[test]
    fn with_a_seed_and_a_start_the_events_are_the_same_to_the_last_bit() {
        let order = Order { stamp: Stamp::Made { start: Some(1_000) }, ..order(8.0, None) };
        let late = Jumping { now: Cell::new(Duration::ZERO), ..Jumping::default() };
        let first = pump(order, 8.0, Some(20), &late).1;
        assert_eq!(first, pump(order, 8.0, Some(20), &Jumping::default()).1);
        assert_eq!(first[0].ts, 1_125);
    }

    #[test]
    fn a_day_follows_its_curve() {
        let shape = Order {
            shape: Shape::Day,
            // 1970-01-01T17:00: the busiest hour.
            stamp: Stamp::Made { start: Some(17 * 3_600_000) },
            duration: Some(Duration::from_mins(1)),
            ..order(100.0, None)
        };
        let (_, sales, _) = pump(shape, 100.0, None, &Jumping::default());
        assert!(sales.len() > 14_000, "{}", sales.len());
    }
}
