use std::io::{BufRead, BufReader};
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::fixture::*;
use crate::worker::{Worker, on};

fn worker() -> Worker {
    Worker::start(vec![on(LIST).answers(
        200,
        &json!({"a": connector("a", &with_class(&[]), &["RUNNING", "FAILED"]),
                "b\u{1b}[2J": connector("b\u{1b}[2J", &with_class(&[]), &[])}),
    )])
}

fn status(worker: &Worker, args: &[&str]) -> Ran {
    command(&worker.url(), &[&["status"], args].concat()).output().unwrap().into()
}

#[test]
fn states_and_root_causes_are_shown_and_cannot_drive_the_terminal() {
    let worker = worker();
    let ran = status(&worker, &[]).ends_with(0);
    insta::assert_snapshot!(ran.stdout, @r"
    CONNECTOR          STATE    RUNNING  WORKER  CAUSE
    a                  RUNNING  1/2      w:8083  task 1: c.D: inner �[31mred
               task 0  RUNNING           w:8083
               task 1  FAILED            w:8083  c.D: inner �[31mred
    b�[2J              RUNNING  0/0      w:8083  it has no tasks yet
    ");
    worker.end();
}

#[test]
fn the_json_of_a_status_is_stable() {
    let worker = worker();
    let ran = status(&worker, &["a", "-o", "json"]).ends_with(0);
    insta::assert_snapshot!(ran.stdout.replace(&worker.url(), "URL"), @r#"
    {
      "schema_version": 1,
      "worker": "URL",
      "connectors": [
        {
          "name": "a",
          "verdict": "failed",
          "cause": "task 1: c.D: inner �[31mred",
          "type": "sink",
          "class": "x.Sink",
          "set": null,
          "state": "RUNNING",
          "worker": "w:8083",
          "tasks": [
            {
              "id": 0,
              "state": "RUNNING",
              "worker": "w:8083",
              "cause": null
            },
            {
              "id": 1,
              "state": "FAILED",
              "worker": "w:8083",
              "cause": "c.D: inner �[31mred"
            }
          ]
        }
      ]
    }
    "#);
    worker.end();
}

#[test]
fn the_whole_trace_is_shown_on_demand() {
    let worker = worker();
    let ran = status(&worker, &["a", "--trace"]).ends_with(0);
    assert!(ran.stdout.contains("a task 1:\na.B: outer\n\tat x.y\nCaused by: c.D: inner �[31mred\n"), "{}", ran.stdout);
    worker.end();
}

#[test]
fn what_is_ill_or_missing_is_an_exit_code_on_demand() {
    let worker = worker();
    let ran = status(&worker, &["a", "nobody", "--fail-on-unhealthy"]).ends_with(7);
    assert!(ran.stderr.contains("a has failed: task 1: c.D: inner") && ran.stderr.contains("nobody is missing"));
    worker.end();
}

#[test]
fn it_is_looked_again_until_it_is_stopped_and_what_has_changed_is_printed() {
    let looked = |states: &[&str]| json!({"a": connector("a", &with_class(&[]), states)});
    let worker = Worker::start(vec![
        on(LIST).answers(200, &looked(&["RUNNING"])),
        on(LIST).answers(200, &looked(&["RUNNING"])),
        on(LIST).answers(200, &looked(&["FAILED"])),
        on(LIST).answers(200, &looked(&["FAILED"])).again_and_again(),
    ]);
    let args = ["status", "a", "--watch", "--interval", "100ms", "-o", "json"];
    let mut command = command(&worker.url(), &args);
    let mut running = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap())
        .lines()
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let (first, second) = (lines.next().unwrap(), lines.next().unwrap());
    let task = |document: &Value| document["connectors"][0]["tasks"][0].clone();
    assert_eq!((&task(&first)["state"], &task(&first)["since"]), (&json!("RUNNING"), &Value::Null));
    assert_eq!(task(&second)["state"], "FAILED");
    assert!(task(&second)["since"].as_str().is_some_and(|since| since.ends_with('Z')), "{second}");
    kill(Pid::from_raw(running.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    assert_eq!(running.wait().unwrap().code(), Some(130));
    assert!(lines.next().is_none(), "what has not changed is not printed again");
    worker.end();
}
