//! The ledger: everything that was produced has landed, or is a dead letter, or is on its way; the
//! rest is missing. It reads the topics, the sink's offsets and the table, and changes none of them.
//!
//! A ledger is advanced: the first time it reads everything, after that only what is new. One advance
//! is right on a live pipeline because of its order: records, then the sink's offsets, then dead
//! letters, then rows. What the sink had committed when its offsets were read has its row or its dead
//! letter by the time these are read.

pub mod count;
#[cfg(test)]
mod count_tests;
pub mod identity;
pub mod ids;
mod missing;
pub mod report;
pub mod rows;
pub mod verdict;

use std::collections::BTreeMap;
use std::time::SystemTime;

use rdkafka::message::{BorrowedMessage, Message};
use service::{Failure, Shutdown};
use tokio::task::block_in_place;

use crate::postgres::Postgres;
use crate::postgres::failure::failure;
use count::{Book, Landing, Strangers};
use identity::{PRODUCER, of_letter, of_record};
use ids::{Fingerprints, Id, IdMap, Identity};
use kafka::{Group, Kafka, Progress, ReadError, Spans, Topic};
use rows::{Row, Table};
use verdict::{Example, Scope, Verdict, state};

/// How many ids are named where something is wrong.
const EXAMPLES: usize = 10;
/// The most records of a partition that a ledger which follows the topic reads at once, so that rows
/// are seen landing while there is much to catch up with.
const STRIDE: i64 = 1 << 15;
/// How often a long reading tells how far it is, in records or rows.
const TELL_EVERY: u64 = 1 << 15;

/// Where a ledger ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// At what the topic holds when it is opened, so that it can close on a live pipeline.
    Now,
    /// Nowhere: it follows the topic.
    Never,
}

/// Hears what a ledger meets while it advances.
pub trait Observer {
    /// A row that has just landed; not told of rows that were there before the first advance.
    fn row(&mut self, _row: &Row<'_>) {}
    /// What is being done.
    fn at(&mut self, _what: &str) {}
}

/// Why a ledger could not be advanced.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Kafka.
    #[error(transparent)]
    Kafka(#[from] ReadError),
    /// PostgreSQL.
    #[error(transparent)]
    Postgres(#[from] tokio_postgres::Error),
}

impl Error {
    /// The failure a person sees.
    pub fn failure(self, kafka: &Kafka, postgres: &Postgres) -> Failure {
        match self {
            Self::Kafka(error) => error.failure(kafka),
            Self::Postgres(error) => failure(postgres, "cannot read sales_raw", &error),
        }
    }
}

/// A ledger that can be advanced.
#[derive(Debug)]
pub struct Ledger {
    scope: Scope,
    kafka: Kafka,
    make: Fingerprints,
    book: Book,
    sales: Topic,
    /// Offsets at which the window ends; none where it has no end.
    until: Option<BTreeMap<i32, i64>>,
    letters: Topic,
    group: Group,
    /// Up to which moment all rows have been read; none before the first advance.
    horizon: Option<SystemTime>,
    /// Where a renewed ledger goes on to tell of rows.
    resume: Option<SystemTime>,
    /// Rows that will be read again, for they landed after the horizon.
    recent: IdMap<SystemTime>,
    /// Ids that landed once more: to be looked at in the table.
    again: Vec<(Id, String)>,
    records: u64,
    rows: u64,
    stages: BTreeMap<String, u64>,
    unknown_letters: u64,
    doubled: Vec<Example>,
}

impl Ledger {
    /// Opens the topics; nothing is read yet. Blocks.
    ///
    /// # Errors
    /// [`ReadError::NoTopic`], or [`ReadError::Away`] when Kafka does not answer.
    pub fn open(kafka: &Kafka, scope: Scope, end: End) -> Result<Self, ReadError> {
        let sales = Topic::open(kafka, &scope.topic, scope.since)?;
        let letters = Topic::open(kafka, &scope.dead_letters, None)?;
        let group = Group::new(kafka, &scope.group)?;
        let until = match (scope.until, end) {
            (Some(until), _) => Some(sales.at(until, &sales.spans()?)?),
            (None, End::Now) => Some(highs(&sales.spans()?)),
            (None, End::Never) => None,
        };
        // Known before the first record, so that only those that wait are remembered with their place.
        let book = Book::new(positions(&group.progress(&scope.topic)?));
        Ok(Self {
            scope,
            kafka: kafka.clone(),
            make: Fingerprints::default(),
            book,
            sales,
            until,
            letters,
            group,
            horizon: None,
            resume: None,
            recent: IdMap::default(),
            again: Vec::new(),
            records: 0,
            rows: 0,
            stages: BTreeMap::new(),
            unknown_letters: 0,
            doubled: Vec::new(),
        })
    }

    /// The same ledger, to be read anew from the start: it forgets what has expired. Rows that this one
    /// has told of are not told again. Blocks.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn renew(self, end: End) -> Result<Self, ReadError> {
        let fresh = Self::open(&self.kafka, self.scope, end)?;
        Ok(Self { make: self.make, resume: self.horizon.or(self.resume), recent: self.recent, ..fresh })
    }

    /// Whether it has read everything once. A ledger that failed before is to be thrown away.
    pub fn is_complete(&self) -> bool {
        self.horizon.is_some()
    }

    /// Reads what is new and tells how the ledger stands. Needs a runtime of several threads.
    ///
    /// # Errors
    /// When Kafka or PostgreSQL fail. A complete ledger can be advanced again after that, over
    /// another session.
    pub async fn advance(
        &mut self,
        table: &Table,
        observer: &mut impl Observer,
        stop: &Shutdown,
    ) -> Result<Verdict, Error> {
        let progress = block_in_place(|| {
            self.read_sales(observer, stop)?;
            let progress = self.group.progress(&self.scope.topic)?;
            self.read_letters(stop)?;
            Ok::<_, ReadError>(progress)
        })?;
        self.read_rows(table, observer).await?;
        let committed = positions(&progress);
        self.look_up(table, &committed).await?;
        self.book.settle(committed);
        Ok(self.verdict(&progress))
    }

    /// Names some of what is missing, and tells apart what the table no longer keeps. Reads the topic
    /// once more.
    ///
    /// # Errors
    /// When Kafka fails.
    pub fn explain(&mut self, verdict: &mut Verdict, stop: &Shutdown) -> Result<(), ReadError> {
        if verdict.counts.missing == 0 {
            return Ok(());
        }
        let mut topic = Topic::open(&self.kafka, &self.scope.topic, self.scope.since)?;
        let ends = self.sales.position().clone();
        verdict.missing_examples = block_in_place(|| {
            missing::explain(&mut topic, &ends, &self.make, &mut self.book, self.scope.kept_since, stop)
        })?;
        verdict.counts = self.book.counts();
        verdict.state = state(&verdict.counts, verdict.overrun);
        Ok(())
    }

    fn read_sales(&mut self, observer: &mut impl Observer, stop: &Shutdown) -> Result<(), ReadError> {
        let spans = self.sales.spans()?;
        if self.sales.is_behind_us(&spans) {
            return Err(ReadError::Changed(self.scope.topic.clone()));
        }
        let ends = match &self.until {
            Some(until) => until.clone(),
            None if self.is_complete() => strides(self.sales.position(), &highs(&spans)),
            None => highs(&spans),
        };
        let Self { make, book, until, records, scope, .. } = self;
        let read = |message: &BorrowedMessage<'_>| {
            let (partition, offset) = (message.partition(), message.offset());
            let is_late = |until: &BTreeMap<i32, i64>| until.get(&partition).is_some_and(|end| offset >= *end);
            if until.as_ref().is_some_and(is_late) {
                return;
            }
            let identity = of_record(message);
            let event = match &identity {
                Identity::Event(id) => Some(&**id),
                Identity::Place { .. } => None,
            };
            book.produced(make.identity(&identity), partition, offset, event);
            *records += 1;
            if records.is_multiple_of(TELL_EVERY) {
                observer.at(&format!("reading {}: {} records", scope.topic, report::grouped(*records)));
            }
        };
        self.sales.read_to(&ends, stop, read)
    }

    fn read_letters(&mut self, stop: &Shutdown) -> Result<(), ReadError> {
        let spans = self.letters.spans()?;
        if self.letters.is_behind_us(&spans) {
            return Err(ReadError::Changed(self.scope.dead_letters.clone()));
        }
        let ends = highs(&spans);
        let Self { make, book, scope, stages, unknown_letters, .. } = self;
        let read = |message: &BorrowedMessage<'_>| {
            let letter = of_letter(message);
            if letter.topic.as_deref().is_some_and(|topic| topic != scope.topic) {
                return;
            }
            *stages.entry(letter.stage.to_string()).or_default() += 1;
            let Some(identity) = letter.identity else {
                *unknown_letters += 1;
                return;
            };
            let at = message.timestamp().to_millis();
            let is_in_window = scope.since.is_none_or(|since| at.is_none_or(|at| at >= since.as_millisecond()))
                && scope.until.is_none_or(|until| at.is_none_or(|at| at < until.as_millisecond()));
            book.died(make.identity(&identity), letter.stage == PRODUCER && is_in_window);
        };
        self.letters.read_to(&ends, stop, read)
    }

    async fn read_rows(&mut self, table: &Table, observer: &mut impl Observer) -> Result<(), Error> {
        let Self { make, book, recent, again, rows, doubled, .. } = self;
        let is_first = self.horizon.is_none();
        let from = match self.horizon.or(self.resume) {
            Some(from) => from,
            None => table.horizon().await?,
        };
        if is_first {
            let read = |event_id: &str| {
                let id = make.event(event_id);
                if book.landed(id, Strangers::Forget) == Landing::Again {
                    book.doubled(id);
                    push_example(doubled, event_id);
                }
                *rows += 1;
                if rows.is_multiple_of(TELL_EVERY) {
                    observer.at(&format!("reading sales_raw: {} rows", report::grouped(*rows)));
                }
            };
            table.settled(from, read).await?;
        }
        let horizon = table.horizon().await?;
        table
            .since(from, |row| {
                let is_new = recent.insert(make.row(row.event_id, row.ts), row.landed_at).is_none();
                if is_new {
                    observer.row(row);
                }
                if !is_new && !is_first {
                    return;
                }
                *rows += 1;
                let id = make.event(row.event_id);
                if book.landed(id, Strangers::Remember) == Landing::Again {
                    again.push((id, row.event_id.to_owned()));
                }
            })
            .await?;
        self.horizon = Some(horizon);
        self.recent.retain(|_, landed_at| *landed_at >= horizon);
        Ok(())
    }

    /// Asks the table itself for ids that would be called missing, and for those that landed again.
    async fn look_up(&mut self, table: &Table, committed: &BTreeMap<i32, i64>) -> Result<(), Error> {
        let unsettled = self.book.unsettled(committed);
        let asked: Vec<(Id, &str)> =
            unsettled.into_iter().chain(self.again.iter().map(|(id, event_id)| (*id, event_id.as_str()))).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let texts: Vec<&str> = asked.iter().map(|(_, event_id)| *event_id).collect();
        let found: Vec<(Id, String, i64)> = table
            .count(&texts)
            .await?
            .into_iter()
            .filter_map(|(place, rows)| asked.get(place).map(|(id, event_id)| (*id, (*event_id).to_owned(), rows)))
            .collect();
        for (id, event_id, rows) in found {
            self.book.landed(id, Strangers::Remember);
            if rows > 1 {
                self.book.doubled(id);
                push_example(&mut self.doubled, &event_id);
            }
        }
        self.again.clear();
        Ok(())
    }

    fn verdict(&self, progress: &BTreeMap<i32, Progress>) -> Verdict {
        let counts = self.book.counts();
        // What expired before the window began is not of the window.
        let overrun = if self.scope.since.is_none() { progress.values().map(Progress::overrun).sum() } else { 0 };
        Verdict {
            schema_version: 1,
            state: state(&counts, overrun),
            scope: self.scope.clone(),
            counts,
            records: self.records,
            rows: self.rows,
            lag: progress.iter().map(|(partition, progress)| (*partition, progress.lag())).collect(),
            overrun,
            dead_letters_by_stage: self.stages.clone(),
            dead_letters_unknown: self.unknown_letters,
            missing_examples: Vec::new(),
            doubled_examples: self.doubled.clone(),
        }
    }
}

fn positions(progress: &BTreeMap<i32, Progress>) -> BTreeMap<i32, i64> {
    progress.iter().map(|(partition, progress)| (*partition, progress.position())).collect()
}

fn highs(spans: &Spans) -> BTreeMap<i32, i64> {
    spans.iter().map(|(partition, span)| (*partition, span.high)).collect()
}

/// The ends, or as far as one stride goes where they are further.
fn strides(position: &BTreeMap<i32, i64>, ends: &BTreeMap<i32, i64>) -> BTreeMap<i32, i64> {
    let reach = |(partition, end): (&i32, &i64)| {
        let from = position.get(partition).copied().unwrap_or(0);
        (*partition, from.saturating_add(STRIDE).min(*end))
    };
    ends.iter().map(reach).collect()
}

fn push_example(examples: &mut Vec<Example>, event_id: &str) {
    let is_known = examples.iter().any(|example| example.event_id.as_deref() == Some(event_id));
    if examples.len() < EXAMPLES && !is_known {
        examples.push(Example { event_id: Some(event_id.to_owned()), record: None });
    }
}
