//! Laws of applies under which workers go away: in order, and by force. What is declared is there in
//! the end, whoever led when it was asked for.

use crate::cluster::{Cluster, until};

/// Enough that an apply is still under way when a worker goes.
const MANY: usize = 30;

pub(crate) fn rolling_restart(cluster: &mut Cluster) {
    let templates = cluster.templates();
    let names = templates.declare_many("rolled", MANY);
    let apply = ["apply", "-f", templates.path(), "--timeout", "10m", "-o", "json"];
    let running = cluster.start_at(0, &apply);
    cluster.restart(1);
    cluster.restart(0);
    cluster.ends_well(running);
    arrived(cluster, templates.path(), &names);
}

pub(crate) fn death_of_the_leader(cluster: &mut Cluster) {
    let templates = cluster.templates();
    let names = templates.declare_many("orphaned", MANY);
    let apply = ["apply", "-f", templates.path(), "--timeout", "10m", "-o", "json"];
    let leader = cluster.leader();
    let running = cluster.start_at(1 - leader, &apply);
    cluster.kill(leader);
    cluster.ends_well(running);
    arrived(cluster, templates.path(), &names);
}

fn arrived(cluster: &Cluster, templates: &str, names: &[String]) {
    for name in names {
        // A worker that has just begun reads what the others know.
        until(&format!("{name} to be there"), || {
            let is_there = cluster.workers.iter().map(|worker| worker.config(name).is_some()).collect::<Vec<_>>();
            if is_there == [true, true] { Ok(()) } else { Err(format!("{is_there:?}")) }
        });
    }
    for worker in [0, 1] {
        cluster.run_at(worker, &["plan", "-f", templates, "--fail-on-changes"], 0);
    }
    // Tasks that a dead worker had wait until it is back.
    cluster.all_run(&names[..5]);
}
