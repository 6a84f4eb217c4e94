//! What is handed in, and how: standard input, several files, variables and where they come from.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::fixture::*;

const NOBODY: &str = "http://127.0.0.1:1";

/// Runs `render -o json` with this on standard input.
fn rendered(args: &[&str], env: &[(&str, &str)], input: &str) -> Ran {
    let mut command = command(NOBODY, &[&["render", "-o", "json"], args].concat());
    command.envs(env.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The program may have ended without reading it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap().into()
}

fn value(ran: Ran) -> Value {
    ran.ends_with(0).json()["connectors"][0]["config"]["x"].take()
}

#[test]
fn standard_input_is_read_in_every_format() {
    let expected = json!([{"name": "a", "config": {"connector.class": "c", "x": "1"}}]);
    for (input, args) in [
        (r#"{"name": "a", "config": {"connector.class": "c", "x": 1}}"#, &[][..]),
        ("name: a\nconfig:\n  connector.class: c\n  x: 1\n", &[]),
        ("name=a\nconnector.class=c\nx=1\n", &[]),
        ("{name: a, connector.class: c, x: 1}", &["--input-format", "yaml"]),
        ("name a\nconnector.class c\nx 1", &["--input-format", "properties"]),
    ] {
        let ran = rendered(&[args, &["-f", "-"]].concat(), &[], input).ends_with(0);
        assert_eq!(ran.json()["connectors"], expected, "{input}");
    }
    let ran = rendered(&["-f", "-"], &[], "{\n  \"name\": 1}").ends_with(4);
    assert!(ran.stderr.contains("<stdin>:2:3: `name` is a number"), "{}", ran.stderr);
    let ran = rendered(&["-f", "-"], &[], "").ends_with(4);
    assert!(ran.stderr.contains("<stdin>: there is nothing in it"), "{}", ran.stderr);
}

#[test]
fn several_files_folders_and_standard_input_are_read_together() {
    let templates = Templates::of("a", &[]);
    templates.write("b.yaml", "name: b\nconnector.class: c\n---\nname: c\nconnector.class: c\n");
    templates.write("d.properties", "name=d\nconnector.class=c\n");
    templates.write("ignored.txt", "x");
    let other = Templates::of("e", &[]);
    let files = format!("{},{}/e.json", templates.path().display(), other.path().display());
    let ran = rendered(&["-f", "-"], &[], "name: f\nconnector.class: c\n").ends_with(0);
    assert_eq!(names(&ran), ["f"]);
    let ran = rendered(&[], &[("CONNECT_REGISTER_FILES", &files)], "").ends_with(0);
    assert_eq!(names(&ran), ["a", "b", "c", "d", "e"]);
    let ran = rendered(&["-f", &files, "-f", "-"], &[], "name: b\nconnector.class: c\n").ends_with(4);
    assert!(ran.stderr.contains("<stdin>:1:1: the connector b is declared at"), "{}", ran.stderr);
}

fn names(ran: &Ran) -> Vec<String> {
    let connectors = ran.json()["connectors"].as_array().cloned().unwrap();
    connectors.iter().map(|connector| connector["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_a_shell_opens_for_us_is_read_and_no_other_pipe_is_waited_for() {
    let ran = rendered(&["-f", "/dev/stdin"], &[], "name: a\nconnector.class: c\n").ends_with(0);
    assert_eq!(names(&ran), ["a"]);
    let templates = Templates::new();
    let fifo = templates.path().join("a.json");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let ran = rendered(&["-f", &fifo.to_string_lossy()], &[], "").ends_with(4);
    assert!(ran.stderr.contains("pipe it into standard input"), "{}", ran.stderr);
}

#[test]
fn what_is_left_out_is_told_on_stderr_and_not_in_the_data() {
    let input = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n---\napiVersion: kafka.strimzi.io/v1\n\
                 kind: KafkaConnector\nmetadata: {name: a}\nspec: {class: c, state: paused, autoRestart: {enabled: true}}";
    let ran = rendered(&["-f", "-"], &[], input).ends_with(0);
    insta::assert_snapshot!(ran.stderr, @"
    note: <stdin>:1:1: Service web is not of kafka.strimzi.io/…, kind KafkaConnector: it is left out
    note: <stdin>:8:33: spec.autoRestart: this is left out (`watch` restarts what has failed)
    ");
    assert_eq!(ran.json()["connectors"], json!([{"name": "a", "state": "paused", "config": {"connector.class": "c"}}]));
    let many = "---\napiVersion: v1\nkind: Service\n".repeat(50);
    let ran = rendered(&["-f", "-"], &[], &many).ends_with(0);
    assert!(ran.stderr.lines().count() == 21 && ran.stderr.contains("and 30 more of these"), "{}", ran.stderr);
}

#[test]
fn a_state_and_ignored_keys_are_shown() {
    let input = "name: a\nstate: stopped\nignore_keys: [tasks.max, 'x.*']\nconfig: {connector.class: c}\n";
    let expected = json!([{"name": "a", "state": "stopped", "ignore_keys": ["tasks.max", "x.*"], "config": {"connector.class": "c"}}]);
    assert_eq!(rendered(&["-f", "-"], &[], input).ends_with(0).json()["connectors"], expected);
}

#[test]
fn variables_come_from_the_command_line_before_the_environment_before_files_of_variables() {
    let templates = Templates::of("a", &[("x", "{{A}} {{B}} {{C}} {{D}} {{E}}")]);
    templates.write("1.env", "A=file\nB=file\nC=file\nD='one file'\nE_FILE=nowhere\n");
    templates.write("2.env", "C=last file\n");
    let (path, value_file) = (templates.path(), templates.path().join("e"));
    templates.write("e", "from a file\n");
    let (one, two) = (path.join("1.env"), path.join("2.env"));
    let (folder, one, two) = (path.to_string_lossy(), one.to_string_lossy(), two.to_string_lossy());
    let env = [("A", "environment"), ("B", "environment"), ("E_FILE", &*value_file.to_string_lossy())];
    let args = ["-f", &folder, "--env-file", &one, "--env-file", &two, "--set", "A=a=command line"];
    let expected = "a=command line environment last file one file from a file";
    assert_eq!(value(rendered(&args, &env, "")), expected);
    let files = format!("{one},{two}");
    let env = [&env[..], &[("CONNECT_REGISTER_ENV_FILES", &files)]].concat();
    assert_eq!(value(rendered(&["-f", &folder, "--set", "A=a=command line"], &env, "")), expected);
}

#[test]
fn secrets_come_from_files_of_variables_too_and_are_shown_nowhere() {
    let templates = Templates::of("a", &[("x", "{{secret \"PW\"}}"), ("y", "{{secret \"OTHER\"}}")]);
    templates.write("a.env", &format!("PW='{}'\nOTHER_FILE={}\n", "canary-env", templates.path().join("pw").display()));
    templates.write("pw", "canary-file\n");
    let (folder, file) = (templates.path(), templates.path().join("a.env"));
    let args = ["-f", &folder.to_string_lossy(), "--secrets", "inline", "--env-file", &file.to_string_lossy()];
    let ran = rendered(&args, &[], "").ends_with(0);
    assert_eq!(ran.json()["connectors"][0]["config"], json!({"connector.class": "x.Sink", "x": "****", "y": "****"}));
    assert!(!(ran.stdout + &ran.stderr).contains("canary"));
}

#[test]
fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
    let templates = Templates::of("a", &[("x", "{{secret \"PIN\"}}")]);
    let folder = templates.path();
    for assignment in ["PIN=canary", "DB_PASSWORD=canary", "URL=x://u:canary@h", "=canary", "canary"] {
        let ran = rendered(&["-f", &folder.to_string_lossy(), "--set", assignment], &[], "").ends_with(2);
        assert!(!ran.stderr.contains("canary"), "{}", ran.stderr);
    }
    rendered(&["-f", &folder.to_string_lossy(), "--set", "PIN_FILE=/nowhere"], &[], "").ends_with(4);
}

#[test]
fn a_wrong_file_of_variables_is_told_with_its_lines() {
    let templates = Templates::of("a", &[]);
    templates.write("a.env", "A=1\nthis is nothing\nB='open\n");
    let (folder, file) = (templates.path(), templates.path().join("a.env"));
    let ran = rendered(&["-f", &folder.to_string_lossy(), "--env-file", &file.to_string_lossy()], &[], "").ends_with(4);
    insta::assert_snapshot!(ran.stderr.replace(&*folder.to_string_lossy(), "DIR"), @"
    error: in files of variables:
      - DIR/a.env:2: this is no variable (a line is NAME=VALUE, a comment behind #, or empty)
      - DIR/a.env:3: a quote is not closed (a line is NAME=VALUE, a comment behind #, or empty)
    ");
    let ran = rendered(&["-f", &folder.to_string_lossy(), "--env-file", "/nowhere"], &[], "").ends_with(4);
    assert!(ran.stderr.contains("the file of variables /nowhere cannot be read"), "{}", ran.stderr);
}

#[test]
fn a_folder_of_ten_thousand_files_is_read() {
    let templates = Templates::new();
    for n in 0..10_000 {
        let keys = (0..20).map(|key| format!("key.{key}=a value of it")).collect::<Vec<_>>().join("\n");
        templates.write(&format!("c{n:05}.properties"), &format!("name=c{n}\nconnector.class=c\nx={{{{A}}}}\n{keys}"));
    }
    let begun = std::time::Instant::now();
    let ran = rendered(&["-f", &templates.path().to_string_lossy()], &[("A", "b")], "").ends_with(0);
    // Shown with `--nocapture`; a release build on an idle machine is far below.
    println!("10,000 files: {:?}", begun.elapsed());
    assert_eq!(names(&ran).len(), 10_000);
}
