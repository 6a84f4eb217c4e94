//! A stack comes up, answers, and goes down without a trace, alone and beside others.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::scratch::{Scratch, told};

const UP: [&str; 5] = ["up", "--detach", "--ports", "auto", "--quick"];

#[test]
fn a_stack_comes_up_answers_keeps_its_data_and_goes_down_without_a_trace() {
    let scratch = Scratch::new();
    scratch.ok(&UP);

    let status = scratch.json(&["status", "-o", "json"]);
    let parts = status["parts"].as_array().unwrap();
    let conditions: Vec<_> =
        parts.iter().map(|part| (part["id"].as_str().unwrap(), part["state"].as_str().unwrap())).collect();
    assert_eq!(conditions, [("postgres", "ready"), ("kafka", "ready"), ("connect", "ready")]);
    assert!(parts.iter().all(|part| part["memory_bytes"].as_u64().unwrap() > 10_000_000), "{status:#}");
    assert!(scratch.ok(&["logs", "kafka"]).contains("Kafka Server started"));
    scratch.ok(&["sql", "create table kept (n int); insert into kept values (42)"]);

    scratch.ok(&["down"]);
    assert_eq!(scratch.processes("default"), [0_u32; 0]);
    assert!(!scratch.of("default").join("state.json").exists());
    assert_eq!(scratch.run(&["status"]).status.code(), Some(5));

    scratch.ok(&[&UP[..], &["--parts", "postgres"]].concat());
    let kept = scratch.json(&["sql", "-o", "json", "select n from kept"]);
    assert_eq!(kept["results"][0]["rows"][0]["n"], "42");
    scratch.ok(&["down", "--volumes"]);
    assert!(!scratch.of("default").exists());
}

#[test]
fn two_stacks_run_side_by_side_and_the_end_of_one_is_not_the_end_of_the_other() {
    let scratch = Scratch::new();
    for name in ["one", "two"] {
        scratch.ok(&[&UP[..], &["--parts", "postgres", "--name", name]].concat());
    }
    let port = |name| scratch.json(&["env", "-o", "json", "--name", name])["environment"]["PGPORT"].clone();
    assert_ne!(port("one"), port("two"));

    scratch.ok(&["down", "--name", "one"]);
    assert_eq!(scratch.processes("one"), [0_u32; 0]);
    scratch.ok(&["sql", "--name", "two", "select 1"]);
}

#[test]
fn a_second_start_of_the_same_stack_is_told_that_it_runs() {
    let scratch = Scratch::new();
    let up = [&UP[..], &["--parts", "postgres"]].concat();
    scratch.ok(&up);
    for args in [up.as_slice(), &["up", "--parts", "postgres", "--ports", "auto"]] {
        let output = scratch.run(args);
        assert_eq!(output.status.code(), Some(9), "{}", told(&output));
        assert!(told(&output).contains("the stack default is already running"), "{}", told(&output));
    }
    scratch.ok(&["sql", "select 1"]);
}

#[test]
fn a_stack_that_is_still_starting_can_be_stopped() {
    let scratch = Scratch::new();
    let mut up = scratch.command(&["up", "--ports", "auto", "--quick"]).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    while scratch.processes("default").is_empty() {
        assert!(Instant::now() < deadline, "nothing was started");
        std::thread::yield_now();
    }
    scratch.ok(&["down"]);
    assert_eq!(up.wait().unwrap().code(), Some(143));
    assert_eq!(scratch.processes("default"), [0_u32; 0]);
}

#[test]
fn the_environment_can_be_taken_over_by_a_shell() {
    let scratch = Scratch::new();
    scratch.ok(&[&UP[..], &["--parts", "postgres"]].concat());
    let lines = scratch.ok(&["env"]);
    let script = format!("{lines}\n[ -r \"$PGPASSWORD_FILE\" ] && echo \"$PGUSER@$PGHOST/$POSTGRES_DB\"");
    let output = std::process::Command::new("sh").args(["-euc", &script]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "retail@127.0.0.1/retail_ops\n", "{}", told(&output));
    assert!(!lines.contains("KAFKA"), "a stack without Kafka names none:\n{lines}");
}
