use serde_json::{Value, json};

use crate::fixture::*;
use crate::worker::{Worker, on};

#[test]
fn a_first_apply_creates_and_a_second_sends_no_write() {
    let templates = Templates::of("a", &[("n", "1")]);
    let worker =
        Worker::start(vec![empty_list(), absent("a"), validates(&["n"]), puts("a").answers(201, &written("a"))]);
    let ran = run(&worker, &templates, &["apply", "-o", "json"]).ends_with(0);
    insta::assert_snapshot!(ran.stdout.replace(&worker.url(), "URL"), @r#"
    {
      "schema_version": 1,
      "worker": "URL",
      "connectors": [
        {
          "name": "a",
          "result": "created",
          "message": null
        }
      ]
    }
    "#);
    let put = worker.end().pop().unwrap().body;
    insta::assert_snapshot!(put.to_string(), @r#"{"connect-register.applied":"{\"set\":\"default\",\"secrets\":\"none\"}","connector.class":"x.Sink","n":"1"}"#);

    let Value::Object(put) = put else { panic!("{put}") };
    let worker = Worker::start(vec![list("a", &put)]);
    let ran = run(&worker, &templates, &["apply"]).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @r"
    CONNECTOR  RESULT
    a          unchanged
    ");
    worker.end();
}

#[test]
fn a_changed_template_changes_just_that() {
    let templates = Templates::of("a", &[("n", "2")]);
    templates.put("b", &[("n", "1")]);
    let list = on(LIST).answers(
        200,
        &json!({"a": connector("a", &with_class(&[("n", "1")]), &["RUNNING"]),
                "b": connector("b", &with_class(&[("n", "1")]), &["RUNNING"]),
                "not-ours": connector("not-ours", &with_class(&[]), &[])}),
    );
    let worker = Worker::start(vec![list, validates(&["n"]), puts("a").answers(200, &written("a"))]);
    let ran = run(&worker, &templates, &["apply"]).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @r"
    CONNECTOR  RESULT
    a          updated
    b          unchanged
    ");
    worker.end();
}

#[test]
fn a_rebalance_is_waited_for_and_the_next_look_comes_before_the_next_write() {
    let rebalance = "Cannot complete request because of a conflicting operation (e.g. worker rebalance)";
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![
        on(LIST).fails(500, "Request cannot be completed because a rebalance is expected"),
        empty_list(),
        absent("a"),
        validates(&[]),
        puts("a").fails(409, rebalance),
        empty_list(),
        absent("a"),
        puts("a").answers(201, &written("a")),
    ]);
    let ran = run(&worker, &templates, &["apply"]).ends_with(0);
    assert!(ran.stderr.contains("trying again: PUT"), "{}", ran.stderr);
    worker.end();
}

#[test]
fn a_write_that_timed_out_and_landed_is_not_sent_again() {
    let timed_out = "Request timed out. The worker is currently ensuring membership in the cluster";
    let templates = Templates::of("a", &[]);
    for lost in [
        puts("a").fails(500, timed_out),
        puts("a").closes(),
        puts("a").breaks_off_in(&written("a")),
        puts("a").answers_text(200, "<html>"),
    ] {
        let worker = Worker::start(vec![
            empty_list(),
            absent("a"),
            validates(&[]),
            lost,
            empty_list(),
            list("a", &with_class(&[])),
        ]);
        let ran = run(&worker, &templates, &["apply", "-o", "json"]).ends_with(0);
        assert_eq!(ran.json()["connectors"][0]["result"], "created");
        worker.end();
    }
}

#[test]
fn a_connector_that_exists_already_is_looked_at() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![
        empty_list(),
        absent("a"),
        validates(&[]),
        puts("a").fails(409, "Connector a already exists"),
        list("a", &with_class(&[])),
    ]);
    run(&worker, &templates, &["apply"]).ends_with(0);
    worker.end();
}

#[test]
fn a_connector_without_a_status_is_not_in_the_list_and_not_created_again() {
    let templates = Templates::of("a", &[("n", "1")]);
    let there = on("GET /connectors/a/config").answers(200, &Value::Object(with_class(&[("n", "1"), ("name", "a")])));
    let worker = Worker::start(vec![empty_list(), there]);
    run(&worker, &templates, &["apply"]).ends_with(0);
    worker.end();
}

#[test]
fn a_masked_secret_and_keys_of_the_worker_are_no_reason_to_write() {
    let templates = Templates::of("a", &[("p", "{{secret \"PW\"}}")]);
    let observed = with_class(&[("p", "••••••••"), ("__internal.config.version", "3")]);
    let worker = Worker::start(vec![list("a", &observed)]);
    run(&worker, &templates, &["apply"]).ends_with(0);
    worker.end();
}

#[test]
fn a_rotated_secret_behind_a_mask_is_written_and_remembered_without_telling_it() {
    let templates = Templates::of("a", &[("p", "{{secret \"PW\"}}")]);
    let env = |secret| [("PW", secret), ("CONNECT_REGISTER_FINGERPRINT_KEY", "a key of fingerprints")];
    let script =
        || vec![empty_list(), absent("a"), validates(&["p"]), has_provider(), puts("a").answers(201, &written("a"))];
    let worker = Worker::start(script());
    run_with(&worker, &templates, &["apply"], &env("first-value")).ends_with(0);
    let put = worker.end().pop().unwrap().body;
    assert!(!put.to_string().contains("first-value"));

    let mut masked = put.as_object().unwrap().clone();
    masked.insert("p".to_owned(), json!("••••"));
    let worker = Worker::start(vec![list("a", &masked)]);
    run_with(&worker, &templates, &["apply"], &env("first-value")).ends_with(0);
    worker.end();

    let update = puts("a").answers(200, &written("a"));
    let worker = Worker::start(vec![list("a", &masked), validates(&["p"]), has_provider(), update]);
    run_with(&worker, &templates, &["apply"], &env("second-value")).ends_with(0);
    let again = worker.end().pop().unwrap().body;
    assert_eq!(again["p"], "${env:PW}");
    assert_ne!(again["connect-register.applied"], put["connect-register.applied"]);
}

#[test]
fn wait_tells_the_root_cause_of_what_does_not_run() {
    let templates = Templates::of("a", &[]);
    let failed = on(LIST).answers(200, &json!({"a": connector("a", &with_class(&[]), &["RUNNING", "FAILED"])}));
    let worker = Worker::start(vec![failed]);
    let ran = run(&worker, &templates, &["apply", "--wait"]).ends_with(7);
    insta::assert_snapshot!(ran.stdout + &ran.stderr, @r"
    CONNECTOR  RESULT     STATE
    a          unchanged  failed: task 1: c.D: inner �[31mred
    error: applied, but not running:
      - a has failed: task 1: c.D: inner �[31mred
    hint: `connect-register status --trace` shows the whole trace
    ");
    worker.end();
}

#[test]
fn wait_goes_on_until_there_is_a_task_and_all_of_them_run() {
    let templates = Templates::of("a", &[]);
    let look = |tasks: &[&str]| on(LIST).answers(200, &json!({"a": connector("a", &with_class(&[]), tasks)}));
    let worker = Worker::start(vec![look(&[]), look(&["UNASSIGNED"]), look(&["RUNNING"])]);
    run(&worker, &templates, &["apply", "--wait"]).ends_with(0);
    worker.end();
}

#[test]
fn what_the_plug_in_has_against_one_template_keeps_all_from_being_sent() {
    let templates = Templates::of("a", &[("n", "x")]);
    templates.put("b", &[]);
    let refused =
        on(VALIDATE).answers(200, &validation(&["n"], &[("n", "Invalid value x for configuration n: Not a number")]));
    let worker = Worker::start(vec![empty_list(), absent("a"), absent("b"), refused, validates(&[])]);
    let ran = run(&worker, &templates, &["apply"]).ends_with(4);
    insta::assert_snapshot!(ran.stderr.replace(&*templates.path().to_string_lossy(), "DIR"), @r"
    error: a mistake in the templates:
      - DIR/a.json:5:5: n: Invalid value **** for configuration n: Not a number
    hint: nothing was changed on the worker
    ");
    worker.end();
}

#[test]
fn after_a_write_that_the_worker_refuses_no_other_is_begun_unless_that_is_asked_for() {
    let templates = Templates::of("a", &[]);
    templates.put("b", &[]);
    let script = || {
        vec![
            empty_list(),
            absent("a"),
            absent("b"),
            validates(&[]),
            validates(&[]),
            puts("a").fails(400, "Connector configuration is invalid"),
        ]
    };
    let worker = Worker::start(script());
    let ran = run(&worker, &templates, &["apply"]).ends_with(4);
    insta::assert_snapshot!(ran.stdout + &ran.stderr.replace(&worker.url(), "URL"), @r"
    CONNECTOR  RESULT
    a          rejected
    b          unfinished
    error: the worker refused:
      - a: PUT URL/connectors/a/config: 400 Connector configuration is invalid
    and so these were not written:
      - b
    hint: --continue-on-error applies the others all the same; what was written stays
    ");
    worker.end();

    let mut script = script();
    script.push(puts("b").answers(201, &written("b")));
    let worker = Worker::start(script);
    let ran = run(&worker, &templates, &["apply", "--continue-on-error"]).ends_with(6);
    assert!(ran.stdout.contains("rejected") && ran.stdout.contains("created"), "{}", ran.stdout);
    worker.end();
}

#[test]
fn a_refusal_after_a_write_tells_what_was_written_and_what_was_not() {
    let templates = Templates::of("a", &[]);
    templates.put("b", &[]);
    let worker = Worker::start(vec![
        empty_list(),
        absent("a"),
        absent("b"),
        validates(&[]),
        validates(&[]),
        puts("a").answers(201, &written("a")),
        puts("b").fails(403, "no"),
    ]);
    let ran = run(&worker, &templates, &["apply"]).ends_with(6);
    insta::assert_snapshot!(ran.stdout + &ran.stderr.replace(&worker.url(), "URL"), @r"
    CONNECTOR  RESULT
    a          created
    b          unfinished
    error: the connectors could not be applied: PUT URL/connectors/b/config: 403 no; not written are:
      - b
    hint: what was written stays, and apply goes on from there once the cause is mended
    ");
    worker.end();
}

#[test]
fn a_dry_run_shows_the_plan_and_writes_nothing() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![empty_list(), absent("a"), validates(&[])]);
    let ran = run(&worker, &templates, &["apply", "--dry-run"]).ends_with(0);
    assert!(ran.stdout.starts_with("+ a  create"), "{}", ran.stdout);
    worker.end();
}
