//! The arithmetic of the ledger: a book of ids, told what was produced, what died, what landed and how
//! far the sink has come, that can be asked for the counts at any time. Pure; where the facts come
//! from, and in which order they are fetched, is the affair of `ledger`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ids::{Id, IdMap};

/// What is known of an id, as bits.
type Marks = u8;
const IN_TOPIC: Marks = 1;
const REFUSED: Marks = 2;
const DEAD: Marks = 4;
const LANDED: Marks = 8;
const DOUBLED: Marks = 16;
const EXPIRED: Marks = 32;

/// The counts. `produced` is the sum of `landed`, `dead`, `in_flight`, `expired` and `missing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Distinct ids in the topic, and those that the producer refused.
    pub produced: u64,
    /// Of these, ids that are not in the topic, for the producer refused them.
    pub refused: u64,
    /// Ids with a row.
    pub landed: u64,
    /// Ids with a dead letter and without a row.
    pub dead: u64,
    /// Ids without either, with a record that the sink has not committed yet.
    pub in_flight: u64,
    /// Ids without either, whose row the table no longer keeps.
    pub expired: u64,
    /// The rest: lost.
    pub missing: u64,
    /// Ids on more than one row.
    pub doubled: u64,
    /// Dead letters that have not landed and whose record has expired: no part of `produced`.
    pub dead_before: u64,
}

/// Whether the book remembers the rows of ids that it has not heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strangers {
    /// No: rows of long ago, whose records have expired, and of which there may be any number.
    Forget,
    /// Yes: rows of this moment, whose records will be read in the next.
    Remember,
}

/// What a row was to the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landing {
    /// The first row of this id.
    First,
    /// The id had landed already: twice in the table, or seen twice by us.
    Again,
    /// A row of an id that the book has not heard of, and forgets.
    Stranger,
}

/// An id with records that wait for the sink.
#[derive(Clone, Debug)]
struct Waiting {
    /// Its last record in a partition.
    last: (i32, i64),
    /// Its last records in other partitions: as good as never any, for the partition follows the key.
    others: Vec<(i32, i64)>,
    /// The event id, to ask the table for it; none for a record without one, which can never land.
    event: Option<Box<str>>,
}

impl Waiting {
    fn add(&mut self, partition: i32, offset: i64) {
        let mut known = std::iter::once(&mut self.last).chain(&mut self.others);
        match known.find(|record| record.0 == partition) {
            Some(record) => record.1 = offset,
            None => self.others.push((partition, offset)),
        }
    }

    /// Whether the sink has passed all of its records.
    fn is_past(&self, committed: &BTreeMap<i32, i64>) -> bool {
        let mut records = std::iter::once(&self.last).chain(&self.others);
        records.all(|(partition, offset)| committed.get(partition).is_some_and(|next| offset < next))
    }
}

/// The book of ids.
#[derive(Clone, Debug, Default)]
pub struct Book {
    ids: IdMap<Marks>,
    waiting: IdMap<Waiting>,
    committed: BTreeMap<i32, i64>,
    counts: Counts,
}

impl Book {
    /// A book that knows how far the sink has come: the offsets it will read next, by partition. All
    /// of a partition that is not named waits.
    pub fn new(committed: BTreeMap<i32, i64>) -> Self {
        Self { committed, ..Self::default() }
    }

    /// A record of the topic. `event` is its event id, where it has one.
    pub fn produced(&mut self, id: Id, partition: i32, offset: i64, event: Option<&str>) {
        let marks = self.mark(id, IN_TOPIC);
        let is_open = marks & (LANDED | DEAD | EXPIRED) == 0;
        if is_open && offset >= self.position(partition) {
            let new = || Waiting { last: (partition, offset), others: Vec::new(), event: event.map(Into::into) };
            self.waiting.entry(id).or_insert_with(new).add(partition, offset);
        }
    }

    /// A dead letter. The producer's own also count as produced.
    pub fn died(&mut self, id: Id, refused_by_producer: bool) {
        let marks = if refused_by_producer { DEAD | REFUSED } else { DEAD };
        self.mark(id, marks);
        self.waiting.remove(&id);
    }

    /// A row.
    pub fn landed(&mut self, id: Id, strangers: Strangers) -> Landing {
        match (self.ids.get(&id), strangers) {
            (None, Strangers::Forget) => return Landing::Stranger,
            (Some(marks), _) if marks & LANDED != 0 => return Landing::Again,
            _ => {}
        }
        self.mark(id, LANDED);
        self.waiting.remove(&id);
        Landing::First
    }

    /// The id is on more than one row.
    pub fn doubled(&mut self, id: Id) {
        self.mark(id, LANDED | DOUBLED);
    }

    /// The row of the id is older than what the table keeps: said of ids that are missing.
    pub fn expired(&mut self, id: Id) {
        self.mark(id, EXPIRED);
    }

    /// The event ids that would be missing if the sink had come to `committed`: to be looked for
    /// before [`Book::settle`] says so.
    pub fn unsettled(&self, committed: &BTreeMap<i32, i64>) -> Vec<(Id, &str)> {
        let past = self.waiting.iter().filter(|(_, waiting)| waiting.is_past(committed));
        past.filter_map(|(id, waiting)| Some((*id, waiting.event.as_deref()?))).collect()
    }

    /// The sink has come to `committed`: what it has passed no longer waits.
    pub fn settle(&mut self, committed: BTreeMap<i32, i64>) {
        self.waiting.retain(|_, waiting| !waiting.is_past(&committed));
        self.committed = committed;
    }

    /// Whether the id is missing at this moment.
    pub fn is_missing(&self, id: Id) -> bool {
        let known = self.ids.get(&id).copied().unwrap_or(0);
        known & IN_TOPIC != 0 && known & (LANDED | DEAD | EXPIRED) == 0 && !self.waiting.contains_key(&id)
    }

    /// The counts at this moment.
    pub fn counts(&self) -> Counts {
        let counts = self.counts;
        let in_flight = self.waiting.len() as u64;
        let accounted = counts.landed + counts.dead + counts.expired + in_flight;
        Counts { in_flight, missing: counts.produced.saturating_sub(accounted), ..counts }
    }

    fn position(&self, partition: i32) -> i64 {
        self.committed.get(&partition).copied().unwrap_or(0)
    }

    fn mark(&mut self, id: Id, more: Marks) -> Marks {
        let marks = self.ids.entry(id).or_default();
        let before = *marks;
        *marks |= more;
        let after = *marks;
        if before != after {
            for slot in slots(&mut self.counts, before) {
                *slot -= 1;
            }
            for slot in slots(&mut self.counts, after) {
                *slot += 1;
            }
        }
        after
    }
}

/// The counts that an id with these marks is part of.
fn slots(counts: &mut Counts, marks: Marks) -> impl Iterator<Item = &mut u64> {
    let has = |mark| marks & mark != 0;
    let is_produced = has(IN_TOPIC) || has(REFUSED);
    let Counts { produced, refused, landed, dead, in_flight: _, expired, missing: _, doubled, dead_before } = counts;
    let fate = match () {
        () if is_produced && has(LANDED) => Some(landed),
        () if is_produced && has(DEAD) => Some(dead),
        () if is_produced && has(EXPIRED) => Some(expired),
        () if has(DEAD) && !has(LANDED) => Some(dead_before),
        () => None,
    };
    [
        is_produced.then_some(produced),
        (has(REFUSED) && !has(IN_TOPIC)).then_some(refused),
        fate,
        has(DOUBLED).then_some(doubled),
    ]
    .into_iter()
    .flatten()
}
