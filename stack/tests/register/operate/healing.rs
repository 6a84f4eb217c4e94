//! Laws of `watch`: what has failed comes back by itself, and what only waits for a worker is left alone.

use serde_json::json;
use stack::programs::Running;

use super::stream::{Rows, Stream};
use crate::cluster::{Cluster, until};
use crate::workers::Worker;

/// A sidecar that watches over a stream through both workers.
struct Watching {
    sidecar: Running,
    serving: Worker,
}

impl Watching {
    fn over(cluster: &Cluster, stream: &Stream<'_>) -> Self {
        let serving = Worker::at(super::other::free());
        let urls = cluster.workers.iter().map(Worker::url).collect::<Vec<_>>().join(",");
        let address = serving.url();
        let address = address.trim_start_matches("http://");
        let pace = ["--interval", "250ms", "--restart-backoff", "1s", "--no-tasks-delay", "5s"];
        let args = ["watch", "-f", stream.templates.path(), "--connect-url", &urls, "--metrics-addr", address];
        let sidecar = cluster.start(&[&args[..], &pace].concat());
        let watching = Self { sidecar, serving };
        until("the sidecar to be ready", || match watching.serving.text("/readyz") {
            Some((200, _)) => Ok(()),
            answer => Err(format!("{answer:?}")),
        });
        watching
    }

    /// How often it has restarted something of the stream.
    fn restarts(&self, stream: &Stream<'_>) -> u32 {
        let (_, text) = self.serving.text("/metrics").unwrap();
        let metric = format!("connect_task_restarts_total{{connector=\"{}\"}} ", stream.name);
        text.lines().find_map(|line| line.strip_prefix(&metric)).map_or(0, |number| number.parse().unwrap())
    }
}

pub(crate) fn comes_back(cluster: &mut Cluster) {
    let stream = Stream::new(cluster, "healed", Rows::Counted);
    let watching = Watching::over(cluster, &stream);
    cluster.sql(&format!("ALTER TABLE {0} RENAME TO {0}_away", stream.name));
    stream.put(2);
    until("it to be restarted", || match watching.restarts(&stream) {
        0 => Err(stream.status().to_string()),
        _ => Ok(()),
    });
    cluster.sql(&format!("ALTER TABLE {0}_away RENAME TO {0}", stream.name));
    stream.was_read(|_| 1);
    stream.runs();
    let told = std::fs::read_to_string(watching.sidecar.log()).unwrap();
    assert!(told.contains("restarted what has failed"), "{told}");
    cluster.block_on(watching.sidecar.stop());
}

pub(crate) fn left_alone(cluster: &mut Cluster) {
    let stream = Stream::prepared(cluster, "bereft", Rows::Upserted);
    // The group of the sink does not wait long for a consumer that died with its worker.
    stream.declare(&json!({
        "consumer.override.session.timeout.ms": "6000", "consumer.override.heartbeat.interval.ms": "1000",
    }));
    stream.apply();
    let watching = Watching::over(cluster, &stream);
    let load = stream.records().go_on();
    let task = stream.status()["tasks"][0]["worker_id"].as_str().unwrap().to_owned();
    let worker = cluster.workers.iter().position(|worker| worker.url().ends_with(&task)).unwrap();
    cluster.kill(worker);
    stream.runs();
    stream.has(load.end());
    stream.was_read(|_| 1);
    assert_eq!(watching.restarts(&stream), 0);
    let told = std::fs::read_to_string(watching.sidecar.log()).unwrap();
    assert!(!told.contains("restarted"), "{told}");
    cluster.block_on(watching.sidecar.stop());
}
