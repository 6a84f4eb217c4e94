//! docs/json.md shows what programs get: each of its examples is what the binary prints.

use serde_json::json;

use crate::fixture::*;
use crate::plugins::{all_plugins, defines, key, recorded};
use crate::worker::{Expected, Worker, on};

fn cluster(topics: &str) -> Expected {
    on(LIST).answers(
        200,
        &json!({"pg-sales": connector("pg-sales", &with_class(&[("topics", topics)]), &["RUNNING", "FAILED"])}),
    )
}

fn version() -> Expected {
    on("GET /").answers(200, &json!({"version": "3.9.1", "commit": "x", "kafka_cluster_id": "y"}))
}

/// Each command with what its worker is asked for.
fn examples() -> Vec<(&'static str, bool, Vec<Expected>)> {
    vec![
        ("status", false, vec![cluster("sales")]),
        ("render", true, vec![]),
        ("validate", true, vec![validates(&["topics", "batch.size"])]),
        ("plan", true, vec![cluster("orders"), validates(&["topics", "bacth.size"]), version()]),
        ("wait", false, vec![version(), on("GET /health").answers(200, &json!({"status": "healthy"}))]),
        ("plugins list", false, vec![all_plugins()]),
        ("plugins describe x.Sink", false, vec![all_plugins(), defines("x.Sink", &[key("topics", "LIST", false)])]),
        ("plugins export", false, recorded()),
        ("diff", false, vec![cluster("sales"), defines("x.Sink", &[])]),
    ]
}

#[test]
fn every_example_of_the_documents_is_what_is_printed() {
    let templates = Templates::of("pg-sales", &[("topics", "sales"), ("bacth.size", "3000")]);
    for (name, has_templates, script) in examples() {
        // A plan is of templates that the worker has nothing against.
        let mut script = script;
        if name == "plan" {
            script.truncate(3);
        }
        let worker = Worker::start(script.into_iter().map(Expected::again_and_again).collect());
        let other = Worker::start(vec![cluster("orders"), defines("x.Sink", &[])]);
        let args: Vec<_> = name.split(' ').chain(["-o", "json"]).collect();
        let mut command = command(&worker.url(), &args);
        if has_templates {
            command.arg("-f").arg(templates.path());
        }
        if name == "diff" {
            command.args(["--to", &other.url()]);
        }
        let ran = Ran::from(command.output().unwrap());
        let printed = ran
            .stdout
            .replace(&worker.url(), "http://localhost:8083")
            .replace(&other.url(), "http://other:8083")
            .replace(&*templates.path().to_string_lossy(), "connectors");
        assert_eq!(printed, documented(name), "{name} prints:\n{printed}\n{}", ran.stderr);
    }
}

#[test]
fn yaml_is_the_same_document_and_names_are_lines() {
    let worker = Worker::start(vec![cluster("sales").again_and_again()]);
    let print = |format: &str| {
        Ran::from(command(&worker.url(), &["status", "-o", format]).output().unwrap()).ends_with(0).stdout
    };
    insta::assert_snapshot!(print("yaml").replace(&worker.url(), "URL"), @r#"
    schema_version: 1
    worker: "URL"
    connectors:
      - name: pg-sales
        verdict: failed
        cause: "task 1: c.D: inner �[31mred"
        type: sink
        class: x.Sink
        set: null
        state: RUNNING
        worker: "w:8083"
        tasks:
          - id: 0
            state: RUNNING
            worker: "w:8083"
            cause: null
          - id: 1
            state: FAILED
            worker: "w:8083"
            cause: "c.D: inner �[31mred"
    "#);
    insta::assert_snapshot!(print("wide"), @"
    CONNECTOR          STATE    RUNNING  WORKER  TYPE  CLASS   SET  CAUSE
    pg-sales           RUNNING  1/2      w:8083  sink  x.Sink       task 1: c.D: inner �[31mred
               task 0  RUNNING           w:8083
               task 1  FAILED            w:8083                     c.D: inner �[31mred
    ");
    assert_eq!(print("name"), "connector/pg-sales\n");
    let chosen = |args: &[&str]| {
        Ran::from(command(&worker.url(), &[&["status", "-o", "name"], args].concat()).output().unwrap())
    };
    assert_eq!(chosen(&["-e", "pg-.*"]).ends_with(0).stdout, "connector/pg-sales\n");
    assert_eq!(chosen(&["-e", "pg"]).ends_with(0).stdout, "");
    assert_eq!(chosen(&["connector/pg-sales"]).ends_with(0).stdout, "connector/pg-sales\n");
    assert!(chosen(&["-e", "("]).ends_with(2).stderr.contains("no regular expression"));
}
