//! Laws of what surrounds an apply: records and templates made of what runs, states, and the policy.

use std::fs;

use serde_json::json;

use crate::cluster::{Cluster, parsed, until};

const APPLY: [&str; 3] = ["apply", "--timeout", "5m"];
const KEY: &str = "connect-register.applied";

pub(crate) fn record(cluster: &mut Cluster) {
    let record = cluster.run(&["plugins", "export"], 0);
    assert_eq!(record, cluster.run_at(1, &["plugins", "export"], 0), "equal workers give equal records");
    let file = cluster.files.path().join("plugins.json");
    fs::write(&file, &record).unwrap();
    let templates = cluster.templates();
    let offline = ["validate", "-f", templates.path(), "--offline", file.to_str().unwrap()];
    templates.declare("recorded", &json!({}));
    cluster.run(&offline, 0);
    templates.declare("recorded", &json!({"batch.size": "many"}));
    cluster.run(&offline, 4);

    let told = cluster.workers[0].get("/connector-plugins?connectorsOnly=false");
    let listed = parsed(&cluster.run(&["plugins", "list", "-o", "json"], 0));
    assert_eq!(listed["plugins"].as_array().unwrap().len(), told.as_array().unwrap().len(), "{listed:#}");
    let class = templates.config("recorded")["connector.class"].as_str().unwrap().to_owned();
    let described = parsed(&cluster.run(&["plugins", "describe", &class, "-o", "json"], 0));
    let keys = described["keys"].as_array().unwrap();
    let password = keys.iter().find(|key| key["name"] == "connection.password").unwrap();
    assert_eq!(password["type"], "PASSWORD", "{password:#}");
}

pub(crate) fn exported(cluster: &mut Cluster) {
    let templates = cluster.templates();
    let names = templates.declare_many("exported", 2);
    cluster.run(&[&APPLY[..], &["--wait", "-f", templates.path()]].concat(), 0);
    let folder = cluster.files.path().join("exported").display().to_string();
    cluster.run(&["export", "--dir", &folder, "-e", "exported-.*"], 0);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), names.len());
    let before = cluster.written();
    cluster.run(&["plan", "-f", &folder, "--fail-on-changes"], 0);
    assert_eq!(cluster.written(), before, "what was exported is what runs");
    let other = cluster.workers[1].url();
    until("the other worker to tell the same", || {
        let args = ["diff", "--to", &other, "-o", "json"];
        let summary = parsed(&cluster.run(&args, 0))["summary"].clone();
        if summary["same"].as_u64() > Some(1) && summary["differs"] == 0 { Ok(()) } else { Err(summary.to_string()) }
    });
}

pub(crate) fn imported(cluster: &mut Cluster) {
    let templates = cluster.templates();
    templates.declare("by-hand", &json!({}));
    let mut config = templates.rendered(cluster, "by-hand");
    config.insert("name".to_owned(), json!("by-hand"));
    cluster.workers[0].put("/connectors/by-hand/config", &json!(config));
    cluster.all_run(&["by-hand".to_owned()]);
    let folder = cluster.files.path().join("imported").display().to_string();
    let import = ["import", "by-hand", "--dir", &folder, "--set-name", "adopted"];
    // Nobody can be asked here, and a write restarts it.
    cluster.run(&import, 2);
    cluster.run(&[&import[..], &["--yes"]].concat(), 0);
    let mut now = cluster.workers[0].config("by-hand").unwrap();
    assert_eq!(parsed(&now.remove(KEY).unwrap())["set"], "adopted");
    assert_eq!(json!(now), json!(config), "nothing but the key is new");
    cluster.run(&["plan", "-f", &folder, "--set-name", "adopted", "--prune", "--fail-on-changes"], 0);
    cluster.all_run(&["by-hand".to_owned()]);
}

pub(crate) fn states(cluster: &mut Cluster) {
    let templates = cluster.templates();
    let apply = [&APPLY[..], &["--wait", "-f", templates.path()]].concat();
    let plan = ["plan", "-f", templates.path(), "--fail-on-changes"];
    for (state, told) in [("paused", "PAUSED"), ("stopped", "STOPPED"), ("running", "RUNNING"), ("stopped", "STOPPED")]
    {
        let beside = json!({"state": state, "ignore_keys": ["batch.size"]});
        templates.declare_with("stated", &beside, &json!({}));
        cluster.run(&apply, 0);
        until(&format!("it to be {told}"), || {
            let states = cluster.workers[0].states("stated");
            if states.first().is_some_and(|state| state == told) { Ok(()) } else { Err(format!("{states:?}")) }
        });
        cluster.run(&plan, 0);
    }
    let beside = json!({"state": "stopped", "ignore_keys": ["batch.size"]});
    templates.declare_with("stated", &beside, &json!({"batch.size": "17"}));
    cluster.run(&plan, 0);
    templates.declare("stated", &json!({"batch.size": "17"}));
    cluster.run(&plan, 3);
}

pub(crate) fn policy(cluster: &mut Cluster) {
    let templates = cluster.templates();
    templates.declare("guarded", &json!({}));
    let validate = ["validate", "-f", templates.path(), "--policy", "default"];
    cluster.run(&validate, 0);
    let before = cluster.written();
    for forbidden in [
        json!({"connection.url": "jdbc:postgresql://evil.example/db"}),
        json!({"transforms": "x", "transforms.x.type": "org.example.Scripted"}),
        json!({"consumer.override.interceptor.classes": "org.example.Spy"}),
        json!({"topics": "${env:PGPASSWORD}"}),
    ] {
        templates.declare("guarded", &forbidden);
        cluster.run(&validate, 4);
        cluster.run(&[&APPLY[..], &["-f", templates.path(), "--policy", "default"]].concat(), 4);
    }
    assert_eq!(cluster.written(), before);
}
