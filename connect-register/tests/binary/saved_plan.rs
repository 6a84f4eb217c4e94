use serde_json::json;

use crate::fixture::*;
use crate::worker::{Expected, Worker, on};

fn root(cluster: &str) -> Expected {
    on("GET /").answers(200, &json!({"version": "3.9.1", "commit": "x", "kafka_cluster_id": cluster}))
}

fn seen(n: &str) -> Expected {
    list("a", &with_class(&[("n", n), ("db.password", CANARY)]))
}

/// Saves a plan that changes `a` from 1 to 2, and returns its file.
fn save(templates: &Templates, folder: &tempfile::TempDir) -> String {
    let file = folder.path().join("a.plan").to_string_lossy().into_owned();
    let worker = Worker::start(vec![seen("1"), root("c1"), validates(&["n", "db.password"]), has_provider()]);
    run_with(&worker, templates, &["plan", "--out", &file], &[("PW", CANARY)]).ends_with(0);
    worker.end();
    file
}

fn templates(n: &str) -> Templates {
    Templates::of("a", &[("n", n), ("db.password", "{{secret \"PW\"}}")])
}

#[test]
fn a_saved_plan_is_applied_while_nothing_has_moved_and_holds_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let templates = templates("2");
    let file = save(&templates, &folder);
    assert!(!std::fs::read_to_string(&file).unwrap().contains("canary"));
    let worker = Worker::start(vec![
        root("c1"),
        seen("1"),
        seen("1"),
        validates(&["n", "db.password"]),
        has_provider(),
        puts("a").answers(200, &written("a")),
    ]);
    let ran = run_with(&worker, &templates, &["apply", "--plan", &file], &[("PW", CANARY)]).ends_with(0);
    assert!(
        ran.stderr.contains("is unknown, for it was made without CONNECT_REGISTER_FINGERPRINT_KEY: a: db.password")
    );
    worker.end();
}

#[test]
fn a_saved_plan_is_refused_where_the_worker_or_the_templates_have_moved() {
    let folder = tempfile::tempdir().unwrap();
    let file = save(&templates("2"), &folder);
    let worker = Worker::start(vec![root("c1"), seen("7"), absent("b")]);
    let changed = templates("3");
    changed.put("b", &[]);
    let ran = run(&worker, &changed, &["apply", "--plan", &file]).ends_with(3);
    worker.end();
    insta::assert_snapshot!(ran.stderr, @r"
    error: the plan does not hold any more:
      - a: the template: n has another value
      - a: the worker: n has another value
      - b: it is declared, and is not in the plan
    hint: make a new one with `plan --out FILE`; nothing was changed
    ");
}

#[test]
fn a_plan_for_another_cluster_or_of_another_set_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let templates = templates("2");
    let file = save(&templates, &folder);
    let worker = Worker::start(vec![root("c2")]);
    let ran = run(&worker, &templates, &["apply", "--plan", &file]).ends_with(4);
    assert!(ran.stderr.contains("the plan is for the cluster c1, the worker is on c2"), "{}", ran.stderr);
    worker.end();
    let worker = Worker::start(vec![]);
    run(&worker, &templates, &["apply", "--plan", &file, "--set-name", "x"]).ends_with(4);
    run(&worker, &templates, &["apply", "--plan", "/nowhere.plan"]).ends_with(4);
    run(&worker, &templates, &["apply", "--plan", &file, "--dry-run"]).ends_with(2);
    worker.end();
}
