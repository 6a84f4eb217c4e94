//! Somebody at a terminal is asked before connectors are deleted or restarted, and anything but a yes is
//! a no.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use nix::pty::openpty;
use serde_json::{Value, json};

use crate::fixture::*;
use crate::worker::{Expected, Worker, on};

/// Runs it at a terminal of its own, on which this is typed once it asks; what the terminal shows
/// comes as the run's stderr.
fn at_a_terminal(mut command: Command, typed: &str) -> Ran {
    let terminal = openpty(None, None).unwrap();
    let (stdin, stderr) = (terminal.slave.try_clone().unwrap(), terminal.slave);
    let child = command.stdin(stdin).stderr(stderr).stdout(Stdio::piped()).spawn().unwrap();
    // It holds the other end of the terminal, which would never close.
    drop(command);
    let mut master = File::from(terminal.master);
    let (mut shown, mut chunk, mut typed) = (Vec::new(), [0; 4096], Some(typed));
    // Linux says that the last one has left a terminal by an error.
    while let Ok(count @ 1..) = master.read(&mut chunk) {
        shown.extend_from_slice(&chunk[..count]);
        if shown.ends_with(b"[y/N] ")
            && let Some(typed) = typed.take()
        {
            master.write_all(typed.as_bytes()).unwrap();
        }
    }
    assert!(typed.is_none(), "nobody was asked: {}", String::from_utf8_lossy(&shown));
    let ended = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(ended.stdout).unwrap();
    Ran { code: ended.status.code(), stdout, stderr: String::from_utf8(shown).unwrap() }
}

/// The declared `a`, and one whose name would clear the screen and is declared no more.
fn look() -> Expected {
    let of_set =
        |set: &str| with_class(&[("connect-register.applied", &*json!({"set": set, "secrets": "none"}).to_string())]);
    let gone = "gone\u{1b}[2J";
    on(LIST).answers(
        200,
        &json!({
            "a": connector("a", &of_set("default"), &["RUNNING"]),
            gone: connector(gone, &of_set("default"), &["RUNNING"]),
        }),
    )
}

fn prune(worker: &Worker, templates: &Templates, typed: &str) -> Ran {
    let mut command = command(&worker.url(), &["apply", "--prune", "-f"]);
    command.arg(templates.path());
    at_a_terminal(command, typed)
}

#[test]
fn a_yes_deletes() {
    let templates = Templates::of("a", &[]);
    for typed in ["y\n", "Y\n", "yes\n", " y \n"] {
        let deletes = on("DELETE /connectors/gone%1B%5B2J").answers(204, &Value::Null);
        // It is asked after a look, and looked at once more before anything is done.
        let worker = Worker::start(vec![look(), look(), deletes]);
        let ran = prune(&worker, &templates, typed).ends_with(0);
        assert!(ran.stderr.contains("will be deleted"), "{}", ran.stderr);
        assert!(ran.stderr.contains("  - gone\u{fffd}[2J"), "{:?}", ran.stderr);
        worker.end();
    }
}

#[test]
fn anything_else_deletes_nothing() {
    let templates = Templates::of("a", &[]);
    // The last one is what Ctrl-D types: the end of the input.
    for typed in ["n\n", "\n", "yep\n", "no, why?\n", "\u{4}"] {
        let worker = Worker::start(vec![look()]);
        let ran = prune(&worker, &templates, typed).ends_with(3);
        assert!(ran.stderr.contains("not agreed to; nothing was changed"), "{typed:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{typed:?}");
        worker.end();
    }
}

#[test]
fn without_a_declaration_prune_is_a_slip_unless_it_is_said_to_be_meant() {
    let (folder, list_of_none) = (Templates::new(), Templates::new());
    list_of_none.write("none.json", "[]");
    let of_set = with_class(&[("connect-register.applied", r#"{"set":"default","secrets":"none"}"#)]);
    for (templates, code, says) in [(&folder, 4, "there is no *.json"), (&list_of_none, 2, "--allow-empty")] {
        let worker = Worker::start(vec![]);
        let ran = run(&worker, templates, &["apply", "--prune", "--yes"]).ends_with(code);
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
        worker.end();
        let deletes = on("DELETE /connectors/gone").answers(204, &Value::Null);
        let worker = Worker::start(vec![list("gone", &of_set), deletes]);
        run(&worker, templates, &["apply", "--prune", "--yes", "--allow-empty"]).ends_with(0);
        worker.end();
    }
}

#[test]
fn mistakes_are_told_before_it_is_asked_whether_nothing_is_declared() {
    let templates = Templates::new();
    templates.write("broken.json", "{");
    let worker = Worker::start(vec![]);
    let ran = run(&worker, &templates, &["apply", "--prune", "--yes"]).ends_with(4);
    assert!(ran.stderr.contains("broken.json:1:"), "{}", ran.stderr);
    worker.end();
}
