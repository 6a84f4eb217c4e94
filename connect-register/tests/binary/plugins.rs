use serde_json::{Value, json};

use crate::fixture::*;
use crate::worker::{Expected, Worker, on};

pub(crate) fn key(name: &str, kind: &str, required: bool) -> Value {
    json!({"name": name, "type": kind, "required": required, "default_value": null, "importance": "HIGH",
           "documentation": format!("What {name} is for"), "group": "g", "width": "LONG", "display_name": name,
           "dependents": [], "order": 1})
}

/// All plug-ins of a worker, in no order.
pub(crate) fn all_plugins() -> Expected {
    on("GET /connector-plugins?connectorsOnly=false").answers(
        200,
        &json!([
            {"class": "x.Sink", "type": "sink", "version": "1.2"},
            {"class": "x.Mask$Value", "type": "transformation"},
            {"class": "x.JsonConverter", "type": "converter", "version": "3.9.1"},
            {"class": "x.Extension", "type": "rest_extension", "version": "undefined"},
        ]),
    )
}

pub(crate) fn defines(class: &str, keys: &[Value]) -> Expected {
    on(&format!("GET /connector-plugins/{class}/config")).answers(200, &json!(keys))
}

/// What a worker is asked for to record its plug-ins.
pub(crate) fn recorded() -> Vec<Expected> {
    let mut pin = key("pin", "PASSWORD", false);
    pin["default_value"] = json!("[hidden]");
    vec![
        on("GET /").answers(200, &json!({"version": "3.9.1", "commit": "x", "kafka_cluster_id": "y"})),
        all_plugins(),
        defines("x.JsonConverter", &[key("schemas.enable", "BOOLEAN", false)]),
        defines("x.Mask%24Value", &[key("fields", "LIST", true)]),
        defines("x.Sink", &[key("url", "STRING", true), key("batch.size", "INT", false), pin]),
    ]
}

pub(crate) fn ask(worker: &Worker, args: &[&str]) -> Ran {
    Ran::from(command(&worker.url(), args).output().unwrap())
}

#[test]
fn the_plug_ins_of_a_worker_are_listed_in_order() {
    let worker = Worker::start(vec![all_plugins().again_and_again()]);
    let ran = ask(&worker, &["plugins", "list"]).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @"
    CLASS            TYPE            VERSION
    x.Extension      rest_extension  undefined
    x.JsonConverter  converter       3.9.1
    x.Mask$Value     transformation
    x.Sink           sink            1.2
    ");
    let ran = ask(&worker, &["plugins", "list", "--type", "converter", "-o", "wide"]).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @"
    CLASS            TYPE       VERSION  SHORT NAMES
    x.JsonConverter  converter  3.9.1    JsonConverter, Json
    ");
    let ran = ask(&worker, &["plugins", "list", "--type", "sink", "-o", "name"]).ends_with(0);
    assert_eq!(ran.stdout, "plugin/x.Sink\n");
}

#[test]
fn a_plug_in_is_described_by_its_short_name_too() {
    let keys = [key("url", "STRING", true), key("batch.size", "INT", false)];
    let worker = Worker::start(vec![all_plugins(), defines("x.Sink", &keys)]);
    let ran = ask(&worker, &["plugins", "describe", "Sink"]).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @"
    KEY         TYPE              DEFAULT
    batch.size  INT
    url         STRING  required
    ");
    worker.end();
}

#[test]
fn a_plug_in_that_is_not_there_is_told_with_what_was_meant() {
    let worker = Worker::start(vec![all_plugins()]);
    let ran = ask(&worker, &["plugins", "describe", "y.Sink"]).ends_with(4);
    insta::assert_snapshot!(ran.stderr, @r#"
    error: the worker has no plug-in "y.Sink"
    hint: did you mean x.Sink?
    "#);
    worker.end();
}

#[test]
fn a_record_is_stable_and_holds_neither_addresses_nor_defaults_of_passwords() {
    let worker = Worker::start(recorded());
    let ran = ask(&worker, &["plugins", "export", "-o", "json"]).ends_with(0);
    let record = ran.json();
    assert_eq!(record["kind"], "connect-plugins");
    assert_eq!(record["worker"], json!({"version": "3.9.1"}));
    let classes: Vec<_> = record["plugins"].as_array().unwrap().iter().map(|plugin| plugin["class"].clone()).collect();
    assert_eq!(classes, ["x.Extension", "x.JsonConverter", "x.Mask$Value", "x.Sink"]);
    assert_eq!(record["plugins"][0]["keys"], Value::Null);
    let names: Vec<_> =
        record["plugins"][3]["keys"].as_array().unwrap().iter().map(|key| key["name"].clone()).collect();
    assert_eq!(names, ["batch.size", "pin", "url"]);
    assert!(!ran.stdout.contains("[hidden]") && !ran.stdout.contains(&worker.url()));
    assert!(ran.stderr.contains("1 plug-in recorded without keys"), "{}", ran.stderr);
    worker.end();
}

#[test]
fn templates_are_checked_by_a_record_without_a_worker() {
    let worker = Worker::start(recorded());
    let record = ask(&worker, &["plugins", "export"]).ends_with(0).stdout;
    worker.end();
    let templates = Templates::of(
        "a",
        &[
            ("topics", "t"),
            ("url", "${env:URL}"),
            ("batch.size", "many"),
            ("bacth.size", "3"),
            ("transforms", "m"),
            ("transforms.m.type", "x.Mask$Value"),
            ("transforms.m.fieldss", "f"),
            ("value.converter", "x.JsonConvertre"),
        ],
    );
    templates.write("plugins.record", &record);
    let file = templates.path().join("plugins.record");
    let offline = |args: &[&str]| {
        // Nobody is listening there.
        let mut command = command("http://127.0.0.1:1", &["validate", "--offline"]);
        Ran::from(command.arg(&file).arg("-f").arg(templates.path()).args(args).output().unwrap())
    };
    let ran = offline(&[]).ends_with(4);
    insta::assert_snapshot!(ran.stderr.replace(&*templates.path().to_string_lossy(), "DIR"), @r#"
    not checked without a worker:
      - DIR/plugins.record: a record says which keys there are and of which type; which values a plug-in takes, whether they go together, and whether the worker has the config providers is told by `validate` with a worker
    error: 5 mistakes in the templates:
      - DIR/a.json:7:5: batch.size: this is no whole number of 32 bits (INT)
      - DIR/a.json:8:5: bacth.size: Connect does not know this key (did you mean `batch.size`?)
      - DIR/a.json:10:5: `transforms.m.fields` is missing, which is required
      - DIR/a.json:11:5: transforms.m.fieldss: Connect does not know this key (did you mean `transforms.m.fields`?)
      - DIR/a.json:12:5: value.converter: the record has no converter or header_converter "x.JsonConvertre" (did you mean `x.JsonConverter`?)
    hint: no worker was asked
    "#);
    let document = offline(&["-o", "json"]).ends_with(4).json();
    assert_eq!(document["mistakes"].as_array().unwrap().len(), 5);
    assert_eq!(document["record"]["worker_version"], "3.9.1");
    assert!(!document["unchecked"].as_array().unwrap().is_empty());

    templates.put("a", &[("topics", "t"), ("url", "x"), ("batch.size", "3")]);
    let ran = offline(&[]).ends_with(0);
    assert_eq!(ran.stdout, "1 template without a mistake\n");
    templates.write("plugins.record", "{}");
    assert!(offline(&[]).ends_with(4).stderr.contains("it is no record of plug-ins"));
}
