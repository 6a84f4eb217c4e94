//! Dead letters in a Kafka inside the client library: shown, counted, and sent back once.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use kafka::{Kafka, Topic};
use rdkafka::ClientConfig;
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};
use service::Shutdown;

use crate::fixture::Ran;
use crate::ran::documented;

struct Cluster {
    mock: MockCluster<'static, DefaultProducerContext>,
    producer: BaseProducer,
}

/// A record as it was read back.
#[derive(Debug, PartialEq)]
struct Record {
    partition: i32,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    time: Option<i64>,
    headers: BTreeMap<String, String>,
}

const SALES: &str = "sales";
const DEAD: &str = "sales.dlq";

impl Cluster {
    fn new() -> Self {
        let mock = MockCluster::new(1).unwrap();
        mock.create_topic(SALES, 3, 1).unwrap();
        mock.create_topic(DEAD, 1, 1).unwrap();
        let producer = ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).create().unwrap();
        Self { mock, producer }
    }

    /// A dead letter with these headers.
    fn dies(&self, key: &[u8], value: Option<&[u8]>, headers: &[(&str, &str)]) {
        let headers = headers
            .iter()
            .fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(*value) }));
        let mut record = BaseRecord::to(DEAD).key(key).headers(headers).timestamp(1_700_000_000_000);
        record.payload = value;
        self.producer.send(record).map_err(|(error, _)| error).unwrap();
        self.producer.flush(Duration::from_secs(10)).unwrap();
    }

    /// One that the sink could not write.
    fn fails(&self, key: &[u8], value: Option<&[u8]>, message: &str) {
        self.dies(
            key,
            value,
            &[
                ("own", "kept"),
                ("__connect.errors.topic", SALES),
                ("__connect.errors.partition", "2"),
                ("__connect.errors.offset", "41"),
                ("__connect.errors.connector.name", "pg-sales-jdbc-sink"),
                ("__connect.errors.task.id", "0"),
                ("__connect.errors.stage", "TASK_PUT"),
                ("__connect.errors.exception.class.name", "java.sql.SQLException"),
                ("__connect.errors.exception.message", message),
                ("__connect.errors.exception.stacktrace", "java.sql.SQLException: no\n\tat a.b\u{1b}[2J"),
            ],
        );
    }

    fn is_refused_by_the_producer(&self) {
        let stage = ("__connect.errors.stage", "PRODUCER");
        let message = ("__connect.errors.exception.message", "sales.csv row 7: qty: 0");
        self.dies(b"\"p\"", Some(b"{}"), &[("__connect.errors.topic", SALES), stage, message]);
    }

    fn run(&self, args: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connect-register"));
        command.env_clear().env("KAFKA_BOOTSTRAP_SERVERS", self.mock.bootstrap_servers());
        // Nobody listens there, whatever else runs on this machine.
        command.env("KAFKA_CONNECT_URL", "http://127.0.0.1:1");
        command.arg("dlq").args(args).output().unwrap().into()
    }

    /// All records of a topic.
    fn read(&self, topic: &str) -> Vec<Record> {
        let kafka = Kafka::at("test", self.mock.bootstrap_servers());
        let mut topic = Topic::open(&kafka, topic, None).unwrap();
        let ends = topic.spans().unwrap().into_iter().map(|(partition, span)| (partition, span.high)).collect();
        let mut records = Vec::new();
        topic
            .read_to(&ends, &Shutdown::manual(), |message| {
                let text = |bytes: Option<&[u8]>| String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap();
                let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
                records.push(Record {
                    partition: message.partition(),
                    key: message.key().map(<[u8]>::to_vec),
                    value: message.payload().map(<[u8]>::to_vec),
                    time: message.timestamp().to_millis(),
                    headers: headers.map(|header| (header.key.to_owned(), text(header.value))).collect(),
                });
            })
            .unwrap();
        records
    }
}

const REPLAY: [&str; 5] = ["replay", DEAD, "--origin", SALES, "--yes"];

#[test]
fn letters_are_listed_counted_and_shown_in_words() {
    let cluster = Cluster::new();
    cluster.fails(b"\"a\"", Some(b"{\"qty\":1}"), "row 1 is locked");
    cluster.fails(b"\"b\"", Some(b"\x00\xff"), "row 22 is locked");
    cluster.is_refused_by_the_producer();
    let ran = cluster.run(&["list", DEAD]).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @"
    LETTER  TIME                  STAGE     CONNECTOR           EXCEPTION     MESSAGE
    0:0     2023-11-14T22:13:20Z  TASK_PUT  pg-sales-jdbc-sink  SQLException  row 1 is locked
    0:1     2023-11-14T22:13:20Z  TASK_PUT  pg-sales-jdbc-sink  SQLException  row 22 is locked
    0:2     2023-11-14T22:13:20Z  PRODUCER                                    sales.csv row 7: qty: 0
    ");
    let ran = cluster.run(&["stats", DEAD]).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @"
    LETTERS  STAGE     EXCEPTION     ONE OF THEM  ITS MESSAGE
    2        TASK_PUT  SQLException  0:1          row 22 is locked
    1        PRODUCER                0:2          sales.csv row 7: qty: 0
    PRODUCER: the producer refused the row: it never was a valid event
    TASK_PUT: it could be read, and could not be written where it was to go
    ");
    let ran = cluster.run(&["peek", DEAD, "0:1", "--trace"]).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    letter     0:1
    time       2023-11-14T22:13:20Z
    from       topic sales, partition 2, offset 41
    connector  pg-sales-jdbc-sink, task 0
    stage      TASK_PUT: it could be read, and could not be written where it was to go
    in         not told
    exception  java.sql.SQLException
    message    row 22 is locked
    replays    0
    header     own: kept
    key        "b"
    value      2 bytes: 00 ff
    trace:
    java.sql.SQLException: no
    	at a.b�[2J
    "#);
    let listed = cluster.run(&["list", DEAD, "--where", "stage=PRODUCER", "-o", "name"]).ends_with(0);
    assert_eq!(listed.stdout, "0:2\n");
    let counted = cluster.run(&["stats", DEAD, "-o", "json"]).ends_with(0).json();
    assert_eq!((&counted["letters"], &counted["causes"][0]["count"]), (&3.into(), &2.into()));
}

#[test]
fn a_letter_goes_back_once_byte_by_byte_with_its_headers_and_a_count() {
    let cluster = Cluster::new();
    cluster.fails(b"\x00key\xff", Some(b"\x00value\xff"), "no");
    cluster.is_refused_by_the_producer();
    cluster.fails(b"tombstone", None, "no");
    let ran = cluster.run(&[&REPLAY[..4], &["--dry-run"]].concat()).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @"
    2 letters would be replayed: 2 to sales
    1 letter not replayed: the producer refused the row: it never was a valid event. Correct the row in its file and replay the file
    ");
    assert_eq!(cluster.read(SALES), []);

    let ran = cluster.run(&REPLAY).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @"
    2 letters replayed: 2 to sales
    1 letter not replayed: the producer refused the row: it never was a valid event. Correct the row in its file and replay the file
    ");
    let headers = || [("own", "kept"), ("connect-register.replays", "1")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    let record = |key: &[u8], value: Option<&[u8]>| Record {
        partition: 2,
        key: Some(key.to_vec()),
        value: value.map(<[u8]>::to_vec),
        time: Some(1_700_000_000_000),
        headers: headers().into(),
    };
    let back = [record(b"\x00key\xff", Some(b"\x00value\xff")), record(b"tombstone", None)];
    assert_eq!(cluster.read(SALES), back);

    let ran = cluster.run(&REPLAY).ends_with(0);
    assert!(ran.stdout.starts_with("no letter was replayed\n2 letters replayed before"), "{}", ran.stdout);
    assert_eq!(cluster.read(SALES).len(), 2);
    cluster.run(&[&REPLAY[..], &["--again", "--max", "1"]].concat()).ends_with(0);
    assert_eq!(cluster.read(SALES).len(), 3);
}

#[test]
fn what_is_chosen_goes_back_and_the_rest_can_go_later() {
    let cluster = Cluster::new();
    for number in 0..6 {
        cluster.fails(format!("{number}").as_bytes(), Some(b"x"), if number % 2 == 0 { "even" } else { "odd" });
    }
    cluster.run(&[&REPLAY[..], &["--where", "message=odd", "--rate", "1000"]].concat()).ends_with(0);
    let keys = || {
        let mut keys: Vec<_> = cluster.read(SALES).into_iter().filter_map(|record| record.key).collect();
        keys.sort();
        String::from_utf8(keys.concat()).unwrap()
    };
    assert_eq!(keys(), "135");
    cluster.run(&[&REPLAY[..], &["--max", "2"]].concat()).ends_with(0);
    assert_eq!(keys(), "01235");
    cluster.run(&REPLAY).ends_with(0);
    assert_eq!(keys(), "012345");
}

#[test]
fn what_comes_back_three_times_is_parked_and_forged_origins_are_refused() {
    let cluster = Cluster::new();
    let topic = |topic| ("__connect.errors.topic", topic);
    cluster.dies(b"parked", Some(b"x"), &[topic(SALES), ("connect-register.replays", "3")]);
    cluster.dies(b"forged", Some(b"x"), &[topic("connect-configs")]);
    cluster.dies(b"loop", Some(b"x"), &[topic(DEAD)]);
    cluster.dies(b"untold", Some(b"x"), &[]);
    let ran = cluster.run(&REPLAY).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @"
    no letter was replayed
    1 letter parked: replayed 3 times, and dead again each time
    1 letter not replayed: no header tells which topic it came from: the connector has to have errors.deadletterqueue.context.headers.enable=true before it fails
    1 letter not replayed: it says that it came from the topic of dead letters: it would go round for ever
    1 letter not replayed: it says that it came from connect-configs, which no connector with these dead letters reads; name the topic with --origin if that is right
    ");
    assert_eq!(cluster.read(SALES), []);
    // Somebody who knows better may say so.
    cluster.run(&[&REPLAY[..], &["--max-replays", "5"]].concat()).ends_with(0);
    assert_eq!(cluster.read(SALES)[0].headers["connect-register.replays"], "4");
}

#[test]
fn mistakes_are_told_and_nothing_is_sent() {
    let cluster = Cluster::new();
    cluster.fails(b"a", Some(b"x"), "no");
    let refused = |args: &[&str], code: i32, words: &str| {
        let ran = cluster.run(args).ends_with(code);
        assert!(ran.stderr.contains(words), "{args:?}: {}", ran.stderr);
    };
    refused(&REPLAY[..4], 2, "say --yes");
    refused(&["list", "nowhere"], 4, "the topic nowhere does not exist");
    refused(&["list", DEAD, "--where", "stages=X"], 2, "\"stages\" is none of stage, connector");
    refused(&["peek", DEAD, "0:7"], 1, "there are no such letters");
    refused(&["peek", DEAD, "7"], 2, "is no PARTITION:OFFSET");
    refused(&["replay", DEAD, "--yes"], 5, "(--origin names them)");
    assert_eq!(cluster.read(SALES), []);
}

#[test]
fn every_document_is_the_one_that_is_described() {
    let cluster = Cluster::new();
    cluster.fails(b"\"e-1\"", Some(b"{\"qty\":1}"), "ERROR: canceling statement due to lock timeout");
    cluster.is_refused_by_the_producer();
    for (name, args) in [
        ("dlq list sales.dlq --max 1", &["list", DEAD, "--max", "1"][..]),
        ("dlq peek sales.dlq 0:0", &["peek", DEAD, "0:0"]),
        ("dlq stats sales.dlq", &["stats", DEAD]),
        ("dlq replay sales.dlq --yes", &REPLAY),
    ] {
        let ran = cluster.run(&[args, &["-o", "json"]].concat()).ends_with(0);
        assert_eq!(ran.stdout, documented(name), "{name} prints:\n{}\n{}", ran.stdout, ran.stderr);
    }
}
