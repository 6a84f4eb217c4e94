//! What a shell is told: bash itself, with the script that the binary prints, against a worker.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::contexts::Home;
use crate::fixture::*;
use crate::plugins::all_plugins;
use crate::worker::{Expected, Worker, on};

/// What bash would offer for the last of these words.
fn bash(home: &Home, url: &str, words: &[&str]) -> Vec<String> {
    let script = home.run(&["completion", "bash"]).ends_with(0).stdout;
    assert!(script.contains("complete -"), "{script}");
    let folder = Path::new(env!("CARGO_BIN_EXE_connect-register")).parent().unwrap();
    let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    let (last, at) = (words.last().unwrap(), words.len());
    let ask = format!(
        "{script}\nCOMP_WORDS=(connect-register {}); COMP_CWORD={at}; COMP_TYPE=9\n\
         $(complete -p connect-register | sed -E 's/.*-F ([^ ]+).*/\\1/') connect-register '{last}' ''\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        quoted.join(" ")
    );
    let mut command = Command::new("bash");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    command.args(["--norc", "--noprofile", "-c", &ask]).env_clear().env("PATH", path);
    command.env("HOME", home.path()).env("KAFKA_CONNECT_URL", url);
    let ran = Ran::from(command.output().unwrap()).ends_with(0);
    assert_eq!(ran.stderr, "", "a prompt is no place for errors");
    ran.stdout.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

fn names(names: &[&str]) -> Expected {
    on("GET /connectors").answers(200, &json!(names))
}

#[test]
fn bash_completes_commands_options_and_what_there_is() {
    let home = Home::new();
    home.write("version: 1\ncontexts:\n  prod: {urls: [http://a]}\n  test: {urls: [http://b]}\n");
    let offers = |script: Vec<Expected>, words: &[&str]| {
        let worker = Worker::start(script);
        let offered = bash(&home, &worker.url(), words);
        worker.end();
        offered
    };
    assert_eq!(offers(vec![], &["stat"]), ["status"]);
    assert_eq!(offers(vec![], &["status", "--tr"]), ["--trace"]);
    assert_eq!(offers(vec![], &["status", "--context", ""]), ["prod", "test"]);
    assert_eq!(offers(vec![], &["context", "use", "p"]), ["prod"]);
    let there = || vec![names(&["pg-sales", "pg-orders", "other", "$(id)", "a;b", "-rf"])];
    assert_eq!(offers(there(), &["status", "pg-"]), ["pg-orders", "pg-sales"]);
    assert_eq!(offers(there(), &["restart", "pg-s"]), ["pg-sales"]);
    assert_eq!(offers(vec![all_plugins()], &["plugins", "describe", "x.J"]), ["x.JsonConverter"]);
    let config = with_class(&[("errors.deadletterqueue.topic.name", "sales.dlq"), ("db.password", CANARY)]);
    assert_eq!(offers(vec![list("a", &config)], &["dlq", "stats", "s"]), ["sales.dlq"]);
}

#[test]
fn the_worker_that_the_line_names_is_the_one_that_is_asked() {
    let home = Home::new();
    let (worker, other) = (Worker::start(vec![names(&["a1"]), names(&["a1"])]), Worker::start(vec![]));
    home.write(&format!("version: 1\ncontexts:\n  prod: {{urls: ['{}']}}\n", worker.url()));
    assert_eq!(bash(&home, &other.url(), &["--connect-url", &worker.url(), "status", "a"]), ["a1"]);
    assert_eq!(bash(&home, "", &["status", "--context", "prod", "a"]), ["a1"]);
    worker.end();
    other.end();
}

#[test]
fn what_goes_wrong_is_silence_within_a_second_and_no_command_is_run() {
    let home = Home::new();
    // It accepts and says nothing.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", mute.local_addr().unwrap());
    let worker =
        Worker::start(vec![on("GET /connectors").fails(500, "x"), on("GET /connectors").answers_text(200, "<html>")]);
    for url in [&url, &worker.url(), &worker.url(), "http://127.0.0.1:1", "nonsense"] {
        assert_eq!(bash(&home, url, &["status", ""]).iter().filter(|name| !name.starts_with('-')).count(), 0, "{url}");
    }
    worker.end();
    let mut command = Command::new(env!("CARGO_BIN_EXE_connect-register"));
    command.env_clear().env("KAFKA_CONNECT_URL", &url).env("CONNECT_REGISTER_COMPLETE", "bash");
    command.env("_CLAP_COMPLETE_INDEX", "2").args(["--", "connect-register", "status", ""]);
    let began = Instant::now();
    let ran = Ran::from(command.output().unwrap()).ends_with(0);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(ran.stderr, "");
    // Somebody may have to touch a key for it.
    let marker = home.path().join("was-run");
    home.write(&format!(
        "version: 1\ncurrent: p\ncontexts:\n  p:\n    urls: ['http://127.0.0.1:1']\n    bearer_token: {{command: [touch, '{}']}}\n",
        marker.display()
    ));
    bash(&home, "", &["status", ""]);
    assert!(!marker.exists());
}

#[test]
fn every_shell_gets_its_script() {
    let home = Home::new();
    for (shell, part) in [("bash", "complete -o"), ("zsh", "#compdef connect-register"), ("fish", "complete ")] {
        let script = home.run(&["completion", shell]).ends_with(0).stdout;
        assert!(script.contains(part) && script.contains("CONNECT_REGISTER_COMPLETE"), "{script}");
        assert!(!script.contains("target/"), "no path of this machine: {script}");
        // The shell itself judges it where it is there; bash always is.
        let check = Command::new(shell).args(["-n", "-c", &script]).output();
        match check {
            Ok(ran) => assert!(ran.status.success(), "{shell}: {}", String::from_utf8_lossy(&ran.stderr)),
            Err(error) => {
                assert_ne!(shell, "bash", "{error}");
                eprintln!("{shell} is not installed: its script was not read by it");
            }
        }
    }
}
