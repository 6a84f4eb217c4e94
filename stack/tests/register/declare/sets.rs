//! Laws of sets: what is deleted, taken back, and agreed to before it is done.

use serde_json::json;

use crate::cluster::Cluster;

const IN_TIME: [&str; 2] = ["--timeout", "5m"];

pub(crate) fn prune(cluster: &mut Cluster) {
    let templates = cluster.templates();
    let names = templates.declare_many("pruned", 3);
    let set = ["--set-name", "of-this-law", "-f", templates.path()];
    cluster.run(&[&["apply"][..], &IN_TIME, &set].concat(), 0);
    templates.forget(&names[1]);
    // Without somebody's yes nothing goes, and connectors of other sets never go.
    let others = cluster.workers[0].get("/connectors").as_array().unwrap().len() - names.len();
    cluster.run(&[&["plan", "--prune", "--fail-on-changes"][..], &set].concat(), 3);
    assert!(cluster.workers[0].config(&names[1]).is_some());
    cluster.run(&[&["apply", "--prune", "--yes"][..], &IN_TIME, &set].concat(), 0);
    assert!(cluster.is_gone(&names[1]));
    let left = cluster.workers[0].get("/connectors").as_array().unwrap().len();
    assert_eq!(left, others + 2);
    cluster.run(&[&["plan", "--prune", "--fail-on-changes"][..], &set].concat(), 0);
}

pub(crate) fn atomic(cluster: &mut Cluster) {
    let templates = cluster.templates();
    let names = templates.declare_many("atomic", 2);
    let apply = [&["apply", "-f", templates.path()][..], &IN_TIME].concat();
    cluster.run(&apply, 0);
    cluster.all_run(&names);
    let before = cluster.workers[0].config(&names[0]).unwrap();
    templates.declare(&names[0], &json!({"batch.size": "500"}));
    // What a worker finds only when a task starts: its consumer cannot be made.
    let broken = json!({
        "consumer.override.security.protocol": "SSL",
        "consumer.override.ssl.truststore.location": "/nowhere/truststore.jks",
    });
    templates.declare("atomic-new", &broken);
    let said = cluster.run_any(&[&["apply", "--atomic", "--wait", "-f", templates.path()][..], &IN_TIME].concat());
    assert_eq!(said.code, 7, "{said:?}");
    assert_eq!(cluster.workers[0].config(&names[0]).unwrap(), before, "{said:?}");
    assert!(cluster.is_gone("atomic-new"), "{said:?}");
}

pub(crate) fn saved_plan(cluster: &mut Cluster) {
    let templates = cluster.templates();
    let names = templates.declare_many("agreed", 2);
    let file = cluster.files.path().join("agreed.plan").display().to_string();
    let plan = ["plan", "-f", templates.path(), "--out", &file];
    cluster.run(&plan, 0);
    let apply = [&["apply", "-f", templates.path(), "--plan", &file][..], &IN_TIME].concat();
    cluster.run(&apply, 0);
    cluster.all_run(&names);
    let before = cluster.written();
    cluster.run(&apply, 3);
    assert_eq!(cluster.written(), before, "the world has moved, and nothing is written");
}
