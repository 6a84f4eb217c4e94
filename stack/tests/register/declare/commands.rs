//! Laws of the commands, in calm weather.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::cluster::{Cluster, parsed, until};

const APPLY: [&str; 4] = ["apply", "--timeout", "5m", "-o"];

/// The results in an apply's or a plan's JSON, by what they are.
fn words(document: &Value, field: &str) -> BTreeSet<String> {
    let connectors = document["connectors"].as_array().unwrap();
    connectors.iter().map(|connector| connector[field].as_str().unwrap_or_default().to_owned()).collect()
}

fn only(word: &str) -> BTreeSet<String> {
    BTreeSet::from([word.to_owned()])
}

pub(crate) fn validation(cluster: &mut Cluster) {
    let templates = cluster.templates();
    templates.declare("valid", &json!({}));
    cluster.run(&["wait", "-f", templates.path(), "--timeout", "5m"], 0);
    cluster.run(&["validate", "-f", templates.path()], 0);
    let before = cluster.written();
    templates.declare("invalid", &json!({"tasks.max": "many", "insert.mod": "upsert"}));
    for command in ["validate", "apply"] {
        cluster.run(&[command, "-f", templates.path()], 4);
    }
    assert_eq!(cluster.written(), before, "of invalid templates nothing is sent");
    templates.declare("invalid", &json!({"connector.class": "org.example.Nowhere"}));
    cluster.run(&["validate", "-f", templates.path()], 4);
}

pub(crate) fn plan_and_apply(cluster: &mut Cluster) {
    let templates = cluster.templates();
    let names = templates.declare_many("planned", 4);
    let before = cluster.written();
    let plan = ["plan", "-f", templates.path(), "--fail-on-changes", "-o", "json"];
    assert_eq!(words(&parsed(&cluster.run(&plan, 3)), "action"), only("create"));
    assert_eq!(cluster.written(), before, "a plan is only a plan");

    let apply = [&APPLY[..], &["json", "--wait", "-f", templates.path()]].concat();
    assert_eq!(words(&parsed(&cluster.run(&apply, 0)), "result"), only("created"));
    cluster.all_run(&names);

    let before = cluster.written();
    cluster.run(&plan, 0);
    assert_eq!(words(&parsed(&cluster.run(&apply, 0)), "result"), only("unchanged"));
    assert_eq!(cluster.written(), before, "what is as declared is not written");

    templates.declare(&names[2], &json!({"batch.size": "1000"}));
    let planned = parsed(&cluster.run(&plan, 3));
    let wanted = json!([{"key": "batch.size", "before": "3000", "after": "1000"}]);
    let changed: Vec<&Value> =
        planned["connectors"].as_array().unwrap().iter().filter(|c| c["action"] == "update").collect();
    assert_eq!((changed.len(), &changed[0]["name"]), (1, &json!(names[2])));
    assert_eq!(changed[0]["changes"], wanted, "{planned:#}");
    let config = cluster.workers[0].config(&names[2]).unwrap();
    let results = words(&parsed(&cluster.run(&apply, 0)), "result");
    assert_eq!(results, BTreeSet::from(["unchanged".to_owned(), "updated".to_owned()]));
    let now = cluster.workers[0].config(&names[2]).unwrap();
    let keys: BTreeSet<&String> =
        config.keys().chain(now.keys()).filter(|key| config.get(*key) != now.get(*key)).collect();
    assert_eq!(keys, BTreeSet::from([&"batch.size".to_owned()]));
}

pub(crate) fn the_key_that_remembers(cluster: &mut Cluster) {
    let key = "connect-register.applied";
    let templates = cluster.templates();
    templates.declare("remembered", &json!({}));
    let apply = [&APPLY[..], &["json", "--wait", "-f", templates.path()]].concat();
    cluster.run(&apply, 0);
    cluster.all_run(&["remembered".to_owned()]);
    for worker in &cluster.workers {
        let config = worker.config("remembered").unwrap();
        let remembered = parsed(&config[key]);
        assert_eq!(remembered["set"], "default", "{remembered:#}");
        // The tasks are given it too, and run; the plug-in does not complain about it.
        let tasks = worker.get("/connectors/remembered/tasks");
        assert!(tasks.as_array().unwrap().iter().all(|task| task["config"][key].is_string()), "{tasks:#}");
    }
    let status = cluster.workers[1].get("/connectors/remembered/status");
    assert!(!status.to_string().contains("trace"), "{status:#}");
}

pub(crate) fn through_a_follower(cluster: &mut Cluster) {
    let leader = cluster.leader();
    let follower = 1 - leader;
    let templates = cluster.templates();
    let names = templates.declare_many("forwarded", 3);
    let apply = [&APPLY[..], &["json", "--wait", "-f", templates.path()]].concat();
    assert_eq!(words(&parsed(&cluster.run_at(follower, &apply, 0)), "result"), only("created"));
    cluster.all_run(&names);
    for worker in [leader, follower] {
        cluster.run_at(worker, &["plan", "-f", templates.path(), "--fail-on-changes"], 0);
    }
}

pub(crate) fn status(cluster: &mut Cluster) {
    let templates = cluster.templates();
    templates.declare("shown", &json!({}));
    cluster.run(&[&APPLY[..], &["json", "--wait", "-f", templates.path()]].concat(), 0);
    let shown = parsed(&cluster.run(&["status", "shown", "-o", "json", "--fail-on-unhealthy"], 0));
    assert_eq!(
        (&shown["connectors"][0]["name"], &shown["connectors"][0]["state"]),
        (&json!("shown"), &json!("RUNNING"))
    );
    until("all connectors to be told of", || {
        let all = parsed(&cluster.run(&["status", "-o", "json"], 0));
        let told = all["connectors"].as_array().unwrap().len();
        let there = cluster.workers[0].get("/connectors").as_array().unwrap().len();
        if told == there { Ok(()) } else { Err(format!("{told} of {there}")) }
    });
    cluster.run(&["status", "nobody", "--fail-on-unhealthy"], 7);
}
