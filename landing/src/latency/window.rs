//! The latencies of the last while, renewed all the time: one histogram a tick, of which the old ones
//! are dropped. The caller brings the clock.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::report::{Percentiles, percentiles};

/// The last while.
#[derive(Debug)]
pub struct Window {
    length: Duration,
    ticks: VecDeque<(Instant, Histogram<u64>)>,
}

impl Window {
    /// A window of this length.
    pub fn new(length: Duration) -> Self {
        Self { length, ticks: VecDeque::new() }
    }

    /// The latencies (microseconds) of the tick that ended at `now`; older ticks than the window is
    /// long are dropped.
    pub fn push(&mut self, now: Instant, micros: Histogram<u64>) {
        if !micros.is_empty() {
            self.ticks.push_back((now, micros));
        }
        while self.ticks.front().is_some_and(|(at, _)| now.duration_since(*at) > self.length) {
            self.ticks.pop_front();
        }
    }

    /// The percentiles of the window; none where nothing landed.
    pub fn percentiles(&self) -> Option<Percentiles> {
        let mut all = Histogram::<u64>::new(3).ok()?;
        for (_, micros) in &self.ticks {
            all.add(micros).ok()?;
        }
        (!all.is_empty()).then(|| percentiles(&all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latency::report::record;

    fn micros(all: &[u64]) -> Histogram<u64> {
        let mut histogram = Histogram::new(3).unwrap();
        for micros in all {
            record(&mut histogram, *micros);
        }
        histogram
    }

    #[test]
    fn what_is_older_than_the_window_no_longer_counts() {
        let start = Instant::now();
        let mut window = Window::new(Duration::from_mins(1));
        assert_eq!(window.percentiles(), None);
        window.push(start, micros(&[5_000_000]));
        window.push(start + Duration::from_mins(1), micros(&[1_000]));
        assert!(window.percentiles().unwrap().max > 4.9);
        window.push(start + Duration::from_secs(61), micros(&[]));
        assert!(window.percentiles().unwrap().max < 0.002);
        window.push(start + Duration::from_secs(200), micros(&[]));
        assert_eq!(window.percentiles(), None);
    }
}
