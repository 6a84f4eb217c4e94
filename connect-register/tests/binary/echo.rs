//! A worker resolves references and repeats what they were resolved to: none of it comes out, whatever
//! the message it stands in.

use serde_json::{Value, json};

use crate::fixture::*;
use crate::worker::{Worker, on};

/// Messages of Kafka and of connectors, each with a value that the worker has resolved.
const MESSAGES: [&str; 8] = [
    "Invalid value canary-9d for configuration mode: String must be one of: insert, upsert",
    "Invalid value canary-9d for configuration mode: Class canary-9d could not be found.",
    "Invalid value canary-9d for configuration mode",
    "The DLQ topic 'canary-9d' may not be included in the list of topics ('topics=canary-9d') consumed by the connector",
    "Could not connect to canary-9d:5432 as user canary-9d",
    "Invalid value [canary-9d, b] for configuration mode: unknown",
    "mode is canary-9d, and canary-9d is no mode",
    "Invalid value jdbc:x://canary-9d/db for configuration mode: no driver for jdbc:x://canary-9d/db",
];

fn answer(message: &str) -> Value {
    let value = |name: &str, value: &str, errors: &[&str]| {
        json!({"definition": {"name": name, "default_value": "canary-9d"},
               "value": {"name": name, "value": value, "recommended_values": ["canary-9d", "upsert"], "errors": errors, "visible": true}})
    };
    json!({"name": "x.Sink", "error_count": 1, "groups": ["canary-9d"], "configs": [
        value("connector.class", "x.Sink", &[]),
        value("mode", "canary-9d", &[message]),
        value("url", "jdbc:x://canary-9d/db", &[]),
    ]})
}

#[test]
fn nothing_that_a_worker_resolved_is_ever_told() {
    let templates = Templates::of("a", &[("mode", "${env:MODE}"), ("url", "jdbc:x://${env:HOST}/db")]);
    let present = || {
        let echo = json!({"configs": [{"value": {"name": "name", "value": "resolved", "errors": []}}]});
        on(VALIDATE).answers(200, &echo)
    };
    for message in MESSAGES {
        for format in ["table", "json", "yaml", "wide"] {
            let worker = Worker::start(vec![on(VALIDATE).answers(200, &answer(message)), present()]);
            let ran = run(&worker, &templates, &["validate", "-o", format, "--log", "trace"]).ends_with(4);
            for out in [&ran.stdout, &ran.stderr] {
                assert!(!out.contains("canary-9d"), "{message} as {format}:\n{out}");
            }
            assert!(ran.stderr.contains("mode"), "the mistake itself is told: {}", ran.stderr);
            worker.end();
        }
    }
}

#[test]
fn a_refusal_that_prints_the_whole_configuration_is_cut() {
    let templates = Templates::of("a", &[("mode", "${env:MODE}")]);
    let whole = "Connector config {mode=canary-9d, connector.class=x.Sink} contains no connector type";
    for command in ["validate", "plan", "apply"] {
        let script = match command {
            "validate" => vec![on(VALIDATE).fails(400, whole)],
            "plan" => vec![empty_list(), absent("a"), on(VALIDATE).fails(400, whole)],
            _ => vec![
                empty_list(),
                absent("a"),
                on(VALIDATE).fails(400, whole),
                puts("a").fails(400, "Invalid value canary-9d for configuration mode: canary-9d"),
            ],
        };
        let worker = Worker::start(script);
        let ran = run(&worker, &templates, &[command, "--log", "trace"]).ends_with(4);
        for out in [&ran.stdout, &ran.stderr] {
            assert!(!out.contains("canary-9d"), "{command}:\n{out}");
        }
        worker.end();
    }
}
