use serde_json::json;

use crate::fixture::*;
use crate::worker::{Worker, on};

fn root(version: &str) -> crate::worker::Expected {
    on("GET /").answers(200, &json!({"version": version, "commit": "x", "kafka_cluster_id": "y"}))
}

#[test]
fn a_worker_with_a_health_endpoint_is_ready_when_that_says_so() {
    let worker = Worker::start(vec![
        on("GET /").closes(),
        root("3.9.1"),
        on("GET /health").answers(503, &json!({"status": "starting", "message": "Worker is still starting up."})),
        root("3.9.1"),
        on("GET /health").answers(200, &json!({"status": "healthy", "message": "x"})),
    ]);
    Ran::from(command(&worker.url(), &["wait"]).output().unwrap()).ends_with(0);
    worker.end();
}

#[test]
fn an_older_worker_is_ready_when_its_herder_answers() {
    let nobody = "GET /connectors/connect-register-*";
    let worker = Worker::start(vec![
        root("7.6.0-ccs"),
        on(nobody).fails(409, "Cannot complete request momentarily due to no known leader URL"),
        root("7.6.0-ccs"),
        on(nobody).fails(404, "Connector x not found"),
    ]);
    Ran::from(command(&worker.url(), &["wait", "--for", "api"]).output().unwrap()).ends_with(0);
    worker.end();
}

#[test]
fn the_plug_ins_and_providers_that_templates_need_are_waited_for() {
    let templates = Templates::of("a", &[("p", "{{secret \"PW\"}}")]);
    let healthy = || on("GET /health").answers(200, &json!({"status": "healthy"}));
    let worker = Worker::start(vec![
        root("4.3.1"),
        healthy(),
        on("GET /connector-plugins").answers(200, &json!([])),
        root("4.3.1"),
        healthy(),
        on("GET /connector-plugins").answers(200, &json!([{"class": "x.Sink", "type": "sink"}])),
        has_provider(),
    ]);
    run(&worker, &templates, &["wait"]).ends_with(0);
    worker.end();
}

#[test]
fn a_connector_is_waited_for_until_it_runs_and_its_cause_told_if_not() {
    let look = |state: &str| on(LIST).answers(200, &json!({"a": connector("a", &with_class(&[]), &[state])}));
    let ready = || [root("3.9.1"), on("GET /health").answers(200, &json!({"status": "healthy"}))];
    let script = [ready().to_vec(), vec![look("UNASSIGNED")], ready().to_vec(), vec![look("RUNNING")]].concat();
    let worker = Worker::start(script);
    let args = ["wait", "--for", "connector=a:running"];
    Ran::from(command(&worker.url(), &args).output().unwrap()).ends_with(0);
    worker.end();

    let worker = Worker::start([ready().to_vec(), vec![look("FAILED")]].concat());
    let args = [&args[..], &["--timeout", "50ms"]].concat();
    let ran = Ran::from(command(&worker.url(), &args).output().unwrap()).ends_with(7);
    assert!(ran.stderr.contains("a has failed: task 0: c.D: inner"), "{}", ran.stderr);
    worker.end();
}
