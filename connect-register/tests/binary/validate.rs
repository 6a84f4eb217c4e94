use serde_json::json;

use crate::fixture::*;
use crate::worker::{Worker, on};

const WRONG: &str = r#"{
  "name": "a",
  "config": {
    "connector.class": "x.Sink",
    "batch.siez": 3000,
    "url": "jdbc://{{HOST}}/{{NAME}}",
    "nested": {"x": 1},
    "mode": "upsort"
  }
}"#;

fn shown(ran: &Ran, templates: &Templates) -> String {
    ran.stderr.replace(&*templates.path().to_string_lossy(), "DIR")
}

#[test]
fn missing_variables_wrong_shapes_and_unknown_keys_are_told_in_one_run() {
    let templates = Templates::new();
    templates.write("a.json", WRONG);
    let answer = validation(
        &["batch.size", "url", "mode"],
        &[("mode", "must be one of insert, upsert"), ("url", "is required")],
    );
    for command in ["validate", "plan", "apply"] {
        let worker = Worker::start(vec![on(VALIDATE).answers(200, &answer)]);
        let ran = run(&worker, &templates, &[command]).ends_with(4);
        insta::allow_duplicates! { insta::assert_snapshot!(shown(&ran, &templates), @r#"
        error: 5 mistakes in the templates:
          - DIR/a.json:5:5: batch.siez: Connect does not know this key (did you mean `batch.size`?)
          - DIR/a.json:6:5: url: the variable HOST is not set (set it, or write {{default HOST "…"}})
          - DIR/a.json:6:5: url: the variable NAME is not set (set it, or write {{default NAME "…"}})
          - DIR/a.json:7:5: nested: the value is an object; Connect takes a flat map of strings
          - DIR/a.json:8:5: mode: must be one of insert, upsert
        hint: nothing was changed on the worker
        "#); }
        let sent = worker.end().pop().unwrap().body;
        assert_eq!(sent, json!({"batch.siez": "3000", "connector.class": "x.Sink", "mode": "upsort", "name": "a"}));
    }
}

#[test]
fn the_mistakes_of_a_template_are_told_without_a_worker_too() {
    let templates = Templates::new();
    templates.write("a.json", WRONG);
    templates.write("b.json", "{");
    let mut command = command("http://127.0.0.1:1", &["validate", "-o", "json", "-f"]);
    let ran = Ran::from(command.arg(templates.path()).output().unwrap()).ends_with(4);
    let mistakes = ran.json();
    let messages: Vec<_> = mistakes["mistakes"].as_array().unwrap().iter().map(|m| m["line"].clone()).collect();
    assert_eq!(messages, [json!(6), json!(6), json!(7), json!(1)]);
    assert_eq!(mistakes["schema_version"], 1);
}

#[test]
fn a_config_provider_that_the_worker_lacks_is_found() {
    let templates = Templates::of("a", &[("p", "{{secret \"PW\"}}")]);
    let probe = "${env:connect-register-probe:PATH}${env:connect-register-probe:HOME}${env:connect-register-probe:PWD}";
    let echo = json!({"configs": [{"value": {"name": "name", "value": probe, "errors": []}}]});
    let worker = Worker::start(vec![validates(&["p"]), on(VALIDATE).answers(200, &echo)]);
    let ran = run(&worker, &templates, &["validate"]).ends_with(4);
    insta::assert_snapshot!(shown(&ran, &templates), @r#"
    error: a mistake in the templates:
      - DIR/a.json:5:5: p: the worker has no config provider named "env"; it would take ${env:PW} literally (give the worker config.providers=env and config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider (Kafka 3.6 or newer), or use --secrets inline)
    hint: nothing was changed on the worker
    "#);
    let sent = worker.end().pop().unwrap().body;
    assert_eq!(sent, json!({"connector.class": "x.Sink", "name": probe}), "no secret is asked for");
}

#[test]
fn a_class_that_the_worker_lacks_is_told_with_what_was_meant() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![
        on(VALIDATE).fails(500, "Failed to find any class that implements Connector and which name matches x.Sink"),
        on("GET /connector-plugins").answers(200, &json!([{"class": "y.Sink", "type": "sink", "version": "1"}])),
    ]);
    let ran = run(&worker, &templates, &["validate"]).ends_with(4);
    insta::assert_snapshot!(shown(&ran, &templates), @r#"
    error: a mistake in the templates:
      - DIR/a.json:4:5: connector.class: the worker has no connector "x.Sink" (did you mean `y.Sink`?)
    hint: nothing was changed on the worker
    "#);
    worker.end();
}

#[test]
fn unknown_keys_may_be_let_through() {
    let templates = Templates::of("a", &[("n", "1")]);
    let worker = Worker::start(vec![validates(&[])]);
    run(&worker, &templates, &["validate", "--unknown-keys", "allow"]).ends_with(0);
    worker.end();
}

#[test]
fn one_connector_in_two_files_is_a_mistake() {
    let templates = Templates::of("a", &[]);
    templates.write("b.json", r#"{"name": "a", "config": {"connector.class": "x.Sink"}}"#);
    let worker = Worker::start(vec![validates(&[]), validates(&[])]);
    let ran = run(&worker, &templates, &["validate"]).ends_with(4);
    insta::assert_snapshot!(shown(&ran, &templates), @r"
    error: a mistake in the templates:
      - DIR/b.json:1:2: the connector a is declared at DIR/a.json:2:3 too
    hint: nothing was changed on the worker
    ");
    worker.end();
}
