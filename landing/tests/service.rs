//! `landing watch` as a process: what it serves while everything it watches is away, and how it ends.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

struct Watch {
    process: Child,
    address: String,
}

impl Watch {
    /// Starts it with nobody at either end.
    fn start() -> Self {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let mut process = Command::new(env!("CARGO_BIN_EXE_landing"))
            .args(["watch", "--metrics-addr", "127.0.0.1:0", "--interval", "100ms"])
            .env_clear()
            .envs([("PGHOST", "127.0.0.1"), ("PGPORT", &nobody), ("PGPASSWORD", "canary-90c2")])
            .env("KAFKA_BOOTSTRAP_SERVERS", format!("127.0.0.1:{nobody}"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let address = line.split_once("http://").unwrap().1.trim().to_owned();
        // Nobody else reads what it logs; a full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn wait_for(&self, path: &str, words: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let answer = self.get(path);
            if answer.contains(words) {
                return answer;
            }
            assert!(Instant::now() < deadline, "{path} never said {words:?}: {answer}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn while_all_is_away_it_lives_says_why_it_is_not_ready_and_ends_with_0_on_sigterm() {
    let mut watch = Watch::start();
    assert!(watch.get("/livez").starts_with("HTTP/1.1 200"));
    let readyz = watch.wait_for("/readyz", "cannot connect to PostgreSQL");
    assert!(readyz.starts_with("HTTP/1.1 503") && !readyz.contains("canary-90c2"), "{readyz}");

    let metrics = watch.get("/metrics");
    for metric in [
        "retail_landed_total 0",
        "retail_dlq_total{stage=\"PRODUCER\"} 0",
        "retail_dlq_total{stage=\"TASK_PUT\"} 0",
        "retail_landing_latency_seconds_bucket{le=\"5.0\"} 0",
        "retail_ledger_missing 0",
        "retail_ledger_in_flight 0",
    ] {
        assert!(metrics.contains(metric), "no {metric} in {metrics}");
    }
    // What nobody knows is absent and not zero.
    assert!(!metrics.contains("retail_ledger_lag_records{"), "{metrics}");
    assert!(!metrics.contains("retail_landing_latency_recent_seconds{"), "{metrics}");

    kill(Pid::from_raw(i32::try_from(watch.process.id()).unwrap()), Signal::SIGTERM).unwrap();
    assert_eq!(watch.process.wait().unwrap().code(), Some(0));
}
