//! One topic, read from where it begins (or from a point in time) to given offsets, and later on from
//! where the last reading ended. Bounds are captured before reading, so that it ends on a live topic.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::metadata::MetadataPartition;
use rdkafka::{Offset, TopicPartitionList};
use service::Shutdown;

use super::context::Quiet;
use super::{Kafka, ReadError};

/// How long a reading may go without a single record.
const STANDSTILL: Duration = Duration::from_secs(30);
/// How long the end of a partition must have been reported, with nothing after it, before the
/// offsets up to the bound are taken for ones that hold no record: transaction markers, compaction.
const GAP: Duration = Duration::from_millis(600);

/// The offsets of one partition: the first one kept, and the one after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first offset that is kept.
    pub low: i64,
    /// The offset that the next record will get.
    pub high: i64,
}

/// The offsets of a topic, by partition.
pub type Spans = BTreeMap<i32, Span>;

/// A topic that is being read.
pub struct Topic {
    consumer: BaseConsumer<Quiet>,
    context: Quiet,
    name: String,
    patience: Duration,
    next: BTreeMap<i32, i64>,
}

impl Topic {
    /// Opens a topic at its beginning, or at the first record of `since`.
    ///
    /// # Errors
    /// [`ReadError::NoTopic`], or [`ReadError::Away`] when Kafka does not answer.
    pub fn open(kafka: &Kafka, name: &str, since: Option<Timestamp>) -> Result<Self, ReadError> {
        let context = Quiet::default();
        let consumer: BaseConsumer<Quiet> = kafka.reader().create_with_context(context.clone())?;
        let mut topic =
            Self { consumer, context, name: name.to_owned(), patience: kafka.patience, next: BTreeMap::new() };
        let spans = topic.spans()?;
        let starts = match since {
            Some(since) => topic.at(since, &spans)?,
            None => spans.iter().map(|(&partition, span)| (partition, span.low)).collect(),
        };
        let mut assignment = TopicPartitionList::new();
        for (&partition, &offset) in &starts {
            assignment.add_partition_offset(name, partition, Offset::Offset(offset))?;
        }
        topic.consumer.assign(&assignment)?;
        topic.next = starts;
        Ok(topic)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The offsets up to which it has been read.
    pub fn position(&self) -> &BTreeMap<i32, i64> {
        &self.next
    }

    /// What it holds at this moment.
    ///
    /// # Errors
    /// [`ReadError::NoTopic`], or [`ReadError::Away`] when Kafka does not answer.
    pub fn spans(&self) -> Result<Spans, ReadError> {
        spans(&self.consumer, &self.context, &self.name, self.patience)
    }

    /// The offsets of the first records not older than `since`; where there are none, the end.
    ///
    /// # Errors
    /// [`ReadError::Away`] when Kafka does not answer.
    pub fn at(&self, since: Timestamp, spans: &Spans) -> Result<BTreeMap<i32, i64>, ReadError> {
        let mut times = TopicPartitionList::new();
        for &partition in spans.keys() {
            times.add_partition_offset(&self.name, partition, Offset::Offset(since.as_millisecond()))?;
        }
        let found = self
            .consumer
            .offsets_for_times(times, self.patience)
            .map_err(|error| away(&self.context, &self.name, error))?
            .to_topic_map();
        Ok(spans
            .iter()
            .map(|(&partition, span)| match found.get(&(self.name.clone(), partition)) {
                Some(Offset::Offset(offset)) => (partition, *offset),
                _ => (partition, span.high),
            })
            .collect())
    }

    /// Reads on to `ends` (the offsets after the last), giving each record to `each`.
    ///
    /// # Errors
    /// [`ReadError::Changed`] when the topic is no longer the one that was opened, [`ReadError::Away`]
    /// when nothing arrives for long, [`ReadError::Stopped`] when `stop` was asked for.
    pub fn read_to(
        &mut self,
        ends: &BTreeMap<i32, i64>,
        stop: &Shutdown,
        mut each: impl FnMut(&BorrowedMessage<'_>),
    ) -> Result<(), ReadError> {
        if ends.keys().any(|partition| !self.next.contains_key(partition)) {
            return Err(ReadError::Changed(self.name.clone()));
        }
        let mut left = ends.iter().filter(|(partition, end)| self.next[*partition] < **end).count();
        let mut reported: BTreeMap<i32, Instant> = BTreeMap::new();
        let mut moved = Instant::now();
        while left > 0 {
            if stop.is_asked() {
                return Err(ReadError::Stopped);
            }
            match self.consumer.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => {
                    let (partition, after) = (message.partition(), message.offset() + 1);
                    each(&message);
                    reported.remove(&partition);
                    moved = Instant::now();
                    left -= usize::from(self.advance(partition, after, ends));
                    continue;
                }
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    reported.insert(partition, Instant::now());
                }
                Some(Err(error)) => tracing::debug!("while reading {}: {error}", self.name),
                None => {}
            }
            let silent: Vec<i32> =
                reported.iter().filter(|(_, at)| at.elapsed() >= GAP).map(|(partition, _)| *partition).collect();
            for partition in silent {
                reported.remove(&partition);
                let end = ends.get(&partition).copied().unwrap_or(0);
                left -= usize::from(self.advance(partition, end, ends));
            }
            if moved.elapsed() > STANDSTILL {
                return Err(ReadError::Away { topic: self.name.clone(), last_words: self.context.last_words() });
            }
        }
        Ok(())
    }

    /// Whether the topic was made anew: it holds fewer records than were read already.
    pub fn is_behind_us(&self, spans: &Spans) -> bool {
        spans.len() != self.next.len() || spans.iter().any(|(p, span)| self.next.get(p).is_none_or(|n| span.high < *n))
    }

    /// Moves on; whether this reached the end of the partition.
    fn advance(&mut self, partition: i32, to: i64, ends: &BTreeMap<i32, i64>) -> bool {
        let Some(next) = self.next.get_mut(&partition) else { return false };
        let end = ends.get(&partition).copied().unwrap_or(0);
        let was_short = *next < end;
        *next = to.max(*next);
        was_short && *next >= end
    }
}

impl std::fmt::Debug for Topic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Topic").field("name", &self.name).field("next", &self.next).finish_non_exhaustive()
    }
}

/// What a topic holds at this moment, as any client of its cluster sees it.
pub(super) fn spans(
    consumer: &BaseConsumer<Quiet>,
    context: &Quiet,
    topic: &str,
    patience: Duration,
) -> Result<Spans, ReadError> {
    let metadata = consumer.fetch_metadata(Some(topic), patience).map_err(|error| away(context, topic, error))?;
    let found = metadata.topics().iter().find(|found| found.name() == topic);
    let partitions: Vec<i32> =
        found.map(|t| t.partitions().iter().map(MetadataPartition::id).collect()).unwrap_or_default();
    if partitions.is_empty() {
        return Err(ReadError::NoTopic(topic.to_owned()));
    }
    let mut spans = Spans::new();
    for partition in partitions {
        let watermarks = consumer.fetch_watermarks(topic, partition, patience);
        let (low, high) = watermarks.map_err(|error| away(context, topic, error))?;
        spans.insert(partition, Span { low, high });
    }
    Ok(spans)
}

/// Sorts an error of a request: that nobody answers, or something else.
pub(super) fn away(context: &Quiet, topic: &str, error: KafkaError) -> ReadError {
    use RDKafkaErrorCode as Code;
    match error.rdkafka_error_code() {
        Some(
            Code::BrokerTransportFailure
            | Code::AllBrokersDown
            | Code::OperationTimedOut
            | Code::Resolve
            | Code::RequestTimedOut
            | Code::LeaderNotAvailable
            | Code::NotLeaderForPartition
            | Code::CoordinatorNotAvailable
            | Code::CoordinatorLoadInProgress
            | Code::NotCoordinator,
        ) => ReadError::Away { topic: topic.to_owned(), last_words: context.last_words() },
        Some(Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition) => {
            ReadError::NoTopic(topic.to_owned())
        }
        _ => ReadError::Client(error),
    }
}
