//! `watch` tells of sinks that run and do not get on, as their groups in Kafka show; Connect is asked no more
//! than before.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use serde_json::json;

use crate::fixture::*;
use crate::watch::Sidecar;
use crate::worker::{Worker, on};

const TOPIC: &str = "sales";

/// A topic with five records, of which the group of connector `a` has landed two.
fn behind() -> MockCluster<'static, DefaultProducerContext> {
    let mock = MockCluster::new(1).unwrap();
    mock.create_topic(TOPIC, 1, 1).unwrap();
    let client = || ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).clone();
    let producer: BaseProducer = client().create().unwrap();
    for value in ["1", "2", "3", "4", "5"] {
        producer.send(BaseRecord::<(), str>::to(TOPIC).payload(value)).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(Duration::from_secs(10)).unwrap();
    let consumer: BaseConsumer = client().set("group.id", "connect-a").create().unwrap();
    let mut landed = TopicPartitionList::new();
    landed.add_partition_offset(TOPIC, 0, Offset::Offset(2)).unwrap();
    consumer.commit(&landed, CommitMode::Sync).unwrap();
    mock
}

fn watching(worker: &Worker, templates: &Templates, kafka: &str, more: &[&str]) -> Sidecar {
    let mut command = command(&worker.url(), &["watch", "--metrics-addr", "127.0.0.1:0", "--interval", "50ms"]);
    command.args(["--progress-interval", "100ms", "--stalled-after", "500ms"]).args(more);
    command.env("KAFKA_BOOTSTRAP_SERVERS", kafka).arg("-f").arg(templates.path());
    Sidecar::of(command)
}

#[test]
fn a_sink_that_stands_still_is_told_and_restarted_only_where_that_is_asked_for() {
    let mock = behind();
    let templates = Templates::of("a", &[("topics", TOPIC)]);
    let runs = || list("a", &with_class(&[("topics", TOPIC)])).again_and_again();
    for is_restarted in [false, true] {
        let restart = on("POST /connectors/a/restart?includeTasks=true&onlyFailed=false");
        let script =
            if is_restarted { vec![runs(), restart.answers(202, &json!({"name": "a"})), runs()] } else { vec![runs()] };
        let worker = Worker::start(script);
        let more: &[&str] = if is_restarted { &["--restart-stalled"] } else { &[] };
        let sidecar = watching(&worker, &templates, &mock.bootstrap_servers(), more);
        sidecar.until("/metrics", "connect_sink_stalled{connector=\"a\"} 1");
        let metrics = sidecar
            .until("/metrics", &format!("connect_task_restarts_total{{connector=\"a\"}} {}", u8::from(is_restarted)));
        assert!(metrics.contains("connect_sink_lag{connector=\"a\",topic=\"sales\"} 3"), "{metrics}");
        assert!(sidecar.until("/readyz", "a: stalled for").contains("3 records behind"));
        let log = sidecar.stop();
        assert_eq!(log.matches("stalled for").count(), 1, "{log}");
        worker.end();
    }
}

#[test]
fn a_kafka_that_is_away_keeps_a_watch_from_nothing() {
    let templates = Templates::of("a", &[("topics", TOPIC)]);
    let worker = Worker::start(vec![list("a", &with_class(&[("topics", TOPIC)])).again_and_again()]);
    let sidecar = watching(&worker, &templates, "127.0.0.1:1", &[]);
    let looks = worker.heard();
    worker.until(|| worker.heard() > looks + 20);
    let metrics = sidecar.get("/metrics");
    assert!(metrics.contains("connect_sink_stalled{connector=\"a\"} 0"), "{metrics}");
    assert!(!metrics.contains("connect_sink_lag{"), "{metrics}");
    sidecar.stop();
    worker.end();
}
