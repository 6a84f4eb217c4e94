//! A secret goes through every command, and through every fault that could make a worker repeat it:
//! it comes out nowhere.

use serde_json::{Value, json};

use crate::fixture::*;
use crate::worker::{Expected, Worker, on};

/// All that a worker can say, each with the secret in it.
fn indiscreet() -> Vec<Expected> {
    let config =
        with_class(&[("db.password", CANARY), ("url", &format!("jdbc:x?password={CANARY}")), ("gone.secret", CANARY)]);
    let mut failed = connector("a", &config, &["FAILED"]);
    failed["status"]["tasks"][0]["trace"] =
        json!(format!("x.Y: FATAL: password {CANARY} for user\nCaused by: z: {CANARY}"));
    let message = format!("Invalid value {CANARY} for configuration db.password: {CANARY} is bad");
    vec![
        on("GET /").answers(200, &json!({"version": "3.9.1"})),
        on("GET /health").answers(200, &json!({"status": "healthy"})),
        on("GET /connector-plugins").answers(200, &json!([{"class": "x.Sink", "type": "sink"}])),
        on(LIST).answers(200, &json!({"a": failed})),
        on(VALIDATE).answers(200, &validation(&["db.password", "url"], &[("db.password", &message)])),
        on("PUT /connectors/a/config").fails(400, &message),
    ]
}

fn in_any_order(expected: Vec<Expected>) -> Vec<Expected> {
    let all: Vec<_> = expected.into_iter().map(Expected::again_and_again).collect();
    std::iter::repeat_n(all, 6).flatten().collect()
}

#[test]
fn no_command_tells_a_secret() {
    let templates =
        Templates::of("a", &[("db.password", "{{secret \"PW\"}}"), ("url", "jdbc:x?password={{secret \"PW\"}}")]);
    let (canary, template) = (CANARY.replace(['"', '\\'], ""), templates.path());
    assert!(canary.starts_with("canary-3b1f"));
    let commands: [&[&str]; 9] = [
        &["wait", "--timeout", "1s", "--for", "connector=a:running"],
        &["render"],
        &["validate"],
        &["plan"],
        &["apply", "--timeout", "1s"],
        &["apply", "--dry-run"],
        &["apply", "--wait", "--unknown-keys", "allow", "--timeout", "1s"],
        &["status", "--trace"],
        &["status", "--fail-on-unhealthy"],
    ];
    for command in commands {
        for mode in ["reference", "inline"] {
            for format in ["table", "json"] {
                let worker = Worker::start(in_any_order(indiscreet()));
                let mut args = [command, &["--secrets", mode, "--log", "trace"]].concat();
                if command[0] != "wait" {
                    args.extend(["-o", format]);
                } else if mode == "inline" {
                    args.retain(|arg| *arg != "--secrets" && *arg != "inline");
                }
                let env = [
                    ("PW", CANARY),
                    ("KAFKA_CONNECT_BASIC_AUTH_USERNAME", "u"),
                    ("KAFKA_CONNECT_BASIC_AUTH_PASSWORD", CANARY),
                ];
                let ran = run_with(&worker, &templates, &args, &env);
                for out in [&ran.stdout, &ran.stderr] {
                    assert!(!out.contains("canary-3b1f"), "{args:?} with {}:\n{out}", template.display());
                }
            }
        }
    }
}

#[test]
fn by_reference_a_secret_is_not_sent_either_and_inline_it_is_sent_whole() {
    let templates = Templates::of("a", &[("db.password", "{{secret \"PW\"}}")]);
    let env = [("PW", CANARY)];
    for (mode, sent) in [("reference", "${env:PW}"), ("inline", CANARY)] {
        let mut script = vec![empty_list(), absent("a"), validates(&["db.password"])];
        script.extend((mode == "reference").then(has_provider));
        script.push(puts("a").answers(201, &written("a")));
        let worker = Worker::start(script);
        run_with(&worker, &templates, &["apply", "--secrets", mode], &env).ends_with(0);
        let heard = worker.end();
        assert_eq!(heard.last().unwrap().body["db.password"], sent);
        let is_told =
            heard.iter().any(|heard| heard.body != Value::Null && heard.body.to_string().contains("canary-3b1f"));
        assert_eq!(is_told, mode == "inline");
    }
}
