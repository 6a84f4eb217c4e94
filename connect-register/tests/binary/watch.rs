use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use crate::fixture::*;
use crate::worker::{Worker, on};

pub(crate) struct Sidecar {
    child: Child,
    stderr: BufReader<ChildStderr>,
    metrics: String,
}

impl Sidecar {
    pub(crate) fn start(worker: &Worker, templates: &Templates, interval: &str) -> Self {
        Self::with(worker, templates, &["--interval", interval])
    }

    pub(crate) fn with(worker: &Worker, templates: &Templates, args: &[&str]) -> Self {
        let mut command = command(&worker.url(), &["watch", "--metrics-addr", "127.0.0.1:0"]);
        command.args(args).arg("-f").arg(templates.path());
        Self::of(command)
    }

    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let metrics = line.split("metrics=").nth(1).unwrap_or_else(|| panic!("{line}")).trim().to_owned();
        Self { child, stderr, metrics }
    }

    pub(crate) fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.metrics).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks until the answer holds `text`.
    pub(crate) fn until(&self, path: &str, text: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let answer = self.get(path);
            if answer.contains(text) {
                return answer;
            }
            assert!(Instant::now() < deadline, "{text:?} did not come in\n{answer}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
    }

    /// SIGTERM ends it with 0.
    pub(crate) fn stop(mut self) -> String {
        self.signal(Signal::SIGTERM);
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{rest}");
        rest
    }
}

#[test]
fn a_watch_creates_what_is_missing_and_then_only_looks() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![
        empty_list(),
        absent("a"),
        validates(&[]),
        puts("a").answers(201, &written("a")),
        list("a", &with_class(&[])),
        list("a", &with_class(&[])),
        list("a", &with_class(&[])).again_and_again(),
    ]);
    let sidecar = Sidecar::start(&worker, &templates, "100ms");
    let metrics = sidecar.until("/metrics", "connect_task_state{connector=\"a\",task=\"0\",state=\"RUNNING\"} 1");
    for line in [
        "connect_up 1",
        "connect_connector_state{connector=\"a\",state=\"RUNNING\"} 1",
        "connect_connector_state{connector=\"a\",state=\"FAILED\"} 0",
        "connect_config_writes_total{connector=\"a\"} 1",
        "connect_config_drift{connector=\"a\"} 0",
        "connect_task_restarts_total{connector=\"a\"} 0",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    assert!(sidecar.get("/readyz").ends_with("ready\n") && sidecar.get("/livez").ends_with("ok\n"));
    while !worker.is_through() {
        std::thread::sleep(Duration::from_millis(20));
    }
    sidecar.stop();
    worker.end();
}

#[test]
fn failed_tasks_are_restarted_and_counted() {
    let templates = Templates::of("a", &[]);
    let failed = on(LIST).answers(200, &json!({"a": connector("a", &with_class(&[]), &["FAILED"])}));
    let restart =
        on("POST /connectors/a/restart?includeTasks=true&onlyFailed=true").answers(202, &json!({"name": "a"}));
    let worker = Worker::start(vec![failed, restart, list("a", &with_class(&[])).again_and_again()]);
    let sidecar = Sidecar::start(&worker, &templates, "100ms");
    sidecar.until("/metrics", "connect_task_restarts_total{connector=\"a\"} 1");
    sidecar.until("/metrics", "connect_task_state{connector=\"a\",task=\"0\",state=\"RUNNING\"} 1");
    let log = sidecar.stop();
    assert!(log.contains("failed: all 1 tasks: c.D: inner") || log.contains("failed: task 0: c.D: inner"), "{log}");
    worker.end();
}

#[test]
fn a_worker_that_goes_away_leaves_no_stale_series() {
    let templates = Templates::of("a", &[]);
    let gone = on(LIST).answers_text(503, "<html>").again_and_again();
    let worker = Worker::start(vec![list("a", &with_class(&[])), on(LIST).closes(), gone]);
    let sidecar = Sidecar::start(&worker, &templates, "100ms");
    assert!(sidecar.until("/readyz", "cannot be read").starts_with("HTTP/1.1 503"));
    let metrics = sidecar.until("/metrics", "connect_up 0");
    assert!(!metrics.contains("connect_connector_state{"), "{metrics}");
    assert!(!metrics.contains("connect_rest_errors_total{class=\"transient\"} 0"), "{metrics}");
    sidecar.stop();
    worker.end();
}

#[test]
fn templates_with_mistakes_keep_a_watch_from_starting() {
    let templates = Templates::of("a", &[("x", "{{MISSING}}")]);
    let worker = Worker::start(vec![]);
    let ran = run(&worker, &templates, &["watch", "--metrics-addr", "127.0.0.1:0"]).ends_with(4);
    assert!(ran.stderr.contains("a.json:5:5: x: the variable MISSING is not set"), "{}", ran.stderr);
    worker.end();
}
