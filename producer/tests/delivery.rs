//! Whole runs against librdkafka's mock cluster: what arrives, what happens when the brokers are away,
//! and how a run ends. The mock has no admin API: topics are made through the mock itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use producer::event::{DEAD_LETTERS, SALES};
use producer::feed::{self, Job};
use producer::kafka::{KafkaArgs, KafkaSettings};
use producer::pump::Order;
use producer::schedule::Speed;
use producer::source::day::Shape;
use producer::source::generate::Generator;
use producer::source::input::{self, Input};
use producer::source::mapping::Mapping;
use producer::source::replay::Replay;
use producer::stamp::{ReplayTime, Stamp};
use producer::summary::Summary;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use service::{Env, Exit, Shutdown};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const DEADLINE: Duration = Duration::from_mins(1);

type Cluster = MockCluster<'static, DefaultProducerContext>;
type Ended = anyhow::Result<(Summary, Exit)>;

fn cluster() -> Cluster {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic(SALES, 3, 1).unwrap();
    cluster.create_topic(DEAD_LETTERS, 1, 1).unwrap();
    cluster
}

fn settings(cluster: &Cluster) -> KafkaSettings {
    let args = KafkaArgs { bootstrap_servers: cluster.bootstrap_servers(), timeout: Duration::from_secs(20) };
    KafkaSettings::read(&args, &mut Env::from_pairs::<&str, &str>([]))
}

fn made(count: u64, speed: Speed) -> Job {
    let order = Order { speed, shape: Shape::Steady, stamp: Stamp::Made { start: None }, duration: None };
    let source = Box::new(Generator::new(7, Some(count)).unwrap());
    Job { source, order, rate_max: 1e6, drain: Duration::from_secs(1), bounded: true }
}

/// A run in the background, and the address of its endpoint.
struct Run {
    address: std::net::SocketAddr,
    shutdown: Shutdown,
    task: JoinHandle<Ended>,
}

impl Run {
    async fn start(job: Job, cluster: &Cluster) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, shutdown, settings) = (listener.local_addr().unwrap(), Shutdown::manual(), settings(cluster));
        let stop = shutdown.clone();
        let task = tokio::spawn(async move { feed::run(job, &settings, Some(listener), stop).await });
        Self { address, shutdown, task }
    }

    async fn ask(&self, line: &str) -> String {
        let Ok(mut stream) = TcpStream::connect(self.address).await else { return String::new() };
        let request = format!("{line} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    /// Asks until the answer holds `wanted`.
    async fn until(&self, line: &str, wanted: impl Fn(&str) -> bool) {
        let started = Instant::now();
        loop {
            let answer = self.ask(line).await;
            if wanted(&answer) {
                return;
            }
            assert!(started.elapsed() < DEADLINE, "{line}: {answer}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn metric_above(&self, name: &str, least: u64) {
        self.until("GET /metrics", |text| metric(text, name) > Some(least)).await;
    }

    async fn end(self) -> Ended {
        tokio::time::timeout(DEADLINE, self.task).await.unwrap().unwrap()
    }
}

/// The value of a metric without labels.
fn metric(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

/// All records of a topic, as long as there are fewer than `count`.
fn records(cluster: &Cluster, topic: &str, count: usize) -> Vec<(String, serde_json::Value, BTreeMap<String, String>)> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", cluster.bootstrap_servers())
        .set("group.id", "reader")
        .create()
        .unwrap();
    let mut partitions = TopicPartitionList::new();
    for partition in 0..if topic == SALES { 3 } else { 1 } {
        partitions.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
    }
    consumer.assign(&partitions).unwrap();
    let (mut records, started) = (Vec::new(), Instant::now());
    while records.len() < count {
        assert!(started.elapsed() < DEADLINE, "{} of {count} records of {topic}", records.len());
        if let Some(message) = consumer.poll(Duration::from_millis(100)) {
            records.push(record(&message.unwrap()));
        }
    }
    assert!(consumer.poll(Duration::from_millis(300)).is_none(), "more than {count} records in {topic}");
    records
}

fn record(message: &BorrowedMessage<'_>) -> (String, serde_json::Value, BTreeMap<String, String>) {
    let text = |bytes: Option<&[u8]>| String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap();
    let headers = message
        .headers()
        .map(|headers| headers.iter().map(|header| (header.key.to_owned(), text(header.value))).collect());
    (text(message.key()), serde_json::from_slice(message.payload().unwrap()).unwrap(), headers.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sale_arrives_once_with_its_key_and_envelope() {
    let cluster = cluster();
    let (summary, exit) = Run::start(made(500, Speed::Max), &cluster).await.end().await.unwrap();
    assert_eq!((summary.read, summary.sent, summary.acked, summary.undelivered), (500, 500, 500, 0));
    assert_eq!(exit, Exit::Ok);
    let records = records(&cluster, SALES, 500);
    let by_key: BTreeMap<_, _> = records.iter().map(|(key, value, _)| (key.clone(), value)).collect();
    assert_eq!(by_key.len(), 500);
    for (key, value) in by_key {
        assert_eq!(key, value["payload"]["event_id"].to_string());
        assert_eq!(value["schema"]["name"], "retail.sale.v1");
        assert!(value["payload"]["ts"].as_i64().unwrap() > 1_700_000_000_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_break_the_contract_end_in_the_dead_letters_and_nowhere_else() {
    let cluster = cluster();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.csv");
    let rows = "store_id,basket_id,product_id,quantity,transaction_timestamp\n\
        330,1,11,2,2017-01-01 11:53:26\n330,1,12,0,2017-01-01 11:53:26\n330,,12,1,2017-01-01 11:53:26\n";
    std::fs::write(&path, rows).unwrap();
    let replay = || {
        let files = input::open_all(&[Input::File(path.clone())], None, &Mapping::default()).unwrap();
        let stamp = ReplayTime::Original.into();
        let order = Order { speed: Speed::Max, shape: Shape::Steady, stamp, duration: None };
        let source = Box::new(Replay::new(files, None));
        Job { source, order, rate_max: 1e6, drain: Duration::from_secs(1), bounded: true }
    };
    for _ in 0..2 {
        let (summary, exit) = Run::start(replay(), &cluster).await.end().await.unwrap();
        assert_eq!((summary.read, summary.acked, summary.refused, summary.dead), (3, 1, 2, 2));
        assert_eq!(exit, Exit::Ok);
    }
    let sales = records(&cluster, SALES, 2);
    assert_eq!(sales[0], sales[1], "in original time a second replay is the same events");
    insta::assert_snapshot!(sales[0].1["payload"], @r#"{"event_id":"cj-1-11","store_id":330,"sku":11,"qty":2,"ts":1483271606000}"#);

    let dead = records(&cluster, DEAD_LETTERS, 4);
    assert_eq!(dead[0..2], dead[2..4]);
    let told: Vec<String> = dead[0..2].iter().map(|(key, row, headers)| format!("{key} {row} {headers:#?}")).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    "cj-1-12" {"store_id":"330","basket_id":"1","product_id":"12","quantity":"0","transaction_timestamp":"2017-01-01 11:53:26"} {
        "__connect.errors.exception.class.name": "retail.contract.QtyZero",
        "__connect.errors.exception.message": "sales.csv row 2: column quantity (qty): the quantity is 0: a sale has more, a return less",
        "__connect.errors.stage": "PRODUCER",
        "__connect.errors.topic": "sales",
    }
    "sales.csv#3-3b31879fb4916d7c" {"store_id":"330","basket_id":null,"product_id":"12","quantity":"1","transaction_timestamp":"2017-01-01 11:53:26"} {
        "__connect.errors.exception.class.name": "retail.contract.MissingValue",
        "__connect.errors.exception.message": "sales.csv row 3: column basket_id (event_id): there is no value",
        "__connect.errors.stage": "PRODUCER",
        "__connect.errors.topic": "sales",
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn brokers_that_go_away_and_come_back_cost_nothing() {
    let cluster = cluster();
    let run = Run::start(made(1_500, Speed::Rate(500.0)), &cluster).await;
    run.metric_above("retail_producer_events_acked_total", 50).await;
    cluster.broker_down(-1).unwrap();
    run.until("GET /readyz", |answer| answer.contains("503") && answer.contains("no broker answers")).await;
    cluster.broker_up(-1).unwrap();
    run.until("GET /readyz", |answer| answer.contains("200 OK")).await;
    let (summary, exit) = run.end().await.unwrap();
    assert_eq!((summary.sent, summary.acked, summary.undelivered), (1_500, 1_500, 0));
    assert_eq!(exit, Exit::Ok);
    let ids: std::collections::BTreeSet<_> = records(&cluster, SALES, 1_500).into_iter().map(|(key, ..)| key).collect();
    assert_eq!(ids.len(), 1_500);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_undelivered_at_the_end_of_the_drain_is_counted_and_the_exit_is_6() {
    let cluster = cluster();
    let run = Run::start(made(100_000, Speed::Rate(200.0)), &cluster).await;
    run.metric_above("retail_producer_events_acked_total", 20).await;
    cluster.broker_down(-1).unwrap();
    run.until("GET /readyz", |answer| answer.contains("503")).await;
    run.shutdown.stop();
    let (summary, exit) = run.end().await.unwrap();
    assert!(summary.undelivered > 0, "{summary:?}");
    assert_eq!(summary.acked + summary.undelivered, summary.sent);
    assert_eq!(exit, Exit::Partial);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_makes_the_source_wait_and_drops_nothing() {
    // More than the queue holds (200,000) and what may pass before the broker is gone.
    const COUNT: u64 = 300_000;
    let cluster = cluster();
    let run = Run::start(made(COUNT, Speed::Max), &cluster).await;
    run.metric_above("retail_producer_events_acked_total", 0).await;
    cluster.broker_down(-1).unwrap();
    run.until("GET /metrics", |text| {
        let waiting = metric(text, "retail_producer_events_attempted_total")
            .zip(metric(text, "retail_producer_events_acked_total"))
            .map(|(attempted, acked)| attempted.saturating_sub(acked));
        waiting >= Some(200_000)
    })
    .await;
    cluster.broker_up(-1).unwrap();
    let (summary, _) = run.end().await.unwrap();
    assert_eq!((summary.sent, summary.acked, summary.undelivered), (COUNT, COUNT, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_topic_is_told_with_the_command_that_makes_it() {
    let cluster = MockCluster::new(1).unwrap();
    let error = Run::start(made(1, Speed::Max), &cluster).await.end().await.unwrap_err();
    assert_eq!(service::failure::exit_of(&error), Exit::Invalid);
    let told = service::failure::tell(&error).replace(&cluster.bootstrap_servers(), "BROKERS");
    insta::assert_snapshot!(told, @r#"
    Kafka at BROKERS has no topic sales and no sales.dlq
    hint: make the topics once with `producer topics`; the broker does not make them by itself
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_broker_ends_the_run_with_8() {
    let cluster = cluster();
    let denied = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED; 20];
    cluster.request_errors(RDKafkaApiKey::Produce, &denied);
    let error = Run::start(made(100_000, Speed::Rate(1_000.0)), &cluster).await.end().await.unwrap_err();
    assert_eq!(service::failure::exit_of(&error), Exit::Denied, "{error:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_paused_and_resumed_over_http() {
    let cluster = cluster();
    let run = Run::start(made(100_000, Speed::Rate(100.0)), &cluster).await;
    run.metric_above("retail_producer_events_acked_total", 5).await;
    assert!(run.ask("POST /pause").await.contains("\"paused\":true"));
    run.metric_above("retail_producer_paused", 0).await;
    assert!(run.ask("POST /resume").await.contains("\"paused\":false"));
    run.metric_above("retail_producer_events_acked_total", 20).await;
    run.shutdown.stop();
    let (summary, _) = run.end().await.unwrap();
    assert_eq!(summary.undelivered, 0);
}
