//! The policy at the front doors: what it forbids is refused by every command that could send it, and
//! the worker is not even asked.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use crate::fixture::*;
use crate::worker::{Worker, on};

const OWN: &str = "version: 1\nextends: default\nclasses:\n  connectors: [x.Sink]\n";

fn shown(ran: &Ran, templates: &Templates) -> String {
    ran.stderr.replace(&*templates.path().to_string_lossy(), "DIR")
}

#[test]
fn what_the_policy_forbids_is_not_shown_to_the_worker_by_any_command() {
    let templates = Templates::of(
        "a",
        &[("consumer.override.interceptor.classes", "x.Y"), ("p", "{{secret \"PW\"}}"), ("q", "{{MISSING}}")],
    );
    for command in [
        &["validate"][..],
        &["plan"],
        &["apply"],
        &["apply", "--dry-run"],
        &["watch", "--metrics-addr", "127.0.0.1:0"],
        &["wait"],
        &["render"],
    ] {
        for by_variable in [false, true] {
            let worker = Worker::start(vec![]);
            let (args, env) = if by_variable {
                (command.to_vec(), vec![("CONNECT_REGISTER_POLICY", "default")])
            } else {
                ([command, &["--policy", "default"]].concat(), vec![])
            };
            let ran = run_with(&worker, &templates, &args, &env).ends_with(4);
            insta::allow_duplicates! { insta::assert_snapshot!(shown(&ran, &templates), @r#"
            error: 4 mistakes in the templates:
              - DIR/a.json:4:5: connector.class: policy rule connector-class: the class "x.Sink" is not allowed (a policy file with `extends: default` and `classes: {connectors: ["x.Sink"]}` allows it)
              - DIR/a.json:5:5: consumer.override.interceptor.classes: policy rule client-override: connectors may not override "interceptor.classes" of a client (a policy file with `extends: default` and `overrides: {consumer: ["interceptor.classes"]}` allows it)
              - DIR/a.json:6:5: p: policy rule reference: ${env:PW} is not allowed (a policy file with `extends: default` and `references: [{provider: env, keys: ["PW"], connectors: ["a"], in: ["p"]}]` allows it)
              - DIR/a.json:7:5: q: the variable MISSING is not set (set it, or write {{default MISSING "…"}})
            hint: nothing was changed on the worker
            "#); }
            worker.end();
        }
    }
}

#[test]
fn a_watch_has_the_default_policy_and_other_commands_have_none_unless_they_are_told() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![]);
    let ran = run_without_policy(&worker, &templates, &["watch", "--metrics-addr", "127.0.0.1:0"]).ends_with(4);
    assert!(ran.stderr.contains("connector.class: policy rule connector-class: "), "{}", ran.stderr);
    worker.end();

    let worker = Worker::start(vec![validates(&[])]);
    run_without_policy(&worker, &templates, &["validate"]).ends_with(0);
    worker.end();
}

fn run_without_policy(worker: &Worker, templates: &Templates, args: &[&str]) -> Ran {
    let mut command = command(&worker.url(), args);
    command.env_remove("CONNECT_REGISTER_POLICY").arg("-f").arg(templates.path()).output().unwrap().into()
}

/// A policy in a folder of its own, for those of templates hold templates.
fn beside(templates: &Templates, policy: &str) -> PathBuf {
    let path = templates.path().join("beside/policy.yaml");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, policy).unwrap();
    path
}

#[test]
fn a_policy_file_allows_what_it_names_and_its_mistakes_are_told_before_anything_else() {
    let templates = Templates::of("a", &[]);
    let policy = beside(&templates, OWN);
    let worker = Worker::start(vec![validates(&[])]);
    run(&worker, &templates, &["validate", "--policy", policy.to_str().unwrap()]).ends_with(0);
    worker.end();

    beside(&templates, "version: 1\nextend: default\njdbc:\n  hosts: [127.1]\n");
    let worker = Worker::start(vec![]);
    let ran = run(&worker, &templates, &["validate", "--policy", policy.to_str().unwrap()]).ends_with(4);
    insta::assert_snapshot!(shown(&ran, &templates), @r#"
    error: 2 mistakes in the policy:
      - DIR/beside/policy.yaml:2:1: extend: a policy has no such member here (did you mean `extends`?)
      - DIR/beside/policy.yaml:4:11: jdbc.hosts: "127.1": the host can be read in more than one way (docs/policy.md has examples)
    hint: docs/policy.md explains the file; the worker was not asked
    "#);
    let ran = run(&worker, &templates, &["validate", "--policy", "/nowhere.yaml"]).ends_with(4);
    assert!(ran.stderr.contains("the policy /nowhere.yaml cannot be read"), "{}", ran.stderr);
    worker.end();
}

#[test]
fn a_template_that_is_allowed_is_still_shown_to_the_worker_beside_one_that_is_not() {
    let templates = Templates::of("a", &[]);
    templates.write("b.json", r#"{"name": "b", "config": {"connector.class": "FileStreamSink"}}"#);
    let policy = beside(&templates, OWN);
    let worker = Worker::start(vec![validates(&[])]);
    let ran = run(&worker, &templates, &["validate", "--policy", policy.to_str().unwrap()]).ends_with(4);
    assert!(ran.stderr.contains("b.json:1:"), "{}", ran.stderr);
    let heard = worker.end();
    assert!(heard.iter().all(|heard| !heard.body.to_string().contains("FileStream")));
}

#[test]
fn what_rendering_brings_in_is_checked_and_secrets_in_it_are_not_told() {
    let templates = Templates::new();
    templates.write(
        "a.json",
        r#"{"name": "a", "config": {"connector.class": "io.confluent.connect.jdbc.JdbcSinkConnector",
            "connection.url": "jdbc:postgresql://{{HOST}}/db?password={{secret \"PW\"}}", "value.converter": "{{CONVERTER}}"}}"#,
    );
    let env = [
        ("HOST", "localhost/x?socketFactory=y"),
        ("PW", "canary-3b1f&sslfactory=canary-3b1f"),
        ("CONVERTER", "io.evil.Converter"),
        ("PGHOST", "localhost"),
    ];
    for secrets in ["inline", "reference"] {
        let worker = Worker::start(vec![]);
        let args = ["apply", "--policy", "default", "--secrets", secrets];
        let ran = run_with(&worker, &templates, &args, &env).ends_with(4);
        assert!(!ran.stderr.contains("canary-3b1f"), "{}", ran.stderr);
        for rule in ["converter-class", if secrets == "inline" { "jdbc-url" } else { "unresolved" }] {
            assert!(ran.stderr.contains(&format!("policy rule {rule}: ")), "{rule}: {}", ran.stderr);
        }
        worker.end();
    }
}

#[test]
fn the_policy_that_is_shown_is_the_one_that_holds() {
    let output: Output = command("http://127.0.0.1:1", &["policy", "show"]).output().unwrap();
    let ran = Ran::from(output).ends_with(0);
    let templates = Templates::of("a", &[]);
    let policy = beside(&templates, &ran.stdout);
    templates.write("sink.json", r#"{"name": "s", "config": {"connector.class": "JdbcSink", "topics": "t"}}"#);
    for policy in ["default", policy.to_str().unwrap()] {
        let worker = Worker::start(vec![
            on("PUT /connector-plugins/JdbcSink/config/validate").answers(200, &validation(&["topics"], &[])),
        ]);
        let ran = run(&worker, &templates, &["validate", "--policy", policy]).ends_with(4);
        assert!(ran.stderr.contains("a mistake") && ran.stderr.contains("x.Sink"), "{}", ran.stderr);
        worker.end();
    }
}
