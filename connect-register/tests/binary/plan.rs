use serde_json::json;

use crate::fixture::*;
use crate::worker::Worker;

/// `a` differs in every way a key can, `b` is new.
fn differing() -> (Templates, Worker) {
    let templates = Templates::of("a", &[("same", "1"), ("new", "2"), ("other", "3"), ("db.password", "x-new")]);
    templates.put("b", &[("n", "1")]);
    let observed = with_class(&[("same", "1"), ("other", "4"), ("gone", "5"), ("db.password", "x-old")]);
    let keys = ["same", "new", "other", "db.password", "n"];
    let worker = Worker::start(vec![list("a", &observed), absent("b"), validates(&keys), validates(&keys)]);
    (templates, worker)
}

#[test]
fn a_plan_tells_key_by_key_what_would_change_and_changes_nothing() {
    let (templates, worker) = differing();
    let ran = run(&worker, &templates, &["plan"]).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @r"
    ~ a  update
        ~ db.password = **** -> ****
        - gone = 5
        + new = 2
        ~ other = 4 -> 3
        # restarts the connector and its task
        # offsets are kept
    + b  create
        + connector.class = x.Sink
        + n = 1
        # starts the connector and at most 1 task
        # goes on from the offsets of an earlier connector of this name, where there was one
    1 to create, 1 to update, 0 unchanged
    ");
    worker.end();
}

#[test]
fn a_plan_as_a_document_tells_the_same() {
    let (templates, worker) = differing();
    let ran = run(&worker, &templates, &["plan", "-o", "json", "--fail-on-changes"]).ends_with(3);
    insta::assert_snapshot!(ran.stdout.replace(&worker.url(), "URL"), @r#"
    {
      "schema_version": 1,
      "worker": "URL",
      "connectors": [
        {
          "name": "a",
          "action": "update",
          "changes": [
            {
              "key": "db.password",
              "before": "****",
              "after": "****"
            },
            {
              "key": "gone",
              "before": "5",
              "after": null
            },
            {
              "key": "new",
              "before": null,
              "after": "2"
            },
            {
              "key": "other",
              "before": "4",
              "after": "3"
            }
          ],
          "cannot_tell": [],
          "secrets": "unchanged",
          "state": null,
          "impact": {
            "restarts": "connector_and_tasks",
            "notes": [
              "restarts the connector and its task",
              "offsets are kept"
            ]
          }
        },
        {
          "name": "b",
          "action": "create",
          "changes": [
            {
              "key": "connector.class",
              "before": null,
              "after": "x.Sink"
            },
            {
              "key": "n",
              "before": null,
              "after": "1"
            }
          ],
          "cannot_tell": [],
          "secrets": "unchanged",
          "state": null,
          "impact": {
            "restarts": "starts",
            "notes": [
              "starts the connector and at most 1 task",
              "goes on from the offsets of an earlier connector of this name, where there was one"
            ]
          }
        }
      ],
      "summary": {
        "create": 1,
        "update": 1,
        "delete": 0,
        "none": 0
      }
    }
    "#);
    worker.end();
}

#[test]
fn an_empty_plan_is_no_difference_and_takes_one_request() {
    let templates = Templates::of("a", &[("n", "1")]);
    let worker = Worker::start(vec![list("a", &with_class(&[("n", "1")]))]);
    let ran = run(&worker, &templates, &["plan", "--fail-on-changes"]).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @r"
    = a  unchanged
    0 to create, 0 to update, 1 unchanged
    ");
    worker.end();
}

#[test]
fn what_a_worker_masks_is_told_as_unknown() {
    let templates = Templates::of("a", &[("p", "{{secret \"PW\"}}")]);
    let worker = Worker::start(vec![list("a", &with_class(&[("p", "••••")]))]);
    let ran = run(&worker, &templates, &["plan", "-o", "json"]).ends_with(0);
    assert_eq!(ran.json()["connectors"][0]["cannot_tell"], json!(["p"]));
    assert_eq!(ran.json()["connectors"][0]["secrets"], "unknown");
    worker.end();
}

#[test]
fn render_needs_no_worker_and_shows_what_a_template_becomes() {
    let templates = Templates::of("{{N}}", &[("u", "jdbc://{{HOST}}/x?a=\"b\""), ("p", "{{secret \"PW\"}}")]);
    let worker = Worker::start(vec![]);
    let env = [("N", "a"), ("HOST", "h\",\"k\":\"v"), ("PW", CANARY)];
    let ran = run_with(&worker, &templates, &["render"], &env).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    {
      "name": "a",
      "config": {
        "connector.class": "x.Sink",
        "p": "${env:PW}",
        "u": "jdbc://h\",\"k\":\"v/x?a=\"b\""
      }
    }
    "#);
    let ran = run_with(&worker, &templates, &["render", "-o", "json", "--secrets", "inline"], &env).ends_with(0);
    assert_eq!(ran.json()["connectors"][0]["config"]["p"], "****");
    worker.end();
}
