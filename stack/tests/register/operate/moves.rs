//! Laws of `migrate`: while records go on coming, a connector moves to another cluster, and each of them
//! lands; where the other cluster does not want it or cannot run it, it goes on here.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::other::Other;
use super::stream::{Rows, Stream};
use crate::cluster::{Cluster, parsed, until};
use crate::workers::Worker;

/// A connector under load, and the cluster that it is to move to.
struct Journey<'a> {
    cluster: &'a Cluster,
    to: String,
    file: String,
}

impl<'a> Journey<'a> {
    fn of(cluster: &'a Cluster, stream: &Stream<'_>, other: &Other) -> Self {
        let file = cluster.files.path().join(format!("{}-move.json", stream.name)).display().to_string();
        Self { cluster, to: other.worker.url(), file }
    }

    fn args<'b>(&'b self, name: &'b str) -> [&'b str; 11] {
        let (to, file) = (self.to.as_str(), self.file.as_str());
        ["migrate", name, "--to", to, "--yes", "--timeout", "5m", "--backup", file, "-o", "json"]
    }

    fn ends_with(&self, name: &str, code: i32) -> String {
        let said = self.cluster.run_any(&self.args(name));
        assert_eq!(said.code, code, "{said:?}");
        said.text
    }
}

/// How many records have landed, once that are so many.
fn lands(stream: &Stream<'_>, least: usize) -> usize {
    until(&format!("{least} records to land"), || {
        let landed = stream.landed().len();
        if landed >= least { Ok(landed) } else { Err(format!("{landed}, {}", stream.status())) }
    })
}

pub(crate) fn to_what_is_too_old(cluster: &mut Cluster) {
    let other = cluster.other();
    let stream = Stream::new(cluster, "staying", Rows::Upserted);
    let before = cluster.written();
    let said = Journey::of(cluster, &stream, other).ends_with(&stream.name, 4);
    assert!(said.contains("making a connector stopped takes Kafka 3.7"), "{said}");
    assert_eq!((cluster.written(), other.worker.config(&stream.name)), (before, None));
    stream.runs();
}

pub(crate) fn under_load(cluster: &mut Cluster) {
    let other = cluster.other();
    let stream = Stream::new(cluster, "migrated", Rows::Upserted);
    let name = stream.name.as_str();
    let load = stream.records().go_on();
    lands(&stream, 50);
    let (journey, is_over) = (Journey::of(cluster, &stream, other), AtomicBool::new(false));
    let told = thread::scope(|scope| {
        let _over = AtEnd(&is_over);
        let (here, there) = (&cluster.workers[0], &other.worker);
        scope.spawn(|| never_on_both(here, there, name, &is_over));
        // It is killed on the way, and goes on when it is run again.
        let first = cluster.start_at(0, &journey.args(name));
        until("it to be stopped here", || match &cluster.workers[0].states(name)[..] {
            [state] if state == "STOPPED" => Ok(()),
            states => Err(format!("{states:?}")),
        });
        drop(first);
        parsed(&cluster.run(&journey.args(name), 0))
    });
    assert_eq!((&told["result"], &told["state"]), (&json!("moved"), &json!("running")), "{told:#}");
    assert_eq!(other.worker.states(name)[..2], ["RUNNING", "RUNNING"]);
    stream.is(&["STOPPED"]);
    // Those that come now land too.
    lands(&stream, stream.landed().len() + 50);
    stream.has(load.end());
    stream.was_read(|_| 1);
    let kept: Value = parsed(&fs::read_to_string(&journey.file).unwrap());
    assert_eq!((&kept["state"], &kept["offsets"]), (&json!("running"), &told["offsets"]), "{kept:#}");
    journey.ends_with(name, 4);
    other.worker.ask("DELETE", &format!("/connectors/{name}"));
}

/// Says that it is over when it goes, also where something failed.
struct AtEnd<'a>(&'a AtomicBool);

impl Drop for AtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Looks at both until it is over.
fn never_on_both(here: &Worker, there: &Worker, name: &str, is_over: &AtomicBool) {
    let runs = |states: &[String]| states.iter().skip(1).any(|state| state == "RUNNING");
    while !is_over.load(Ordering::Relaxed) {
        // It does not come back here: what runs there first and here afterwards runs on both.
        let there = there.states(name);
        let here = here.states(name);
        assert!(!runs(&there) || !runs(&here), "it runs here, {here:?}, and there, {there:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn taken_back(cluster: &mut Cluster) {
    let other = cluster.other();
    let refused = Stream::prepared(cluster, "refused", Rows::Upserted);
    refused.declare(&json!({"consumer.override.max.poll.records": "100"}));
    // The topic of its dead letters can be made here, and has no possible name there.
    let failing = Stream::prepared(cluster, "failing", Rows::Upserted);
    failing.declare(&json!({
        "errors.tolerance": "all", "errors.deadletterqueue.topic.name": "${env:PGUSER}",
        "errors.deadletterqueue.topic.replication.factor": "1",
    }));
    for (stream, code, why) in [(&refused, 4, "max.poll.records"), (&failing, 7, "Topic name is invalid")] {
        stream.apply();
        let load = stream.records().go_on();
        lands(stream, 20);
        let config = cluster.workers[0].config(&stream.name);
        let said = Journey::of(cluster, stream, other).ends_with(&stream.name, code);
        assert!(said.contains(why), "{said}");
        stream.runs();
        assert_eq!((other.worker.config(&stream.name), cluster.workers[0].config(&stream.name)), (None, config));
        lands(stream, stream.landed().len() + 20);
        stream.has(load.end());
        stream.was_read(|_| 1);
    }
}
