//! What runs becomes templates, and those templates change nothing of what runs.

use std::fs;

use serde_json::{Value, json};

use crate::fixture::*;
use crate::plugins::{ask, defines, key};
use crate::worker::{Expected, Worker, on};

fn cluster() -> Expected {
    let mut a = connector(
        "a",
        &with_class(&[
            ("topics", "t"),
            ("format", "{{not a variable}} \\{{x"),
            ("pin", CANARY),
            ("db.password", "${env:PW}"),
            ("url", &format!("jdbc:x?password={CANARY}")),
            ("api.token", "••••••••"),
            ("__internal.config.version", "3"),
            ("connect-register.applied", "{\"set\":\"default\",\"secrets\":\"unknown\"}"),
        ]),
        &["RUNNING"],
    );
    a["status"]["connector"]["state"] = json!("PAUSED");
    let b = connector("../b\u{e9}", &with_class(&[("topics", "yes")]), &["RUNNING"]);
    on(LIST).answers(200, &json!({"a": a, "../b\u{e9}": b}))
}

fn definition() -> Expected {
    defines("x.Sink", &[key("pin", "PASSWORD", false), key("topics", "LIST", false)])
}

#[test]
fn secrets_are_taken_out_and_what_has_to_be_set_is_told() {
    let worker = Worker::start(vec![cluster(), definition()]);
    let ran = ask(&worker, &["export", "a"]).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    [
      {
        "name": "a",
        "state": "paused",
        "config": {
          "api.token": "{{secret \"A_API_TOKEN\"}}",
          "connector.class": "x.Sink",
          "db.password": "${env:PW}",
          "format": "\\{{not a variable}} \\\\{{!}}\\{{x",
          "pin": "{{secret \"A_PIN\"}}",
          "topics": "t",
          "url": "{{secret \"A_URL\"}}"
        }
      }
    ]
    "#);
    insta::assert_snapshot!(ran.stderr, @"
    3 secrets taken out; what the templates name has to be set before they are applied:
      A_API_TOKEN  a: api.token (masked by the worker)
      A_PIN  a: pin (a password by its definition)
      A_URL  a: url (it reads like a secret)
    by default the worker resolves them as ${env:NAME}; --secrets inline takes them from NAME or NAME_FILE here
    ");
    worker.end();
}

#[test]
fn a_file_for_each_connector_is_written_once_and_never_over_another() {
    let (worker, folder) =
        (Worker::start(vec![cluster(), definition(), cluster(), definition()]), tempfile::tempdir().unwrap());
    let dir = folder.path().join("out");
    let args = ["export", "-o", "yaml", "--dir", dir.to_str().unwrap()];
    ask(&worker, &args).ends_with(0);
    let mut files: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["%2E.%2Fb%C3%A9.yaml", "a.yaml"]);
    insta::assert_snapshot!(fs::read_to_string(dir.join("%2E.%2Fb%C3%A9.yaml")).unwrap(), @r#"
    name: "../bé"
    config:
      connector.class: x.Sink
      topics: "yes"
    "#);
    fs::write(dir.join("a.yaml"), "mine").unwrap();
    let ran = ask(&worker, &args).ends_with(1);
    assert!(ran.stderr.contains("a.yaml") && ran.stderr.contains("--force"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(dir.join("a.yaml")).unwrap(), "mine");
    worker.end();
}

#[test]
fn what_was_exported_changes_nothing_when_it_is_planned() {
    let worker = Worker::start(vec![cluster(), definition()]);
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap().to_owned();
    ask(&worker, &["export", "--dir", &dir]).ends_with(0);
    worker.end();
    // The values are those that the worker has, but for one that it masks.
    let env = [("A_PIN", CANARY), ("A_URL", &format!("jdbc:x?password={CANARY}")), ("A_API_TOKEN", "x-y-z")];
    let worker = Worker::start(vec![cluster()]);
    let mut command = command(&worker.url(), &["plan", "--secrets", "inline", "-f", &dir, "--fail-on-changes"]);
    let ran = Ran::from(command.envs(env).output().unwrap()).ends_with(0);
    assert!(ran.stdout.contains("0 to create, 0 to update, 2 unchanged"), "{}", ran.stdout);
    worker.end();
}

#[test]
fn an_old_worker_that_defines_nothing_is_told_of_and_names_and_texts_still_count() {
    let old = on("GET /connector-plugins/x.Sink/config").fails(404, "HTTP 404 Not Found");
    let worker = Worker::start(vec![cluster(), old]);
    let ran = ask(&worker, &["export", "-e", "a", "-o", "yaml"]).ends_with(0);
    assert!(ran.stderr.contains("does not tell which keys of x.Sink are passwords"), "{}", ran.stderr);
    assert!(ran.stdout.contains("url: \"{{secret \\\"A_URL\\\"}}\""), "{}", ran.stdout);
    worker.end();
}

#[test]
fn a_name_that_is_not_there_is_told() {
    let worker = Worker::start(vec![cluster(), cluster()]);
    assert!(ask(&worker, &["export", "nobody"]).ends_with(1).stderr.contains("nobody"));
    assert!(ask(&worker, &["export", "-e", "nobody.*"]).ends_with(1).stderr.contains("no connector matches"));
    worker.end();
}

fn patched(set: &str) -> Value {
    json!({"connect-register.applied": format!("{{\"set\":\"{set}\",\"secrets\":\"none\"}}")})
}

#[test]
fn what_is_imported_gets_the_name_of_the_set_and_nothing_else_changes() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap().to_owned();
    let list = list("b", &with_class(&[("topics", "t")]));
    let current = || on("GET /connectors/b/config").answers(200, &Value::Object(with_class(&[("topics", "t")])));
    let version = |version: &str| on("GET /").answers(200, &json!({"version": version, "kafka_cluster_id": "y"}));
    let script = |more: Vec<Expected>| [vec![list.clone(), definition()], more].concat();
    let patch = on("PATCH /connectors/b/config");
    let worker = Worker::start(script(vec![version("3.9.1"), current(), patch.answers(200, &written("b"))]));
    let ran = ask(&worker, &["import", "b", "--yes", "--set-name", "ours", "--dir", &dir]).ends_with(0);
    assert!(ran.stdout.contains("adopted"), "{}", ran.stdout);
    assert_eq!(worker.end().pop().unwrap().body, patched("ours"));
    assert!(folder.path().join("b.json").exists());

    // A worker that cannot change one key gets all of them back.
    let put = puts("b").answers(200, &written("b"));
    let worker = Worker::start(script(vec![version("7.6.0-ccs"), current(), put]));
    ask(&worker, &["import", "b", "--yes", "--force", "--dir", &dir]).ends_with(0);
    let body = worker.end().pop().unwrap().body;
    assert_eq!((&body["topics"], &body["connector.class"]), (&json!("t"), &json!("x.Sink")));
    assert_eq!(body["connect-register.applied"], patched("default")["connect-register.applied"]);
}

#[test]
fn nothing_is_imported_unasked_nor_out_of_another_set_nor_with_a_mask() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap().to_owned();
    let worker = Worker::start(vec![]);
    ask(&worker, &["import", "--dir", &dir]).ends_with(2);
    worker.end();
    let list = |pairs: &[(&str, &str)]| list("b", &with_class(pairs));
    let worker = Worker::start(vec![list(&[]), definition()]);
    assert!(ask(&worker, &["import", "b", "--dir", &dir]).ends_with(2).stderr.contains("say --yes"));
    worker.end();
    let other = [("connect-register.applied", "{\"set\":\"theirs\",\"secrets\":\"none\"}")];
    let worker = Worker::start(vec![list(&other), definition()]);
    assert!(ask(&worker, &["import", "b", "--yes", "--dir", &dir]).ends_with(4).stderr.contains("theirs"));
    worker.end();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let masked = [("p", "••••")];
    let worker = Worker::start(vec![
        list(&masked),
        definition(),
        on("GET /").answers(200, &json!({"version": "3.6.2"})),
        on("GET /connectors/b/config").answers(200, &Value::Object(with_class(&masked))),
    ]);
    let ran = ask(&worker, &["import", "b", "--yes", "--dir", &dir]).ends_with(6);
    assert!(ran.stderr.contains("the worker masks p"), "{}", ran.stderr);
    worker.end();
}
