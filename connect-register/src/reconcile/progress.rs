//! Whether what runs gets on: from the committed offsets of sinks, read now and then, to those that have
//! something to do and have not moved for long. Reading them is not here.

use std::collections::BTreeMap;
use std::time::Duration;

use super::healing::Behind;
use super::request::Time;
use crate::core::ConnectorName;

/// The committed offset and the lag of each partition of each topic of one sink.
pub type Reading = BTreeMap<(String, i32), Place>;

/// How far a group has come on one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The offset that is read next; absent where nothing was ever committed.
    pub committed: Option<i64>,
    /// How many records wait.
    pub lag: u64,
}

/// What was read of sinks before.
#[derive(Clone, Debug, Default)]
pub struct Tracker(BTreeMap<ConnectorName, Track>);

#[derive(Clone, Debug)]
struct Track {
    committed: BTreeMap<(String, i32), Option<i64>>,
    moved: Time,
}

impl Tracker {
    /// Takes readings in; returns those sinks that are behind and have not moved for so long. A sink that
    /// could not be read is neither, and keeps what is known of it; one that is not in `names` is forgotten.
    pub fn read(
        &mut self,
        now: Time,
        stalled_after: Duration,
        names: &[ConnectorName],
        readings: &BTreeMap<ConnectorName, Reading>,
    ) -> BTreeMap<ConnectorName, Behind> {
        self.0.retain(|name, _| names.contains(name));
        let mut behind = BTreeMap::new();
        for (name, reading) in readings {
            let committed: BTreeMap<_, _> =
                reading.iter().map(|(partition, place)| (partition.clone(), place.committed)).collect();
            let track = self.0.entry(name.clone()).or_insert_with(|| Track { committed: BTreeMap::new(), moved: now });
            let lag = reading.values().fold(0_u64, |sum, place| sum.saturating_add(place.lag));
            // Who has nothing to do does not stand still.
            if track.committed != committed || lag == 0 {
                (track.committed, track.moved) = (committed, now);
            }
            let age = now.saturating_sub(track.moved);
            if age >= stalled_after {
                behind.insert(name.clone(), Behind { age, lag });
            }
        }
        behind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: u64) -> Time {
        Duration::from_secs(minute * 60)
    }

    #[test]
    fn only_a_sink_with_something_to_do_that_does_not_move_is_behind() {
        let name = ConnectorName::reported("a");
        let mut tracker = Tracker::default();
        let mut look = |minute, committed, lag| {
            let reading = Reading::from([(("t".to_owned(), 0), Place { committed, lag })]);
            let readings = [(name.clone(), reading)].into();
            let behind = tracker.read(at(minute), at(10), std::slice::from_ref(&name), &readings);
            behind.get(&name).map(|behind| (behind.age.as_secs() / 60, behind.lag))
        };
        assert_eq!(look(0, Some(5), 7), None);
        assert_eq!(look(9, Some(5), 9), None);
        assert_eq!(look(10, Some(5), 9), Some((10, 9)));
        assert_eq!(look(12, Some(6), 8), None);
        assert_eq!(look(13, Some(14), 0), None);
        assert_eq!(look(60, Some(14), 0), None);
        assert_eq!(look(61, Some(14), 3), None);
        assert_eq!(look(70, Some(14), 3), Some((10, 3)));
    }

    #[test]
    fn a_sink_that_is_gone_is_forgotten() {
        let name = ConnectorName::reported("a");
        let mut tracker = Tracker::default();
        let reading = Reading::from([(("t".to_owned(), 0), Place { committed: None, lag: 1 })]);
        let readings: BTreeMap<_, _> = [(name.clone(), reading)].into();
        let names = [name];
        assert!(tracker.read(at(0), at(1), &names, &readings).is_empty());
        assert!(tracker.read(at(5), at(1), &[], &BTreeMap::new()).is_empty());
        assert!(tracker.read(at(6), at(1), &names, &readings).is_empty());
        assert_eq!(tracker.read(at(7), at(1), &names, &readings).len(), 1);
    }
}
