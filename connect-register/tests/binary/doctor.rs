//! What the doctor finds in scripted clusters: each check with its cause and the next step.

use std::io::{Read, Write};
use std::net::TcpListener;

use connect_register::connect::{Address, HttpTransport, Route};
use rdkafka::mocking::MockCluster;
use serde_json::{Value, json};

use crate::access::nobody;
use crate::fixture::*;
use crate::ran::documented;
use crate::worker::{Expected, Worker, on};

fn root(version: &str, cluster: &str) -> Expected {
    on("GET /").answers(200, &json!({"version": version, "commit": "x", "kafka_cluster_id": cluster}))
}

fn healthy() -> Expected {
    on("GET /health").answers(200, &json!({"status": "healthy"}))
}

fn plugins(classes: &[&str]) -> Expected {
    let all: Vec<_> = classes.iter().map(|class| json!({"class": class, "type": "sink", "version": "1"})).collect();
    on("GET /connector-plugins?connectorsOnly=false").answers(200, &json!(all))
}

fn names(names: &[&str]) -> Expected {
    on("GET /connectors").answers(200, &json!(names))
}

/// What a worker that answers alone is asked, all being well.
fn well(connectors: Expected) -> Vec<Expected> {
    vec![
        root("3.9.1", "kafka-1"),
        healthy(),
        on("GET /connectors/connect-register-*").fails(404, "Connector not found"),
        names(&["a"]),
        plugins(&["x.Sink"]),
        connectors,
        has_provider(),
        names(&["a"]),
        root("3.9.1", "kafka-1"),
    ]
}

fn doctor(url: &str, args: &[&str], env: &[(&str, &str)]) -> Ran {
    command(url, &[&["doctor"], args].concat()).envs(env.iter().copied()).output().unwrap().into()
}

/// What was printed, without what differs from run to run.
fn steady(ran: &Ran, worker: &Worker) -> String {
    let port = worker.url().rsplit_once(':').unwrap().1.to_owned();
    let mut text = ran.stdout.replace(&worker.url(), "http://localhost:8083").replace(&port, "8083");
    while let Some(at) = text.find("\"took_ms\": ") {
        let end = at + text[at..].find('\n').unwrap();
        let value = text[at + 11..end].to_owned();
        text.replace_range(at..end, if value == "null" { "\"took_ms\":null" } else { "\"took_ms\":1" });
    }
    text.replace("\"took_ms\":", "\"took_ms\": ")
}

#[test]
fn a_cluster_that_is_well_is_well() {
    let config = with_class(&[("topics", "sales"), ("db.password", "${env:PGPASSWORD}")]);
    let worker = Worker::start(well(list("a", &config)));
    let ran = doctor(&worker.url(), &[], &[]).ends_with(0);
    insta::assert_snapshot!(steady(&ran, &worker), @"
    ok    settings          no context counts
    http://localhost:8083
      ok    dns               127.0.0.1
      ok    tcp               port 8083 is open
      ok    http              Kafka Connect answers
      ok    version           3.9.1 (Kafka 3.9)
      ok    group             the worker has joined it and answers for its connectors
      ok    access            the worker lets in whoever asks
    ok    cluster           Kafka cluster kafka-1
    ok    plug-ins          1
    ok    connectors        1, none failed
    ok    secrets           none stands in a configuration
    ok    config providers  env
    ok    open              whoever is on this machine may change connectors; from elsewhere it was not tried
    13 ok, 0 to be looked at, 0 failed
    ");
    worker.end();
    let worker = Worker::start(well(list("a", &config)));
    let printed = steady(&doctor(&worker.url(), &["-o", "json"], &[]).ends_with(0), &worker);
    assert_eq!(printed, documented("doctor"), "doctor prints:\n{printed}");
    worker.end();
}

#[test]
fn what_is_wrong_is_told_with_what_to_do_and_without_any_secret() {
    let config = with_class(&[("db.password", CANARY), ("url", "${vault:a:b}")]);
    let failed = on(LIST).answers(
        200,
        &json!({"a": connector("a", &config, &["FAILED"]), "b": connector("b", &with_class(&[]), &["RUNNING"])}),
    );
    let mut script = well(failed);
    script[1] = on("GET /health").answers(503, &json!({"status": "starting", "message": "starting"}));
    script.remove(2);
    script[5] = on(VALIDATE).answers(200, &validation(&[], &[]));
    let worker = Worker::start(script.into_iter().map(Expected::again_and_again).collect());
    let ran = doctor(&worker.url(), &[], &[("KAFKA_CONNECT_BEARER_TOKEN", CANARY)]).ends_with(7);
    assert!(!ran.stdout.contains("canary") && !ran.stderr.contains("canary"), "{} {}", ran.stdout, ran.stderr);
    insta::assert_snapshot!(steady(&ran, &worker), @"
    ok    settings          no context counts
    http://localhost:8083
      ok    dns               127.0.0.1
      ok    tcp               port 8083 is open
      ok    http              Kafka Connect answers
      ok    version           3.9.1 (Kafka 3.9)
      fail  group             GET http://localhost:8083/health: 503 starting: starting
                              -> the worker starts or has lost Kafka: look at its log
      ok    access            the worker lets us in
    ok    cluster           Kafka cluster kafka-1
    ok    plug-ins          1
    fail  connectors        1 of 2 have failed: a
                            -> `connect-register status` tells why, in words
    warn  secrets           1 can be read by whoever may ask the worker: a db.password
                            -> change them, and put references in their places, such as ${env:NAME}; `apply` does so by itself
    ok    config providers  env, vault
    ok    open              whoever is on this machine may change connectors; from elsewhere it was not tried
    10 ok, 1 to be looked at, 2 failed
    ");
    worker.end();
}

#[test]
fn workers_that_are_not_of_one_cluster_are_told_apart() {
    let one = Worker::start(well(empty_list()).into_iter().map(Expected::again_and_again).collect());
    let other = vec![
        root("3.8.0", "kafka-2"),
        on("GET /connectors/connect-register-*").fails(404, "Connector not found"),
        names(&[]),
        plugins(&["x.Sink", "x.Other"]),
    ];
    let other = Worker::start(other);
    let ran = doctor(&format!("{},{}", one.url(), other.url()), &["-o", "json"], &[]).ends_with(7);
    let checks = ran.json()["checks"].as_array().unwrap().clone();
    let of = |name: &str| checks.iter().find(|check| check["name"] == name).unwrap().clone();
    assert_eq!(of("cluster")["grade"], "fail");
    assert!(of("cluster")["message"].as_str().unwrap().contains("several Kafka clusters"));
    assert_eq!(of("plug-ins")["message"], format!("the workers differ: {} lacks x.Other", one.url()));
    other.end();
}

#[test]
fn a_worker_that_is_not_reached_or_lets_nobody_in_says_where_it_ends() {
    let gone = nobody();
    let fails = |ran: &Ran| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let checks = ran.json()["checks"].as_array().unwrap().clone();
        checks
            .iter()
            .filter(|check| check["grade"] == "fail")
            .map(|check| (text(&check["name"]), text(&check["message"])))
            .collect()
    };
    let ran = doctor(&gone, &["-o", "json"], &[]).ends_with(5);
    assert_eq!(fails(&ran)[0].0, "tcp");
    let ran = doctor("http://connect.invalid:8083", &["-o", "json"], &[]).ends_with(5);
    assert_eq!(fails(&ran)[0].0, "dns");
    let worker = Worker::start(vec![on("GET /").fails(401, "who are you?")]);
    let ran = doctor(&worker.url(), &["-o", "json"], &[]).ends_with(5);
    assert_eq!(fails(&ran)[0].0, "access");
    worker.end();
    let worker = Worker::start(vec![on("GET /").answers_text(200, "<html>nginx</html>")]);
    let ran = doctor(&worker.url(), &["-o", "json"], &[]).ends_with(5);
    assert_eq!(fails(&ran)[0].0, "http");
    worker.end();
    // One of two is gone: what the other one tells is told.
    let worker = Worker::start(well(empty_list()).into_iter().map(Expected::again_and_again).collect());
    let ran = doctor(&format!("{gone},{}", worker.url()), &["-o", "json"], &[]).ends_with(7);
    assert_eq!(fails(&ran).len(), 1);
    assert_eq!(ran.json()["summary"]["fail"], 1);
    worker.end();
    let ran = doctor("nonsense", &["-o", "json"], &[("KAFKA_CONNECT_TLS_INSECURE", "maybe")]).ends_with(4);
    assert_eq!(fails(&ran)[0].0, "settings");
}

#[test]
fn kafka_is_asked_whether_it_is_the_one_of_the_workers() {
    let mock = MockCluster::new(1).unwrap();
    let asked = |cluster: &str, servers: &str| {
        let mut script = well(empty_list());
        script[0] = root("3.9.1", cluster);
        let worker = Worker::start(script.into_iter().map(Expected::again_and_again).collect());
        let env = [("KAFKA_BOOTSTRAP_SERVERS", servers)];
        let ran = doctor(&worker.url(), &["-o", "json", "--timeout", "10s"], &env);
        let found =
            ran.json()["checks"].as_array().unwrap().iter().find(|check| check["name"] == "kafka").unwrap().clone();
        (ran.code, found["grade"].as_str().unwrap().to_owned(), found["message"].as_str().unwrap().to_owned())
    };
    let servers = mock.bootstrap_servers();
    let (code, grade, message) = asked("another", &servers);
    assert_eq!((code, &*grade), (Some(7), "fail"), "{message}");
    let id = message.split("is the cluster ").nth(1).unwrap().split(',').next().unwrap().to_owned();
    assert_eq!(asked(&id, &servers).1, "ok");
    let (code, grade, message) = asked("k", &nobody().replace("http://", ""));
    assert_eq!((code, &*grade), (Some(7), "fail"), "{message}");
    assert!(message.contains("gave no answer"), "{message}");
}

#[tokio::test]
async fn the_clock_of_a_worker_is_that_of_its_answers() {
    let date = async |head: &'static str| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = Address::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]).unwrap();
            stream.write_all(format!("HTTP/1.1 200 OK\r\n{head}content-length: 2\r\n\r\n{{}}").as_bytes()).unwrap();
        });
        let transport = HttpTransport::to_all(vec![address], &Route::default()).unwrap().remove(0);
        let found = transport.date().await;
        server.join().unwrap();
        found.map(|time| time.to_string())
    };
    assert_eq!(date("Date: Mon, 23 Nov 2026 19:08:31 GMT\r\n").await.as_deref(), Some("2026-11-23T19:08:31Z"));
    assert_eq!(date("Date: soon\r\n").await, None);
    assert_eq!(date("").await, None);
}
