use serde_json::{Value, json};

use crate::fixture::*;
use crate::worker::{Expected, Worker, on};

/// A configuration that carries the name of a set.
fn of_set(set: &str) -> serde_json::Map<String, Value> {
    let applied = json!({"set": set, "secrets": "none"}).to_string();
    with_class(&[("connect-register.applied", &applied)])
}

/// The declared `a`, two of the set that are declared no more, and three that are not ours.
fn look() -> Expected {
    let malformed = with_class(&[("connect-register.applied", "default")]);
    on(LIST).answers(
        200,
        &json!({
            "a": connector("a", &of_set("default"), &["RUNNING"]),
            "gone": connector("gone", &of_set("default"), &["RUNNING", "RUNNING"]),
            "gone-too": connector("gone-too", &of_set("default"), &[]),
            "by-hand": connector("by-hand", &with_class(&[]), &["RUNNING"]),
            "of-others": connector("of-others", &of_set("others"), &["RUNNING"]),
            "malformed": connector("malformed", &malformed, &["RUNNING"]),
        }),
    )
}

fn deletes(name: &str) -> Expected {
    on(&format!("DELETE /connectors/{name}"))
}

#[test]
fn a_plan_with_prune_tells_what_would_go_and_without_it_nothing_goes() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![look()]);
    let ran = run(&worker, &templates, &["plan", "--prune", "--fail-on-changes"]).ends_with(3);
    insta::assert_snapshot!(ran.stdout, @r"
    = a  unchanged
    - gone  delete
        # stops the connector and all its 2 tasks
        # its offsets stay: a sink's in the consumer group connect-gone, a source's in Connect's offsets topic
    - gone-too  delete
        # stops the connector and its tasks
        # its offsets stay: a sink's in the consumer group connect-gone-too, a source's in Connect's offsets topic
    0 to create, 0 to update, 2 to delete, 1 unchanged
    ");
    worker.end();
    let worker = Worker::start(vec![look(), look()]);
    run(&worker, &templates, &["plan", "--fail-on-changes"]).ends_with(0);
    run(&worker, &templates, &["apply", "--yes"]).ends_with(0);
    worker.end();
}

#[test]
fn prune_deletes_what_carries_the_name_of_the_set_and_nothing_else() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![
        look(),
        deletes("gone").answers(204, &Value::Null),
        deletes("gone-too").fails(404, "Connector gone-too not found"),
    ]);
    let ran = run(&worker, &templates, &["apply", "--prune", "--yes"]).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @r"
    CONNECTOR  RESULT
    a          unchanged
    gone       deleted
    gone-too   deleted
    ");
    worker.end();
}

#[test]
fn prune_of_another_set_deletes_what_is_of_that_set() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![look(), deletes("of-others").answers(204, &Value::Null)]);
    run(&worker, &templates, &["apply", "--prune", "--yes", "--set-name", "others"]).ends_with(0);
    worker.end();
}

#[test]
fn without_a_terminal_and_without_yes_prune_is_refused_with_the_list() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![look()]);
    let ran = run(&worker, &templates, &["apply", "--prune"]).ends_with(2);
    insta::assert_snapshot!(ran.stderr, @r"
    error: --prune would delete, and nobody can be asked:
      - gone
      - gone-too
    hint: look at `plan --prune`, then say --yes; nothing was changed
    ");
    worker.end();
}

#[test]
fn a_deletion_whose_outcome_is_unknown_is_looked_at_before_it_is_sent_again() {
    let templates = Templates::of("a", &[]);
    let one = || {
        on(LIST).answers(
            200,
            &json!({"a": connector("a", &of_set("default"), &["RUNNING"]),
                                               "gone": connector("gone", &of_set("default"), &["RUNNING"])}),
        )
    };
    let none = || list("a", &of_set("default"));
    let worker = Worker::start(vec![one(), deletes("gone").closes(), one(), none(), absent("gone")]);
    let ran = run(&worker, &templates, &["apply", "--prune", "--yes"]).ends_with(0);
    assert!(ran.stdout.contains("gone       deleted"), "{}", ran.stdout);
    worker.end();
}

#[test]
fn nothing_is_deleted_before_all_else_is_done() {
    let templates = Templates::of("a", &[("n", "2")]);
    let worker =
        Worker::start(vec![look(), validates(&["n"]), puts("a").fails(400, "Connector configuration is invalid")]);
    let ran = run(&worker, &templates, &["apply", "--prune", "--yes"]).ends_with(4);
    assert!(ran.stdout.contains("gone       unfinished"), "{}", ran.stdout);
    worker.end();
}
