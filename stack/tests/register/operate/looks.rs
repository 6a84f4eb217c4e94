//! Laws of the commands that tell what runs: each is held against the worker's own answer.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::stream::{Rows, Stream, by_partition};
use crate::cluster::{Cluster, parsed, until};

/// What a command prints of the only connector that it is asked for.
fn one(cluster: &Cluster, worker: usize, command: &str, name: &str) -> Value {
    let mut told = parsed(&cluster.run_at(worker, &[command, name, "-o", "json"], 0));
    assert_eq!(told["connectors"].as_array().unwrap().len(), 1, "{told:#}");
    told["connectors"][0].take()
}

pub(crate) fn connectors(cluster: &mut Cluster) {
    let began = Timestamp::now();
    let stream = Stream::new(cluster, "looked_at", Rows::Upserted);
    let other = Stream::new(cluster, "looked_past", Rows::Upserted);
    let name = &stream.name;
    stream.put(10);
    stream.was_read(|_| 1);
    for (number, worker) in cluster.workers.iter().enumerate() {
        let ask = |below: &str| worker.get(&format!("/connectors/{name}{below}"));
        let all = parsed(&cluster.run_at(number, &["get", "-o", "json"], 0));
        let names: Vec<_> = all["connectors"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        let mut there = worker.get("/connectors").as_array().unwrap().clone();
        there.sort_by_key(ToString::to_string);
        assert_eq!((names.len(), &names), (2, &there), "not also {}", other.name);

        let status = ask("/status");
        let told = one(cluster, number, "status", name);
        assert_eq!(
            (&told["state"], &told["worker"]),
            (&status["connector"]["state"], &status["connector"]["worker_id"])
        );
        let part = |task: &Value, worker: &str| (task["id"].clone(), task["state"].clone(), task[worker].clone());
        let parts = |status: &Value, worker: &str| -> Vec<_> {
            status["tasks"].as_array().unwrap().iter().map(|task| part(task, worker)).collect()
        };
        assert_eq!(parts(&told, "worker"), parts(&status, "worker_id"), "{told:#}");
        for part in told["tasks"].as_array().unwrap().iter().chain([&told]) {
            let since: Timestamp = part["since"].as_str().unwrap().parse().unwrap();
            assert!(began <= since && since <= Timestamp::now(), "{told:#}");
        }

        let got = one(cluster, number, "get", name);
        let described = one(cluster, number, "describe", name);
        assert_eq!(got["tasks"], json!({"running": 2, "total": 2}), "{got:#}");
        assert_eq!(parts(&described, "worker"), parts(&status, "worker_id"), "{described:#}");
        let config: BTreeMap<String, String> = worker.config(name).unwrap();
        for told in [&got, &described] {
            assert_eq!((&told["type"], &told["class"]), (&json!("sink"), &json!(config["connector.class"])));
            assert_eq!((&told["set"], &told["verdict"]), (&json!("default"), &json!("running")), "{told:#}");
            let told: BTreeMap<String, String> = serde_json::from_value(told["config"].clone()).unwrap();
            assert!(told.keys().eq(config.keys()), "{told:#?}");
            let differ: Vec<_> = told.iter().filter(|(key, value)| config[*key] != **value).collect();
            assert!(differ.iter().all(|(key, value)| key.contains("password") && value.contains('*')), "{differ:?}");
        }
        let noted = json!([name]);
        assert_eq!((&described["topics"], &ask("/topics")[name]["topics"]), (&noted, &noted));
        assert_eq!(one(cluster, number, "topics", name)["topics"], noted);
    }
    told_offsets(cluster, &stream);
    forgotten_topics(cluster, &stream);
}

/// They are told in the order of their partitions, with how many records lie before the end.
fn told_offsets(cluster: &Cluster, stream: &Stream<'_>) {
    cluster.run(&["stop", &stream.name, "--timeout", "5m"], 0);
    stream.put(4);
    let told = &cluster.json(&["offsets", "get", &stream.name])["connectors"][0]["offsets"];
    let row = |partition: i64| {
        let of = json!({"kafka_topic": stream.name, "kafka_partition": partition});
        json!({"partition": of, "offset": {"kafka_offset": 5}, "end": 7, "lag": 2})
    };
    assert_eq!(*told, json!([row(0), row(1)]));
    assert_eq!(stream.offsets(), BTreeMap::from([(0, 5), (1, 5)]));
    let described = one(cluster, 0, "describe", &stream.name);
    assert_eq!((by_partition(&described["offsets"]), &described["tasks"]), (stream.offsets(), &json!([])));
    cluster.run(&["resume", &stream.name, "--timeout", "5m"], 0);
    stream.was_read(|_| 1);
}

fn forgotten_topics(cluster: &Cluster, stream: &Stream<'_>) {
    let noted =
        || cluster.workers[1].get(&format!("/connectors/{0}/topics", stream.name))[&stream.name]["topics"].take();
    assert_eq!(noted(), json!([stream.name]));
    cluster.run_at(1, &["topics", &stream.name, "--reset"], 0);
    until("the topics to be forgotten", || if noted() == json!([]) { Ok(()) } else { Err(noted().to_string()) });
    stream.put(1);
    until("the topic to be noted again", || if noted() == json!([stream.name]) { Ok(()) } else { Err(String::new()) });
    assert_eq!(one(cluster, 1, "topics", &stream.name)["topics"], json!([stream.name]));
}
