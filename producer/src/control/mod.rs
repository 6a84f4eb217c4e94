//! What can be changed while the producer runs: the rate, and whether it is paused. Who asks for a
//! change (HTTP, a test) and who acts on it (the pump) both only see this.

pub mod http;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

/// What is wanted of the running producer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Wanted {
    /// Events per second; none where the run goes at recorded or full speed.
    pub rate: Option<f64>,
    /// Whether it is paused.
    pub paused: bool,
}

/// Why a rate is refused.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum RateRefused {
    /// Above the hard cap.
    #[error("{asked} events/s is above the cap of {max} events/s; RATE_MAX_PER_SEC of the producer raises it")]
    AboveCap {
        /// What was asked for.
        asked: f64,
        /// The cap.
        max: f64,
    },
    /// Negative, or no number.
    #[error("{0} is not a rate: it takes zero or more events per second")]
    NotARate(f64),
    /// The run has no rate.
    #[error("this run goes at recorded or full speed: it has no rate to change, but it can be paused")]
    NoRate,
}

/// Checks a rate against the cap.
///
/// # Errors
/// Why it is refused.
pub fn check_rate(asked: f64, max: f64) -> Result<f64, RateRefused> {
    if !asked.is_finite() || asked < 0.0 {
        return Err(RateRefused::NotARate(asked));
    }
    if asked > max {
        return Err(RateRefused::AboveCap { asked, max });
    }
    Ok(asked)
}

/// The shared state; clones share one.
#[derive(Clone, Debug)]
pub struct Control(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    wanted: Mutex<Wanted>,
    changed: Condvar,
    version: AtomicU64,
    stopped: AtomicBool,
    max: f64,
}

impl Control {
    /// A control over a run at `rate` (none: the run has no rate), with a hard cap.
    pub fn new(rate: Option<f64>, max: f64) -> Self {
        Self(Arc::new(Shared {
            wanted: Mutex::new(Wanted { rate, paused: false }),
            changed: Condvar::new(),
            version: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            max,
        }))
    }

    /// The hard cap of the rate.
    pub fn max(&self) -> f64 {
        self.0.max
    }

    /// What is wanted now.
    pub fn wanted(&self) -> Wanted {
        *self.lock()
    }

    /// Changes the rate.
    ///
    /// # Errors
    /// Why it is refused; then nothing changed.
    pub fn set_rate(&self, asked: f64) -> Result<Wanted, RateRefused> {
        let asked = check_rate(asked, self.0.max)?;
        if self.wanted().rate.is_none() {
            return Err(RateRefused::NoRate);
        }
        Ok(self.change(|wanted| wanted.rate = Some(asked)))
    }

    /// Pauses, or goes on. Nothing is made up for afterwards.
    pub fn set_paused(&self, paused: bool) -> Wanted {
        self.change(|wanted| wanted.paused = paused)
    }

    /// Ends the run: the pump returns as soon as it can.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::Release);
        self.change(|_| ());
    }

    /// Whether the run was told to end.
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Acquire)
    }

    /// A number that grows with every change, cheap to look at before every event.
    pub fn version(&self) -> u64 {
        self.0.version.load(Ordering::Acquire)
    }

    /// Waits until something has changed since `seen`, or until the time is over.
    pub fn wait(&self, seen: u64, timeout: Option<Duration>) {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut guard = self.lock();
        while self.version() == seen {
            guard = match deadline {
                None => self.0.changed.wait(guard).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return;
                    }
                    self.0.changed.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    fn change(&self, change: impl FnOnce(&mut Wanted)) -> Wanted {
        let mut guard = self.lock();
        change(&mut guard);
        self.0.version.fetch_add(1, Ordering::AcqRel);
        self.0.changed.notify_all();
        *guard
    }

    fn lock(&self) -> MutexGuard<'_, Wanted> {
        self.0.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_above_the_cap_is_refused_and_changes_nothing() {
        let control = Control::new(Some(15.0), 200.0);
        assert_eq!(control.set_rate(201.0), Err(RateRefused::AboveCap { asked: 201.0, max: 200.0 }));
        assert!(control.set_rate(f64::NAN).is_err());
        assert!(control.set_rate(-1.0).is_err());
        assert_eq!(control.wanted(), Wanted { rate: Some(15.0), paused: false });
        assert_eq!(control.set_rate(200.0).unwrap().rate, Some(200.0));
    }

    #[test]
    fn a_run_without_a_rate_can_be_paused_but_not_set() {
        let control = Control::new(None, 200.0);
        assert_eq!(control.set_rate(1.0), Err(RateRefused::NoRate));
        assert!(control.set_paused(true).paused);
    }

    #[test]
    fn a_change_wakes_who_waits() {
        let control = Control::new(Some(1.0), 10.0);
        let seen = control.version();
        let other = control.clone();
        let waiter = std::thread::spawn(move || other.wait(seen, None));
        control.set_paused(true);
        waiter.join().unwrap();
        control.wait(seen, None);
    }
}
