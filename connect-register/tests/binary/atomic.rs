use serde_json::{Value, json};

use crate::fixture::*;
use crate::worker::{Expected, Worker, on};

const MASK: &str = "••••••••";

fn root(version: &str) -> Expected {
    on("GET /").answers(200, &json!({"version": version, "commit": "x", "kafka_cluster_id": "c"}))
}

fn two() -> Templates {
    let templates = Templates::of("a", &[("n", "2")]);
    templates.put("b", &[]);
    templates
}

/// `a` as it was, nothing of `b`.
fn before() -> Expected {
    list("a", &with_class(&[("n", "1"), ("gone", "x")]))
}

#[test]
fn what_is_refused_after_another_was_written_takes_that_back() {
    let templates = two();
    let worker = Worker::start(vec![
        before(),
        absent("b"),
        validates(&["n"]),
        validates(&["n"]),
        puts("a").answers(200, &written("a")),
        puts("b").fails(400, "Connector configuration is invalid"),
        // The view may lag behind: what shows the change is believed at once.
        list("a", &with_class(&[("n", "2")])),
        puts("a").answers(200, &written("a")),
    ]);
    let ran = run(&worker, &templates, &["apply", "--atomic"]).ends_with(4);
    insta::assert_snapshot!(ran.stdout.clone() + &ran.stderr.replace(&worker.url(), "URL"), @r"
    CONNECTOR  RESULT
    a          rolled back
    b          rejected
    going back: b was refused: PUT URL/connectors/b/config: 400 Connector configuration is invalid
    error: b was refused: PUT URL/connectors/b/config: 400 Connector configuration is invalid; all is as it was before
    hint: mend the cause, and apply again
    ");
    let put = worker.end().pop().unwrap().body;
    assert_eq!(put, json!({"connector.class": "x.Sink", "n": "1", "gone": "x"}), "what was there, and no key of ours");
}

#[test]
fn what_fails_after_it_was_created_is_deleted_again() {
    let templates = Templates::of("a", &[]);
    let applied = with_class(&[("connect-register.applied", r#"{"set":"default","secrets":"none"}"#)]);
    let failed = || on(LIST).answers(200, &json!({"a": connector("a", &applied, &["FAILED"])})).again_and_again();
    let worker = Worker::start(vec![
        empty_list(),
        absent("a"),
        validates(&[]),
        puts("a").answers(201, &written("a")),
        failed(),
        on("DELETE /connectors/a").answers(204, &Value::Null),
    ]);
    let ran = run(&worker, &templates, &["apply", "--atomic", "--wait", "--timeout", "30s"]).ends_with(7);
    assert!(ran.stdout.contains("a          rolled back"), "{}", ran.stdout);
    assert!(ran.stderr.contains("c.D: inner") && ran.stderr.contains("all is as it was before"), "{}", ran.stderr);
    worker.end();
}

#[test]
fn a_masked_value_is_neither_touched_nor_written_back() {
    let templates = Templates::of("a", &[("n", "2"), ("p", "${env:PW}")]);
    templates.put("b", &[]);
    let masked = |n: &str| with_class(&[("n", n), ("p", MASK)]);
    let patches = || on("PATCH /connectors/a/config").answers(200, &written("a"));
    let worker = Worker::start(vec![
        list("a", &masked("1")),
        absent("b"),
        root("8.0.0-ccs"),
        validates(&["n", "p"]),
        has_provider(),
        validates(&["n"]),
        patches(),
        puts("b").fails(400, "Connector configuration is invalid"),
        list("a", &masked("2")),
        root("8.0.0-ccs"),
        patches(),
    ]);
    run(&worker, &templates, &["apply", "--atomic"]).ends_with(4);
    let heard = worker.end();
    let sent: Vec<_> =
        heard.iter().filter(|heard| heard.request.starts_with("PATCH")).map(|heard| &heard.body).collect();
    assert_eq!(sent[0]["n"], "2");
    assert_eq!(*sent[1], json!({"n": "1"}));
    assert!(!heard.iter().any(|heard| heard.body.to_string().contains('•')), "a mask was sent");
}

#[test]
fn what_could_not_be_taken_back_keeps_all_from_being_sent() {
    let templates = Templates::of("a", &[("n", "2"), ("p", "${env:PW}")]);
    let worker = Worker::start(vec![list("a", &with_class(&[("n", "1"), ("p", MASK)])), root("7.6.0-ccs")]);
    let ran = run(&worker, &templates, &["apply", "--atomic"]).ends_with(4);
    assert!(ran.stderr.contains("could not be kept when going back: the worker masks it"), "{}", ran.stderr);
    worker.end();
}
