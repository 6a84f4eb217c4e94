//! Sends letters back to where they came from: key and value byte by byte, in their order, once each
//! (an idempotent producer), and tells when a broker has them.

use std::collections::BTreeMap;
use std::time::Duration;

use kafka::Kafka;
use kafka::context::Quiet;
use rdkafka::error::KafkaError;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::future_producer::Delivery;
use rdkafka::producer::{DeliveryFuture, FutureProducer, FutureRecord, Producer};

use crate::core::letter::{Letter, Outgoing};

/// A letter that a broker does not take for so long is not sent.
const GIVE_UP: Duration = Duration::from_mins(1);

/// Sends letters back.
pub struct Outbox {
    producer: FutureProducer<Quiet>,
    patience: Duration,
    partitions: BTreeMap<String, i32>,
}

/// Why a letter was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// There is no such topic.
    #[error("the topic {0} does not exist")]
    NoTopic(String),
    /// A broker or the client refused it, or gave no answer.
    #[error(transparent)]
    Kafka(#[from] KafkaError),
    /// The client ended before a broker answered.
    #[error("the client was closed before a broker had it")]
    Closed,
}

impl Outbox {
    /// Makes the client; it connects when something is sent.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn new(kafka: &Kafka) -> Result<Self, KafkaError> {
        let mut config = kafka.client();
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            // The Java client's hash, where a letter does not tell its partition.
            .set("partitioner", "murmur2_random")
            .set("compression.type", "lz4")
            .set("message.timeout.ms", GIVE_UP.as_millis().to_string());
        let producer = config.create_with_context(Quiet::default())?;
        Ok(Self { producer, patience: kafka.patience, partitions: BTreeMap::new() })
    }

    /// Asks for a topic that letters go to, so that one that does not exist is known before anything is
    /// sent. Blocks.
    ///
    /// # Errors
    /// When there is no such topic, or Kafka does not answer.
    pub fn address(&mut self, topic: &str) -> Result<(), SendError> {
        let metadata = self.producer.client().fetch_metadata(Some(topic), self.patience)?;
        let count = metadata.topics().iter().find(|found| found.name() == topic).map_or(0, |t| t.partitions().len());
        if count == 0 {
            return Err(SendError::NoTopic(topic.to_owned()));
        }
        self.partitions.insert(topic.to_owned(), i32::try_from(count).unwrap_or(i32::MAX));
        Ok(())
    }

    /// Hands a letter to the client; what comes back is to be waited for.
    ///
    /// # Errors
    /// When the client does not take it.
    pub fn send(&self, letter: &Letter, outgoing: &Outgoing) -> Result<Sent, SendError> {
        let mut headers = OwnedHeaders::new_with_capacity(outgoing.headers.len());
        for (key, value) in &outgoing.headers {
            headers = headers.insert(Header { key, value: value.as_deref() });
        }
        let mut record: FutureRecord<'_, [u8], [u8]> = FutureRecord::to(&outgoing.topic).headers(headers);
        (record.key, record.payload) = (letter.key.as_deref(), letter.value.as_deref());
        record.timestamp = letter.time.map(jiff::Timestamp::as_millisecond);
        let partitions = self.partitions.get(&outgoing.topic).copied().unwrap_or(0);
        record.partition = outgoing.partition.filter(|partition| (0..partitions).contains(partition));
        Ok(Sent(self.producer.send_result(record).map_err(|(error, _)| error)?))
    }
}

/// A letter that is on its way.
pub struct Sent(DeliveryFuture);

impl std::fmt::Debug for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sent")
    }
}

impl Sent {
    /// Waits until a broker has it.
    ///
    /// # Errors
    /// Why none has.
    pub async fn arrived(self) -> Result<Delivery, SendError> {
        match self.0.await {
            Ok(Ok(delivery)) => Ok(delivery),
            Ok(Err((error, _))) => Err(error.into()),
            Err(_) => Err(SendError::Closed),
        }
    }
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox").field("partitions", &self.partitions).finish_non_exhaustive()
    }
}
