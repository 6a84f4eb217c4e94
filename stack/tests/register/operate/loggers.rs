//! Laws of `loggers`: they are told as the worker tells them, and set where that is asked for.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cluster::{Cluster, parsed, until};

const LOGGER: &str = "org.apache.kafka.connect.runtime.distributed";

pub(crate) fn told_and_set(cluster: &mut Cluster) {
    // The stack's own workers serve none, and it is told what that means.
    let said = cluster.run_any(&["loggers", "get"]);
    assert!(said.code == 1 && said.text.contains("admin.listeners"), "{said:?}");

    let other = cluster.other();
    let run = |args: &[&str]| {
        let url = other.worker.url();
        parsed(&cluster.run_with(&[&["loggers"], args, &["--connect-url", &url, "-o", "json"]].concat(), 0))
    };
    let by_hand = || -> BTreeMap<String, Value> {
        let loggers = other.worker.get("/admin/loggers");
        loggers.as_object().unwrap().iter().map(|(name, logger)| (name.clone(), logger["level"].clone())).collect()
    };
    let told = run(&["get"])["loggers"].take();
    let told = told.as_array().unwrap().iter();
    let told: BTreeMap<String, Value> =
        told.map(|row| (row["name"].as_str().unwrap().to_owned(), row["level"].clone())).collect();
    assert_eq!(told, by_hand());
    let set = run(&["set", LOGGER, "debug"]);
    assert_eq!((&set["scope"], &by_hand()[LOGGER]), (&json!("worker"), &json!("DEBUG")));
    let set = run(&["set", LOGGER, "WARN", "--cluster"]);
    let scope = if cluster.version == "3.6" { "worker" } else { "cluster" };
    until("all workers to take it", || {
        let level = by_hand()[LOGGER].clone();
        if level == "WARN" { Ok(()) } else { Err(level.to_string()) }
    });
    assert_eq!(set["scope"], scope, "{set:#}");
}
