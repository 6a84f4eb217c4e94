//! Reading topics and groups, against a cluster inside the client library.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::BTreeMap;
use std::time::Duration;

use kafka::{Group, Kafka, ReadError, Topic};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::message::Message;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};
use rdkafka::{Offset, TopicPartitionList};
use service::Shutdown;

const PARTITIONS: i32 = 3;

struct Cluster {
    mock: MockCluster<'static, DefaultProducerContext>,
    kafka: Kafka,
    producer: BaseProducer,
}

impl Cluster {
    fn new() -> Self {
        let mock = MockCluster::new(1).unwrap();
        mock.create_topic("sales", PARTITIONS, 1).unwrap();
        let servers = mock.bootstrap_servers();
        let producer = ClientConfig::new().set("bootstrap.servers", &servers).create().unwrap();
        Self { mock, kafka: Kafka::at("test", servers), producer }
    }

    fn sells(&self, from: i64, to: i64, at: i64) {
        for number in from..to {
            let key = format!("\"e-{number}\"");
            let partition = i32::try_from(number % i64::from(PARTITIONS)).unwrap();
            let record = BaseRecord::to("sales").key(&key).payload("{}").partition(partition).timestamp(at);
            self.producer.send(record).map_err(|(error, _)| error).unwrap();
        }
        self.producer.flush(Duration::from_secs(10)).unwrap();
    }

    fn topic(&self) -> Topic {
        Topic::open(&self.kafka, "sales", None).unwrap()
    }
}

fn read(topic: &mut Topic) -> Vec<String> {
    let ends: BTreeMap<i32, i64> = topic.spans().unwrap().into_iter().map(|(p, span)| (p, span.high)).collect();
    let mut keys = Vec::new();
    topic
        .read_to(&ends, &Shutdown::manual(), |message| {
            keys.push(String::from_utf8(message.key().unwrap().to_vec()).unwrap());
        })
        .unwrap();
    keys.sort();
    keys
}

fn keys(from: i64, to: i64) -> Vec<String> {
    let mut keys: Vec<String> = (from..to).map(|number| format!("\"e-{number}\"")).collect();
    keys.sort();
    keys
}

#[test]
fn a_topic_is_read_to_its_end_and_later_only_what_is_new() {
    let cluster = Cluster::new();
    cluster.sells(0, 100, 1_000);
    let mut topic = cluster.topic();
    assert_eq!(read(&mut topic), keys(0, 100));
    assert_eq!(read(&mut topic), Vec::<String>::new());
    cluster.sells(100, 130, 1_000);
    assert_eq!(read(&mut topic), keys(100, 130));
}

#[test]
fn an_empty_topic_is_read_at_once() {
    assert_eq!(read(&mut Cluster::new().topic()), Vec::<String>::new());
}

#[test]
fn a_topic_that_does_not_exist_is_named() {
    let cluster = Cluster::new();
    // The mock cluster makes any topic that is asked for, so the answer is scripted.
    cluster
        .mock
        .topic_error("nowhere", rdkafka::types::RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        .unwrap();
    let error = Topic::open(&cluster.kafka, "nowhere", None).unwrap_err();
    assert!(matches!(&error, ReadError::NoTopic(topic) if topic == "nowhere"), "{error:?}");
}

#[test]
fn a_reading_stops_when_it_is_asked_to() {
    let cluster = Cluster::new();
    cluster.sells(0, 10, 1_000);
    let mut topic = cluster.topic();
    let stop = Shutdown::manual();
    stop.stop();
    let far = BTreeMap::from([(0, 1_000)]);
    assert!(matches!(topic.read_to(&far, &stop, |_| {}), Err(ReadError::Stopped)));
}

#[test]
fn a_partition_that_was_not_there_at_the_start_is_a_change() {
    let cluster = Cluster::new();
    let mut topic = cluster.topic();
    let more = BTreeMap::from([(PARTITIONS, 5)]);
    assert!(matches!(topic.read_to(&more, &Shutdown::manual(), |_| {}), Err(ReadError::Changed(_))));
}

#[test]
fn a_group_that_never_committed_has_all_of_the_topic_before_it() {
    let cluster = Cluster::new();
    cluster.sells(0, 30, 1_000);
    let progress = Group::new(&cluster.kafka, "connect-sink").unwrap().progress("sales").unwrap();
    assert_eq!(progress.len(), usize::try_from(PARTITIONS).unwrap());
    assert!(progress.values().all(|p| p.committed.is_none() && p.lag() == 10 && p.position() == 0), "{progress:?}");
}

#[test]
fn a_group_is_looked_at_without_joining_it() {
    let cluster = Cluster::new();
    cluster.sells(0, 30, 1_000);
    let sink: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &cluster.kafka.servers)
        .set("group.id", "connect-sink")
        .create()
        .unwrap();
    let mut offsets = TopicPartitionList::new();
    offsets.add_partition_offset("sales", 0, Offset::Offset(4)).unwrap();
    offsets.add_partition_offset("sales", 1, Offset::Offset(10)).unwrap();
    sink.commit(&offsets, CommitMode::Sync).unwrap();

    let progress = Group::new(&cluster.kafka, "connect-sink").unwrap().progress("sales").unwrap();
    let lags: Vec<i64> = progress.values().map(kafka::Progress::lag).collect();
    assert_eq!(lags, [6, 0, 10]);
}
