//! The book against a model that keeps every fact and counts naively, and the stories that a pipeline
//! goes through.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::count::{Book, Counts, Landing, Strangers};
use super::ids::{Fingerprints, Id};

/// A book that speaks of ids by name.
struct Story {
    make: Fingerprints,
    book: Book,
}

impl Story {
    fn new() -> Self {
        Self { make: Fingerprints::default(), book: Book::default() }
    }

    fn id(&self, name: &str) -> Id {
        self.make.event(name)
    }

    fn sells(&mut self, names: &[&str], from: i64) {
        for (name, offset) in names.iter().zip(from..) {
            self.book.produced(self.id(name), 0, offset, Some(name));
        }
    }

    fn lands(&mut self, names: &[&str]) {
        for name in names {
            self.book.landed(self.id(name), Strangers::Forget);
        }
    }

    fn commits(&mut self, next: i64) {
        self.book.settle(BTreeMap::from([(0, next)]));
    }

    /// produced = landed + dead + in flight + expired + missing; doubled
    fn told(&self) -> String {
        let Counts { produced, landed, dead, in_flight, expired, missing, doubled, .. } = self.book.counts();
        format!("{produced} = {landed} + {dead} + {in_flight} + {expired} + {missing}; {doubled}")
    }
}

#[test]
fn what_was_produced_and_landed_closes() {
    let mut story = Story::new();
    story.sells(&["a", "b", "c"], 0);
    assert_eq!(story.told(), "3 = 0 + 0 + 3 + 0 + 0; 0");
    story.lands(&["a", "b"]);
    story.commits(3);
    assert_eq!(story.told(), "3 = 2 + 0 + 0 + 0 + 1; 0");
    assert!(story.book.is_missing(story.id("c")));
    story.lands(&["c"]);
    assert_eq!(story.told(), "3 = 3 + 0 + 0 + 0 + 0; 0");
}

#[test]
fn right_after_a_second_replay_nothing_is_in_flight_that_has_landed() {
    let mut story = Story::new();
    story.sells(&["a", "b"], 0);
    story.lands(&["a", "b"]);
    story.commits(2);
    story.sells(&["a", "b", "c"], 2);
    assert_eq!(story.told(), "3 = 2 + 0 + 1 + 0 + 0; 0");
    story.commits(5);
    story.lands(&["c"]);
    assert_eq!(story.told(), "3 = 3 + 0 + 0 + 0 + 0; 0");
}

#[test]
fn a_dead_letter_that_was_replayed_and_landed_is_landed() {
    let mut story = Story::new();
    story.sells(&["a", "b"], 0);
    story.book.died(story.id("b"), false);
    story.lands(&["a"]);
    story.commits(2);
    assert_eq!(story.told(), "2 = 1 + 1 + 0 + 0 + 0; 0");
    story.sells(&["b"], 2);
    assert_eq!(story.told(), "2 = 1 + 1 + 0 + 0 + 0; 0");
    story.lands(&["b"]);
    story.commits(3);
    assert_eq!(story.told(), "2 = 2 + 0 + 0 + 0 + 0; 0");
}

#[test]
fn what_the_producer_refused_is_produced_and_dead_however_often_it_is_replayed() {
    let mut story = Story::new();
    for _ in 0..2 {
        story.book.died(story.id("zero"), true);
    }
    assert_eq!(story.told(), "1 = 0 + 1 + 0 + 0 + 0; 0");
    assert_eq!(story.book.counts().refused, 1);
    // Corrected, and replayed from the file.
    story.sells(&["zero"], 0);
    story.lands(&["zero"]);
    assert_eq!(story.told(), "1 = 1 + 0 + 0 + 0 + 0; 0");
    assert_eq!(story.book.counts().refused, 0);
}

#[test]
fn rows_and_dead_letters_whose_records_expired_are_outside_and_break_nothing() {
    let mut story = Story::new();
    story.sells(&["new"], 900);
    story.lands(&["old", "new"]);
    story.book.died(story.id("old-dead"), false);
    story.commits(901);
    assert_eq!(story.told(), "1 = 1 + 0 + 0 + 0 + 0; 0");
    assert_eq!(story.book.counts().dead_before, 1);
}

#[test]
fn records_whose_rows_the_table_dropped_are_expired_and_not_missing() {
    let mut story = Story::new();
    story.sells(&["old", "new"], 0);
    story.lands(&["new"]);
    story.commits(2);
    assert!(story.book.is_missing(story.id("old")));
    story.book.expired(story.id("old"));
    assert_eq!(story.told(), "2 = 1 + 0 + 0 + 1 + 0; 0");
}

#[test]
fn an_id_on_two_rows_is_doubled_once() {
    let mut story = Story::new();
    story.sells(&["a"], 0);
    assert_eq!(story.book.landed(story.id("a"), Strangers::Forget), Landing::First);
    for _ in 0..2 {
        assert_eq!(story.book.landed(story.id("a"), Strangers::Forget), Landing::Again);
        story.book.doubled(story.id("a"));
    }
    story.commits(1);
    assert_eq!(story.told(), "1 = 1 + 0 + 0 + 0 + 0; 1");
}

#[test]
fn a_row_seen_before_its_record_is_landed_when_the_record_comes() {
    let mut story = Story::new();
    assert_eq!(story.book.landed(story.id("fast"), Strangers::Remember), Landing::First);
    assert_eq!(story.told(), "0 = 0 + 0 + 0 + 0 + 0; 0");
    story.sells(&["fast"], 0);
    assert_eq!(story.told(), "1 = 1 + 0 + 0 + 0 + 0; 0");
}

#[test]
fn before_an_id_is_called_missing_it_can_be_asked_for() {
    let mut story = Story::new();
    story.sells(&["a", "b"], 0);
    let committed = BTreeMap::from([(0, 1)]);
    let unsettled: Vec<&str> = story.book.unsettled(&committed).into_iter().map(|(_, event)| event).collect();
    assert_eq!(unsettled, ["a"]);
    assert_eq!(story.told(), "2 = 0 + 0 + 2 + 0 + 0; 0");
}

/// One fact of a run. Ids are small numbers, so that they meet often.
#[derive(Clone, Debug)]
enum Fact {
    Produced { id: u8, partition: i32 },
    Died { id: u8, refused: bool },
    Landed { id: u8, ts: u8 },
    Expired { id: u8 },
    Committed,
}

fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let fact = prop_oneof![
        4 => (0..24_u8, 0..3_i32).prop_map(|(id, partition)| Fact::Produced { id, partition }),
        1 => (0..24_u8, any::<bool>()).prop_map(|(id, refused)| Fact::Died { id, refused }),
        3 => (0..24_u8, 0..8_u8).prop_map(|(id, ts)| Fact::Landed { id, ts: u8::from(ts == 0) }),
        1 => (0..24_u8).prop_map(|id| Fact::Expired { id }),
        1 => Just(Fact::Committed),
    ];
    prop::collection::vec(fact, 0..120)
}

/// Keeps every fact, and counts at the end as the definition says.
#[derive(Default)]
struct Model {
    records: Vec<(u8, i32, i64)>,
    dead: BTreeSet<u8>,
    refused: BTreeSet<u8>,
    rows: BTreeSet<(u8, u8)>,
    dropped: BTreeSet<u8>,
}

impl Model {
    fn counts(&self, committed: &BTreeMap<i32, i64>) -> Counts {
        let in_topic: BTreeSet<u8> = self.records.iter().map(|(id, ..)| *id).collect();
        let produced: BTreeSet<u8> = in_topic.union(&self.refused).copied().collect();
        let landed: BTreeSet<u8> = self.rows.iter().map(|(id, _)| *id).collect();
        let past_committed = |id: u8| self.records.iter().any(|(i, p, o)| *i == id && *o >= committed[p]);
        let mut counts = Counts { produced: produced.len() as u64, ..Counts::default() };
        counts.refused = produced.difference(&in_topic).count() as u64;
        for id in produced.iter().copied() {
            match () {
                () if landed.contains(&id) => counts.landed += 1,
                () if self.dead.contains(&id) => counts.dead += 1,
                () if past_committed(id) && !self.dropped.contains(&id) => counts.in_flight += 1,
                () if self.dropped.contains(&id) => counts.expired += 1,
                () => counts.missing += 1,
            }
        }
        counts.doubled =
            landed.iter().filter(|id| self.rows.iter().filter(|(i, _)| i == *id).count() > 1).count() as u64;
        counts.dead_before =
            self.dead.iter().filter(|id| !produced.contains(id) && !landed.contains(id)).count() as u64;
        counts
    }
}

/// A sink that has come through a share of every partition.
fn position(ends: &BTreeMap<i32, i64>, percent: i64) -> BTreeMap<i32, i64> {
    ends.iter().map(|(partition, end)| (*partition, end * percent / 100)).collect()
}

proptest! {
    #[test]
    fn the_book_agrees_with_a_naive_count(facts in facts(), share in 0..=100_i64) {
        let mut story = Story::new();
        let mut model = Model::default();
        let mut ends = BTreeMap::from([(0, 0_i64), (1, 0), (2, 0)]);
        for fact in facts {
            match fact {
                Fact::Produced { id, partition } => {
                    let offset = ends[&partition];
                    ends.insert(partition, offset + 1);
                    let name = id.to_string();
                    story.book.produced(story.id(&name), partition, offset, Some(&name));
                    model.records.push((id, partition, offset));
                }
                Fact::Died { id, refused } => {
                    story.book.died(story.id(&id.to_string()), refused);
                    model.dead.insert(id);
                    if refused {
                        model.refused.insert(id);
                    }
                }
                Fact::Landed { id, ts } => {
                    let is_new_row = model.rows.insert((id, ts));
                    let name = story.id(&id.to_string());
                    if is_new_row && story.book.landed(name, Strangers::Remember) == Landing::Again {
                        story.book.doubled(name);
                    }
                }
                Fact::Expired { id } => {
                    // Only what is missing is ever found to have expired.
                    let name = story.id(&id.to_string());
                    if story.book.is_missing(name) {
                        story.book.expired(name);
                        model.dropped.insert(id);
                    }
                }
                Fact::Committed => story.book.settle(position(&ends, share)),
            }
        }
        let committed = position(&ends, share);
        story.book.settle(committed.clone());
        let counts = story.book.counts();
        prop_assert_eq!(counts, model.counts(&committed));
        let accounted = counts.landed + counts.dead + counts.in_flight + counts.expired + counts.missing;
        prop_assert_eq!(accounted, counts.produced);
        let missing = (0..24_u8).filter(|id| story.book.is_missing(story.id(&id.to_string()))).count() as u64;
        prop_assert_eq!(missing, counts.missing);
    }
}
