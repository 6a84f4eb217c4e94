//! The broker, asked by a client that is not ours: what lies in the topics, byte by byte, and records
//! that a foreign producer might put there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{Headers, Message};
use rdkafka::metadata::MetadataPartition;
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};

use crate::pipeline::until;

const ANSWER: Duration = Duration::from_mins(1);

/// The brokers.
pub(crate) struct Cluster {
    bootstrap: String,
}

/// A record as it lies there.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: BTreeMap<String, String>,
}

impl Record {
    /// The key as text.
    pub(crate) fn key(&self) -> String {
        String::from_utf8_lossy(self.key.as_deref().unwrap_or_default()).into_owned()
    }

    /// The value as text.
    pub(crate) fn value(&self) -> String {
        String::from_utf8_lossy(self.value.as_deref().unwrap_or_default()).into_owned()
    }

    /// What Connect, or the producer, tells of an error: a header by its last words.
    pub(crate) fn error(&self, name: &str) -> Option<&str> {
        self.headers.get(&format!("__connect.errors.{name}")).map(String::as_str)
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, offset, headers, .. } = self;
        write!(f, "{partition}@{offset} {:?}: {:?} {headers:#?}", self.key(), self.value())
    }
}

impl Cluster {
    pub(crate) fn at(bootstrap: &str) -> Self {
        Self { bootstrap: bootstrap.to_owned() }
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.bootstrap);
        config
    }

    fn consumer(&self) -> BaseConsumer {
        let mut config = self.config();
        config.set("group.id", format!("test-{:016x}", rand::random::<u64>()));
        config.set("enable.auto.commit", "false").set("enable.partition.eof", "true");
        config.set("isolation.level", "read_uncommitted").set("auto.offset.reset", "earliest");
        config.create().unwrap()
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        self.config().create().unwrap()
    }

    fn partitions(consumer: &BaseConsumer, topic: &str) -> Vec<i32> {
        let metadata = consumer.fetch_metadata(None, ANSWER).unwrap();
        let topic = metadata.topics().iter().find(|known| known.name() == topic);
        topic.map_or_else(Vec::new, |topic| topic.partitions().iter().map(MetadataPartition::id).collect())
    }

    /// Where each partition of a topic ends.
    pub(crate) fn ends(&self, topic: &str) -> BTreeMap<i32, i64> {
        let consumer = self.consumer();
        let end = |partition| consumer.fetch_watermarks(topic, partition, ANSWER).unwrap().1;
        Self::partitions(&consumer, topic).into_iter().map(|partition| (partition, end(partition))).collect()
    }

    /// All records that a topic holds now.
    pub(crate) fn records(&self, topic: &str) -> Vec<Record> {
        let consumer = self.consumer();
        let mut open: BTreeSet<i32> = Self::partitions(&consumer, topic).into_iter().collect();
        let mut from = TopicPartitionList::new();
        for partition in &open {
            from.add_partition_offset(topic, *partition, Offset::Beginning).unwrap();
        }
        consumer.assign(&from).unwrap();
        let mut records = Vec::new();
        while !open.is_empty() {
            match consumer.poll(ANSWER) {
                Some(Ok(message)) => records.push(record(&message)),
                Some(Err(KafkaError::PartitionEOF(partition))) => drop(open.remove(&partition)),
                Some(Err(error)) => panic!("reading {topic}: {error}"),
                None => panic!("reading {topic}: the broker is silent"),
            }
        }
        records
    }

    /// Puts a record where it is told to; returns its offset.
    pub(crate) async fn put(&self, partition: i32, key: Option<&[u8]>, value: Option<&[u8]>) -> i64 {
        let producer: FutureProducer = self.config().create().unwrap();
        let mut record: FutureRecord<'_, [u8], [u8]> = FutureRecord::to("sales").partition(partition);
        record.key = key;
        record.payload = value;
        producer.send(record, ANSWER).await.unwrap_or_else(|(error, _)| panic!("a record is refused: {error}")).offset
    }

    /// Lets records of `sales` expire up to these offsets, as retention would.
    pub(crate) async fn expire(&self, up_to: &BTreeMap<i32, i64>) {
        let mut offsets = TopicPartitionList::new();
        for (partition, offset) in up_to {
            offsets.add_partition_offset("sales", *partition, Offset::Offset(*offset)).unwrap();
        }
        let expired = self.admin().delete_records(&offsets, &options()).await.unwrap();
        for element in expired.elements() {
            element.error().unwrap();
        }
    }

    /// Removes topics, and a group that has no member any more.
    pub(crate) async fn forget(&self, topics: &[&str], group: &str) {
        let admin = self.admin();
        until("the sink's group to go", async || {
            use RDKafkaErrorCode::GroupIdNotFound;
            let gone = admin.delete_groups(&[group], &options()).await.map_err(|error| error.to_string())?;
            match &gone[..] {
                [Ok(_) | Err((_, GroupIdNotFound))] => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
        until("the topics to go", async || {
            use RDKafkaErrorCode::UnknownTopicOrPartition;
            let gone = admin.delete_topics(topics, &options()).await.map_err(|error| error.to_string())?;
            let is_gone = |result: &Result<String, (String, RDKafkaErrorCode)>| {
                matches!(result, Err((_, UnknownTopicOrPartition)))
            };
            if gone.iter().all(is_gone) { Ok(()) } else { Err(format!("{gone:?}")) }
        })
        .await;
    }
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(ANSWER)).operation_timeout(Some(ANSWER))
}

fn record(message: &impl Message) -> Record {
    let mut headers = BTreeMap::new();
    for header in message.headers().into_iter().flat_map(Headers::iter) {
        headers.insert(header.key.to_owned(), String::from_utf8_lossy(header.value.unwrap_or_default()).into_owned());
    }
    Record {
        partition: message.partition(),
        offset: message.offset(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers,
    }
}
