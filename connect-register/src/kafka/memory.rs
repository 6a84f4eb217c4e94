//! Which letters have been sent back, kept by Kafka: the committed offset of a group that nobody joins,
//! and the metadata beside it. Brokers forget it a week after the last replay
//! (`offsets.retention.minutes`).

use std::collections::BTreeMap;

use kafka::context::Quiet;
use kafka::{Kafka, Spans};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::{Offset, TopicPartitionList};

use crate::core::letter::Replayed;
use crate::core::letter::replayed::TooScattered;

/// The memory of one topic of dead letters.
pub struct Memory {
    consumer: BaseConsumer<Quiet>,
    kafka: Kafka,
    topic: String,
}

/// Why nothing could be remembered.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// Kafka refuses, or does not answer.
    #[error("Kafka could not keep or tell which letters have been replayed")]
    Kafka(#[from] KafkaError),
    /// It does not fit.
    #[error(transparent)]
    TooScattered(#[from] TooScattered),
}

impl Memory {
    /// The memory of a topic. Nothing is sent yet.
    ///
    /// # Errors
    /// When the client cannot be made.
    pub fn new(kafka: &Kafka, topic: &str) -> Result<Self, MemoryError> {
        let consumer = kafka.of_group(&group(topic)).create_with_context(Quiet::default())?;
        Ok(Self { consumer, kafka: kafka.clone(), topic: topic.to_owned() })
    }

    /// Which letters of each partition have been replayed; of those that retention has deleted nothing is
    /// told. Blocks.
    ///
    /// # Errors
    /// When Kafka does not answer.
    pub fn read(&self, spans: &Spans) -> Result<BTreeMap<i32, Replayed>, MemoryError> {
        let mut asked = TopicPartitionList::new();
        for partition in spans.keys() {
            asked.add_partition(&self.topic, *partition);
        }
        let committed = self.consumer.committed_offsets(asked, self.kafka.patience)?;
        let mut replayed: BTreeMap<i32, Replayed> = BTreeMap::new();
        for element in committed.elements() {
            if let Offset::Offset(offset) = element.offset() {
                replayed.insert(element.partition(), Replayed::parse(offset, element.metadata()));
            }
        }
        for (partition, span) in spans {
            let of = replayed.entry(*partition).or_default();
            // A topic that was made anew holds other letters.
            if of.next() > span.high {
                *of = Replayed::default();
            }
            of.begins_at(span.low);
        }
        Ok(replayed)
    }

    /// Keeps it. Blocks.
    ///
    /// # Errors
    /// When Kafka refuses or does not answer, or there is more than it keeps.
    pub fn write(&self, replayed: &BTreeMap<i32, Replayed>) -> Result<(), MemoryError> {
        let mut offsets = TopicPartitionList::new();
        for (partition, of) in replayed {
            let mut element = offsets.add_partition(&self.topic, *partition);
            element.set_offset(Offset::Offset(of.next()))?;
            element.set_metadata(of.metadata()?);
        }
        Ok(self.consumer.commit(&offsets, CommitMode::Sync)?)
    }
}

/// The group whose offsets they are.
pub fn group(topic: &str) -> String {
    format!("connect-register.replay.{topic}")
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").field("topic", &self.topic).finish_non_exhaustive()
    }
}
