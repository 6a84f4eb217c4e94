//! `watch` reads its templates again when a file has changed, or when it is told to.

use std::fs;

use nix::sys::signal::Signal;

use crate::fixture::*;
use crate::watch::Sidecar;
use crate::worker::{Worker, on};

const RELOADED: &str = "connect_reloads_total{result=\"loaded\"} 1";
const REFUSED: &str = "connect_reloads_total{result=\"refused\"} 1";

fn runs(config: &[(&str, &str)]) -> crate::worker::Expected {
    list("a", &with_class(config)).again_and_again()
}

#[test]
fn a_changed_template_is_written_and_one_with_mistakes_is_told_and_the_old_one_stays() {
    let templates = Templates::of("a", &[("k", "1")]);
    let worker = Worker::start(vec![runs(&[("k", "1")])]);
    let sidecar = Sidecar::start(&worker, &templates, "50ms");
    sidecar.until("/readyz", "ready\n");
    templates.put("a", &[("k", "{{ONE}}"), ("l", "{{OTHER}}")]);
    sidecar.until("/metrics", REFUSED);
    let looks = worker.heard();
    worker.until(|| worker.heard() > looks + 5);
    worker.then(vec![
        validates(&["k"]),
        puts("a").answers(200, &written("a")),
        list("a", &with_class(&[("k", "2")])).again_and_again(),
    ]);
    templates.put("a", &[("k", "2")]);
    let metrics = sidecar.until("/metrics", "connect_config_writes_total{connector=\"a\"} 1");
    assert!(metrics.contains(RELOADED) && metrics.contains(REFUSED), "{metrics}");
    let log = sidecar.stop();
    for told in ["the variable ONE is not set", "the variable OTHER is not set", "what was declared before stays"] {
        assert_eq!(log.matches(told).count(), 1, "{told}\n{log}");
    }
    worker.end();
}

#[test]
fn a_template_more_is_created_and_one_less_leaves_no_series() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![runs(&[])]);
    let sidecar = Sidecar::start(&worker, &templates, "50ms");
    sidecar.until("/metrics", "connect_config_drift{connector=\"a\"} 0");
    worker.then(vec![
        absent("b"),
        validates(&[]),
        puts("b").answers(201, &written("b")),
        list("b", &with_class(&[])).again_and_again(),
    ]);
    templates.put("b", &[]);
    fs::remove_file(templates.path().join("a.json")).unwrap();
    sidecar.until("/metrics", "connect_task_state{connector=\"b\",task=\"0\",state=\"RUNNING\"} 1");
    let metrics = sidecar.get("/metrics");
    assert!(!metrics.contains("connector=\"a\""), "{metrics}");
    sidecar.stop();
    worker.end();
}

#[test]
fn a_rotated_secret_is_a_change() {
    let templates = Templates::of("a", &[("connection.password", "{{secret \"PASSWORD\"}}")]);
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("password");
    fs::write(&secret, "canary-old").unwrap();
    let worker = Worker::start(vec![runs(&[("connection.password", "canary-old")])]);
    let mut command = command(&worker.url(), &["watch", "--interval", "50ms", "--secrets", "inline"]);
    command.args(["--metrics-addr", "127.0.0.1:0", "-f"]).arg(templates.path()).env("PASSWORD_FILE", &secret);
    let sidecar = Sidecar::of(command);
    sidecar.until("/readyz", "ready\n");
    worker.then(vec![
        validates(&["connection.password"]),
        puts("a").answers(200, &written("a")),
        list("a", &with_class(&[("connection.password", "canary-rotated")])).again_and_again(),
    ]);
    fs::write(&secret, "canary-rotated").unwrap();
    sidecar.until("/metrics", "connect_config_writes_total{connector=\"a\"} 1");
    assert!(!sidecar.stop().contains("canary"));
    let heard = worker.end();
    let put = heard.iter().find(|heard| heard.request == "PUT /connectors/a/config").unwrap();
    assert_eq!(put.body["connection.password"], "canary-rotated");
}

#[test]
fn a_hangup_reads_again_what_has_not_changed() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![
        on(LIST).answers(200, &serde_json::json!({})),
        absent("a"),
        validates(&[]),
        puts("a").answers(201, &written("a")),
        runs(&[]),
    ]);
    let sidecar = Sidecar::start(&worker, &templates, "30s");
    sidecar.until("/metrics", "connect_config_writes_total{connector=\"a\"} 1");
    sidecar.signal(Signal::SIGHUP);
    sidecar.until("/metrics", RELOADED);
    // It is looked at at once, and not after half a minute.
    sidecar.until("/metrics", "connect_task_state{connector=\"a\",task=\"0\",state=\"RUNNING\"} 1");
    sidecar.stop();
    worker.end();
}
