//! What `watch` does about connectors that do not work: restarts and their limit, what is left alone, and
//! what is only told.

use serde_json::{Value, json};

use crate::fixture::*;
use crate::watch::Sidecar;
use crate::worker::{Expected, Worker, on};

const FAILED: &str = "POST /connectors/a/restart?includeTasks=true&onlyFailed=true";
const FAST: [&str; 4] = ["--interval", "50ms", "--restart-backoff", "100ms"];

/// Connect's list with one connector that has failed, with this cause.
fn failing(cause: &str) -> Expected {
    let mut connector = connector("a", &with_class(&[]), &["FAILED"]);
    connector["status"]["tasks"][0]["trace"] = json!(format!("a.B: outer\n\tat x.y\nCaused by: {cause}\n\tat z"));
    on(LIST).answers(200, &json!({"a": connector}))
}

fn lost() -> Expected {
    failing("java.net.ConnectException: Connection refused")
}

fn accepts(restart: &str) -> Expected {
    on(restart).answers(202, &json!({"name": "a"}))
}

fn runs() -> Expected {
    list("a", &with_class(&[]))
}

fn times(number: usize, text: &str, of: &str) {
    assert_eq!(text.matches(of).count(), number, "{of:?} in\n{text}");
}

#[test]
fn at_the_limit_a_connector_is_given_up_until_somebody_restarts_it() {
    let templates = Templates::of("a", &[]);
    let mut script = Vec::new();
    for _ in 0..2 {
        script.extend([lost().again_and_again(), accepts(FAILED)]);
    }
    script.push(lost().again_and_again());
    let worker = Worker::start(script);
    let sidecar = Sidecar::with(&worker, &templates, &[&FAST[..], &["--max-restarts", "2"]].concat());
    let ready = sidecar.until("/readyz", "a: gave up after 2 restarts");
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
    sidecar.until("/metrics", "connect_restarts_given_up{connector=\"a\"} 1");
    worker.then(vec![runs(), lost().again_and_again(), accepts(FAILED), runs().again_and_again()]);
    let metrics = sidecar.until("/metrics", "connect_task_restarts_total{connector=\"a\"} 3");
    assert!(metrics.contains("connect_restarts_given_up{connector=\"a\"} 0"), "{metrics}");
    times(1, &sidecar.stop(), "gave up after 2 restarts");
    worker.end();
}

#[test]
fn a_changed_configuration_is_a_new_beginning() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![lost(), accepts(FAILED), lost().again_and_again()]);
    let sidecar = Sidecar::with(&worker, &templates, &[&FAST[..], &["--max-restarts", "1"]].concat());
    sidecar.until("/metrics", "connect_restarts_given_up{connector=\"a\"} 1");
    // Somebody changes it; that is drift, which is put right, and a restart beside it.
    let mut changed = connector("a", &with_class(&[("k", "v")]), &["FAILED"]);
    changed["status"]["tasks"][0]["trace"] = json!("java.net.ConnectException: Connection refused");
    worker.then(vec![
        on(LIST).answers(200, &json!({"a": changed})),
        validates(&[]),
        puts("a").answers(200, &written("a")),
        lost().again_and_again(),
        accepts(FAILED),
        runs().again_and_again(),
    ]);
    sidecar.until("/metrics", "connect_task_restarts_total{connector=\"a\"} 2");
    sidecar.stop();
    worker.end();
}

#[test]
fn what_fails_the_same_way_three_times_is_left_alone() {
    let templates = Templates::of("a", &[]);
    let broken = |record: u32| failing(&format!("x.DataException: no schema in record {record}"));
    let worker = Worker::start(vec![
        broken(1),
        accepts(FAILED),
        broken(2).again_and_again(),
        accepts(FAILED),
        broken(3).again_and_again(),
    ]);
    let sidecar = Sidecar::with(&worker, &templates, &FAST);
    sidecar.until("/readyz", "a: fails the same way after every restart: x.DataException: no schema in record #");
    sidecar.until("/metrics", "connect_restarts_same_failure{connector=\"a\"} 1");
    let looks = worker.heard();
    worker.until(|| worker.heard() > looks + 20);
    times(1, &sidecar.stop(), "fails the same way");
    worker.end();
}

#[test]
fn where_most_connectors_fail_at_once_one_at_a_time_is_restarted() {
    let names = ["a", "b", "c", "d"];
    let templates = Templates::new();
    for name in names {
        templates.put(name, &[]);
    }
    let all = |states: [&str; 4]| {
        let one = |(name, state): (&&str, &&str)| {
            let mut connector = connector(name, &with_class(&[]), &[state]);
            connector["status"]["tasks"][0]["trace"] = json!("java.net.ConnectException: Connection refused");
            ((*name).to_owned(), connector)
        };
        on(LIST).answers(200, &Value::Object(names.iter().zip(&states).map(one).collect()))
    };
    let restart = |name: &str| {
        on(&format!("POST /connectors/{name}/restart?includeTasks=true&onlyFailed=true")).answers(202, &json!({}))
    };
    let (failed, running) = ("FAILED", "RUNNING");
    let worker = Worker::start(vec![
        all([failed; 4]),
        restart("a"),
        all([failed; 4]),
        restart("b"),
        all([running, failed, failed, failed]),
        restart("c"),
        restart("d"),
        all([running; 4]).again_and_again(),
    ]);
    let sidecar = Sidecar::with(&worker, &templates, &["--interval", "50ms"]);
    sidecar.until("/metrics", "connect_task_state{connector=\"d\",task=\"0\",state=\"RUNNING\"} 1");
    sidecar.until("/metrics", "connect_restart_breaker_open 0");
    let log = sidecar.stop();
    times(1, &log, "most connectors have failed at once");
    times(1, &log, "all connectors may be restarted again");
    worker.end();
}

#[test]
fn tasks_that_wait_for_a_rebalance_are_told_only_when_it_should_be_over() {
    let templates = Templates::of("a", &[]);
    let unassigned = on(LIST).answers(200, &json!({"a": connector("a", &with_class(&[]), &["UNASSIGNED"])}));
    let worker = Worker::start(vec![unassigned.again_and_again()]);
    let sidecar = Sidecar::with(&worker, &templates, &["--interval", "50ms", "--rebalance-delay", "1s"]);
    assert!(sidecar.until("/readyz", "ready\n").ends_with("\r\n\r\nready\n"));
    sidecar.until("/readyz", "a: unassigned for 1 s");
    let metrics = sidecar.get("/metrics");
    assert!(metrics.contains("connect_tasks_unassigned_seconds{connector=\"a\"} 1."), "{metrics}");
    let log = sidecar.stop();
    assert!(log.contains("starting"), "{log}");
    times(1, &log, "unassigned for");
    worker.end();
}

#[test]
fn what_runs_without_a_task_is_told_and_restarted_once() {
    let templates = Templates::of("a", &[]);
    let idle = || on(LIST).answers(200, &json!({"a": connector("a", &with_class(&[]), &[])})).again_and_again();
    let worker = Worker::start(vec![idle(), on("POST /connectors/a/restart").answers(204, &Value::Null), idle()]);
    let sidecar = Sidecar::with(&worker, &templates, &[&FAST[..], &["--no-tasks-delay", "200ms"]].concat());
    sidecar.until("/metrics", "connect_task_restarts_total{connector=\"a\"} 1");
    sidecar.until("/readyz", "a: runs without a task for 1 s");
    sidecar.until("/metrics", "connect_running_without_tasks{connector=\"a\"} 1");
    let log = sidecar.stop();
    times(1, &log, "runs without a task");
    times(1, &log, "restarted the connector, which had no task");
    worker.end();
}

#[test]
fn a_report_changes_nothing() {
    let templates = Templates::of("a", &[("k", "v")]);
    templates.put("b", &[]);
    let (a, b) = (connector("a", &with_class(&[]), &["RUNNING"]), connector("b", &with_class(&[]), &["FAILED"]));
    let worker = Worker::start(vec![on(LIST).answers(200, &json!({"a": a, "b": b})).again_and_again()]);
    let sidecar = Sidecar::with(&worker, &templates, &["--interval", "50ms", "--report-only"]);
    let ready = sidecar.until("/readyz", "not as declared: a\nb: failed: ");
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    let metrics = sidecar.get("/metrics");
    for line in ["connect_config_drift{connector=\"a\"} 1", "connect_task_restarts_total{connector=\"b\"} 0"] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    let looks = worker.heard();
    worker.until(|| worker.heard() > looks + 10);
    let log = sidecar.stop();
    times(1, &log, "differs");
    times(1, &log, "failed: ");
    worker.end();
}

#[test]
fn no_restart_at_all_has_a_word_of_its_own() {
    let worker = Worker::start(vec![]);
    let ran = run(&worker, &Templates::of("a", &[]), &["watch", "--max-restarts", "0"]).ends_with(2);
    assert!(ran.stderr.contains("no restart at all is --restart never"), "{}", ran.stderr);
    worker.end();
}
