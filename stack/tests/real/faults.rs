//! Killed parts come back, and killed supervisors and leases leave nothing behind.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use stack::supervise::{Condition, Process};
use stack::{Lease, LeaseOptions};

use crate::scratch::Scratch;

const SOON: Duration = Duration::from_secs(30);
const LATER: Duration = Duration::from_mins(3);

fn gone(process: Process, patience: Duration) {
    let deadline = Instant::now() + patience;
    while process.is_alive() {
        assert!(Instant::now() < deadline, "pid {} is still there", process.pid);
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_part_is_started_again_and_a_stopped_one_is_not() {
    let mut lease = Lease::start(&LeaseOptions::default()).await.unwrap();
    for part in ["connect", "kafka", "postgres"] {
        let old = lease.kill9(part).await.unwrap();
        lease.until_restarted(part, old, LATER).await.unwrap_or_else(|error| panic!("{error:#}\n{}", lease.said()));
    }
    assert!(lease.said().contains("connect   DIED: it ended with signal: 9 (SIGKILL)"), "{}", lease.said());

    lease.stop_part("postgres", SOON).await.unwrap();
    assert!(lease.pg().unwrap().connect(tokio_postgres::NoTls).await.is_err());
    lease.start_part("postgres", LATER).await.unwrap();
    drop(lease.pg().unwrap().connect(tokio_postgres::NoTls).await.unwrap());
    for part in ["connect", "kafka"] {
        lease.until(part, Condition::Ready, LATER).await.unwrap();
    }
    lease.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_lease_leaves_no_process_and_no_data() {
    let lease = Lease::start(&LeaseOptions::default().with(&["--parts", "postgres"])).await.unwrap();
    let (server, supervisor) = (lease.process("postgres").unwrap(), lease.supervisor().unwrap());
    let folder = lease.folder().clone();
    drop(lease);
    gone(server, SOON);
    gone(supervisor, SOON);
    assert!(!folder.path().exists());
}

#[test]
fn what_a_killed_supervisor_left_is_ended_by_down() {
    let scratch = Scratch::new();
    scratch.ok(&["up", "--detach", "--ports", "auto", "--quick"]);
    let status = scratch.json(&["status", "-o", "json"]);
    let pid = |value: &serde_json::Value| i32::try_from(value.as_i64().unwrap()).unwrap();
    let supervisor = Process::of(pid(&status["supervisor_pid"])).unwrap();
    // One that does not hear of the supervisor's death, as a part would not that had changed its user.
    let mut deaf = Command::new("sleep")
        .arg("600")
        .env("CONNECT_COMPANION_STACK", scratch.of("default"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    supervisor.signal(Signal::SIGKILL);
    gone(supervisor, SOON);

    scratch.ok(&["down"]);
    assert!(deaf.try_wait().unwrap().is_some(), "down has ended what carried the stack's mark");
    assert_eq!(scratch.processes("default"), [0_u32; 0]);
    assert!(!scratch.of("default").join("state.json").exists());
}

#[test]
fn a_stack_whose_supervisor_was_killed_starts_again_over_its_data() {
    let scratch = Scratch::new();
    let up = ["up", "--detach", "--ports", "auto", "--parts", "postgres"];
    scratch.ok(&up);
    scratch.ok(&["sql", "create table kept (n int)"]);
    let status = scratch.json(&["status", "-o", "json"]);
    let supervisor = Process::of(i32::try_from(status["supervisor_pid"].as_i64().unwrap()).unwrap()).unwrap();
    supervisor.signal(Signal::SIGKILL);
    gone(supervisor, SOON);
    scratch.ok(&up);
    scratch.ok(&["sql", "select * from kept"]);
}

#[test]
fn a_part_that_cannot_start_is_told_with_its_last_words_and_nothing_stays() {
    let scratch = Scratch::new();
    let up = ["up", "--ports", "auto", "--parts", "postgres"];
    scratch.ok(&[&up[..], &["--detach"]].concat());
    scratch.ok(&["down"]);
    std::fs::write(scratch.of("default").join("data/postgres/PG_VERSION"), "9\n").unwrap();
    let output = scratch.run(&up);
    let told = crate::scratch::refused(&output, 1);
    assert!(told.contains("postgres: it ended with exit status: 1"), "{told}");
    assert!(told.contains("database files are incompatible with server"), "{told}");
    assert_eq!(scratch.processes("default"), [0_u32; 0]);
}
