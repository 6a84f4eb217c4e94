//! Laws of the commands that change how a connector is: when one has ended, both workers say so.

use serde_json::json;

use super::stream::{Rows, Stream};
use crate::cluster::{Cluster, until};

const IN_TIME: [&str; 2] = ["--timeout", "5m"];

fn run(cluster: &Cluster, worker: usize, args: &[&str]) -> String {
    cluster.run_at(worker, &[args, &IN_TIME].concat(), 0)
}

pub(crate) fn pause_resume_stop(cluster: &mut Cluster) {
    let stream = Stream::new(cluster, "asked", Rows::Counted);
    let verbs: [(&str, &[&str]); 5] = [
        ("pause", &["PAUSED", "PAUSED", "PAUSED"]),
        ("stop", &["STOPPED"]),
        // It gets its tasks back when it is resumed.
        ("pause", &["PAUSED"]),
        ("resume", &["RUNNING", "RUNNING", "RUNNING"]),
        ("stop", &["STOPPED"]),
    ];
    let leader = cluster.leader();
    for (number, (verb, states)) in verbs.into_iter().enumerate() {
        // Now through the follower, now through the leader.
        let asked = if number % 2 == 0 { 1 - leader } else { leader };
        run(cluster, asked, &[verb, &stream.name]);
        assert_eq!(cluster.workers[asked].states(&stream.name), states, "{verb}");
        stream.is(states);
    }
    stream.put(6);
    run(cluster, leader, &["resume", "-e", "asked_.*"]);
    stream.runs();
    stream.was_read(|_| 1);
}

/// How often each of these was started: the connector, task 0, task 1.
fn starts(cluster: &Cluster, stream: &Stream<'_>) -> [usize; 3] {
    let task = |number: u32| format!("WorkerSinkTask{{id={}-{number}}} Sink task finished initialization", stream.name);
    [format!("Finished creating connector {} ", stream.name), task(0), task(1)].map(|text| cluster.told(&text))
}

pub(crate) fn restart(cluster: &mut Cluster) {
    let stream = Stream::new(cluster, "restarted", Rows::Counted);
    let name = &stream.name;
    let leader = cluster.leader();
    let rounds: [(usize, &[&str], [usize; 3]); 4] = [
        (1 - leader, &["restart", name], [1, 1, 1]),
        (leader, &["restart", name, "--tasks", "1"], [0, 0, 1]),
        (1 - leader, &["restart", name, "--connector-only"], [1, 0, 0]),
        (leader, &["restart", name, "--failed"], [0, 0, 0]),
    ];
    for (worker, args, wanted) in rounds {
        let before = starts(cluster, &stream);
        run(cluster, worker, args);
        // A worker that is busy may still be stopping what it tells to run.
        until(&format!("{args:?} to have started {wanted:?}"), || {
            let after = starts(cluster, &stream);
            let started: Vec<_> = after.iter().zip(before).map(|(after, before)| after - before).collect();
            if started == wanted { Ok(()) } else { Err(format!("{started:?}")) }
        });
        stream.runs();
    }
    // What is paused stays so.
    run(cluster, leader, &["pause", name]);
    run(cluster, leader, &["restart", name]);
    stream.is(&["PAUSED", "PAUSED", "PAUSED"]);
    let none = cluster.run_any(&["restart", name, "--tasks", "1,7"]);
    assert_eq!(none.code, 1, "{none:?}");
    stream.put(4);
    run(cluster, leader, &["resume", name]);
    stream.was_read(|_| 1);
}

pub(crate) fn delete(cluster: &mut Cluster) {
    let stream = Stream::new(cluster, "deleted", Rows::Counted);
    let name = &stream.name;
    stream.put(4);
    stream.was_read(|_| 1);
    let refused = cluster.run_any(&["delete", name]);
    assert_eq!(refused.code, 2, "nobody was asked: {refused:?}");
    stream.runs();
    let follower = 1 - cluster.leader();
    run(cluster, follower, &["delete", name, "--yes"]);
    assert_eq!(cluster.workers[follower].config(name), None);
    assert!(cluster.is_gone(name));
    // One of the same name goes on where it was.
    stream.put(4);
    stream.apply();
    stream.was_read(|_| 1);
    let told = run(cluster, follower, &["delete", name, "--with-offsets", "--yes", "-o", "json"]);
    assert!(told.contains(r#""result": "deleted""#) || told.contains(r#""result":"deleted""#), "{told}");
    assert!(cluster.is_gone(name));
    // Without them it begins anew.
    stream.apply();
    stream.was_read(|_| 2);
    assert_eq!(cluster.json(&["status", name])["connectors"][0]["verdict"], json!("running"));
}
