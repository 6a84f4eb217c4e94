//! The one place where an event gets its `ts`. It is set once, here, before the event is sent, and
//! never again: `(event_id, ts)` is the row's identity.

use std::fmt::Write;

use clap::ValueEnum;

use crate::event::Sale;

/// Which time a replayed event carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReplayTime {
    /// The recorded one: the same file replayed twice is the same events
    #[default]
    Original,
    /// The time it is sent: new events, each id ends in its time
    Now,
    /// The recorded one, moved so that the first event is now: new events, each id ends in its time
    Shift,
}

/// How events of one run are stamped.
#[derive(Clone, Copy, Debug)]
pub enum Stamp {
    /// Made events: the time they were due, counted from `start` where a start is given.
    Made {
        /// The time of the run's beginning in epoch milliseconds, if it is not the real one.
        start: Option<i64>,
    },
    /// Replayed events keep their time.
    Original,
    /// Replayed events get the time they were due to be sent.
    Now,
    /// Replayed events are moved by an offset, which the first of them sets.
    Shift {
        /// In milliseconds.
        offset: Option<i64>,
    },
}

impl From<ReplayTime> for Stamp {
    fn from(time: ReplayTime) -> Self {
        match time {
            ReplayTime::Original => Self::Original,
            ReplayTime::Now => Self::Now,
            ReplayTime::Shift => Self::Shift { offset: None },
        }
    }
}

impl Stamp {
    /// Stamps a sale that was due `at_ms` milliseconds after the start of the run, which in epoch
    /// milliseconds is `due_ms`.
    pub fn apply(&mut self, sale: &mut Sale, at_ms: i64, due_ms: i64) {
        match self {
            Self::Original => {}
            Self::Made { start: None } => sale.ts = due_ms,
            Self::Made { start: Some(start) } => sale.ts = *start + at_ms,
            Self::Now => renew(sale, due_ms),
            Self::Shift { offset } => {
                let offset = *offset.get_or_insert(due_ms - sale.ts);
                renew(sale, sale.ts + offset);
            }
        }
    }
}

/// Makes a new event of a replayed one: a new time, and an id that no replay had before.
fn renew(sale: &mut Sale, ts: i64) {
    sale.ts = ts;
    // Writing to a String cannot fail.
    let _ = write!(sale.event_id, "-{ts}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamped(mut stamp: Stamp, recorded: &[i64]) -> Vec<(String, i64)> {
        let mut told = Vec::new();
        for ts in recorded {
            let mut sale = Sale { event_id: "cj-1-2".into(), ts: *ts, ..Sale::default() };
            stamp.apply(&mut sale, 250, 1_700_000_000_000);
            told.push((sale.event_id, sale.ts));
        }
        told
    }

    #[test]
    fn in_original_time_a_replayed_event_stays_what_it_was() {
        assert_eq!(stamped(ReplayTime::Original.into(), &[7]), [("cj-1-2".to_owned(), 7)]);
    }

    #[test]
    fn now_and_shift_make_new_events_with_the_time_in_their_ids() {
        let now = stamped(ReplayTime::Now.into(), &[7, 1_007]);
        assert_eq!(now[1], ("cj-1-2-1700000000000".to_owned(), 1_700_000_000_000));
        let shifted = stamped(ReplayTime::Shift.into(), &[7, 1_007]);
        assert_eq!(shifted[0], ("cj-1-2-1700000000000".to_owned(), 1_700_000_000_000));
        assert_eq!(shifted[1], ("cj-1-2-1700000001000".to_owned(), 1_700_000_001_000));
    }

    #[test]
    fn a_made_event_carries_the_time_it_was_due() {
        assert_eq!(stamped(Stamp::Made { start: None }, &[0])[0].1, 1_700_000_000_000);
        assert_eq!(stamped(Stamp::Made { start: Some(1_000) }, &[0])[0].1, 1_250);
    }
}
