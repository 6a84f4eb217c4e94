//! The law of what has failed: it is explained, and once the cause is mended it is brought back, and
//! nothing else is touched.

use serde_json::json;

use super::stream::{Rows, Stream};
use crate::cluster::{Cluster, parsed, until};

pub(crate) fn explained_and_brought_back(cluster: &mut Cluster) {
    let well = Stream::new(cluster, "well", Rows::Counted);
    let ill = Stream::prepared(cluster, "ill", Rows::Counted);
    let name = &ill.name;
    ill.declare(&json!({}));
    let away = format!("ALTER TABLE {name} RENAME TO {name}_away");
    cluster.sql(&away);
    ill.apply();
    // Whichever task reads the only record fails, and leaves it to the other one.
    ill.put(1);
    until("both tasks to fail", || match &cluster.workers[0].states(name)[..] {
        [_, first, second] if first == "FAILED" && second == "FAILED" => Ok(()),
        states => Err(format!("{states:?}")),
    });
    for worker in [0, 1] {
        let told = || parsed(&cluster.run_at(worker, &["explain", "-o", "json"], 0));
        let explained = until("a worker to tell of it", || {
            let told = told();
            if told["causes"][0]["parts"].as_array().is_some_and(|parts| parts.len() == 2) {
                Ok(told)
            } else {
                Err(told.to_string())
            }
        });
        let cause = &explained["causes"][0];
        assert_eq!((&cause["connector"], &cause["parts"]), (&json!(name), &json!(["task 0", "task 1"])));
        assert_eq!(cause["failure"]["id"], "table-missing", "{explained:#}\n{:#}", ill.status());
    }
    cluster.run(&["status", name, "--fail-on-unhealthy"], 7);
    cluster.sql(&format!("ALTER TABLE {name}_away RENAME TO {name}"));
    let starts = |stream: &Stream<'_>, task: u32| {
        cluster.told(&format!("WorkerSinkTask{{id={}-{task}}} Sink task finished initialization", stream.name))
    };
    let all = || [starts(&ill, 0), starts(&ill, 1), starts(&well, 0), starts(&well, 1)];
    let before = all();
    let told = cluster.run(&["restart", "--failed", "--timeout", "5m"], 0);
    assert!(told.contains(name) && !told.contains(&well.name), "{told}");
    ill.runs();
    assert_eq!(all(), [before[0] + 1, before[1] + 1, before[2], before[3]]);
    ill.put(3);
    ill.was_read(|_| 1);
    assert_eq!(cluster.run(&["explain"], 0), "nothing has failed\n");
}
