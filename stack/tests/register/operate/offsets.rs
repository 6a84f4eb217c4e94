//! Laws of `offsets`: the rows tell that exactly what was asked for was read again, and the connector is
//! in the state that it was in.

use std::collections::BTreeMap;
use std::fs;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::stream::{Rows, Stream, by_partition};
use crate::cluster::{Cluster, parsed};

/// A stream whose offsets are changed, now through one worker and then through the other.
struct Moved<'a> {
    cluster: &'a Cluster,
    stream: Stream<'a>,
    changes: usize,
}

impl<'a> Moved<'a> {
    fn new(cluster: &'a Cluster, law: &str, records: u32) -> Self {
        let stream = Stream::new(cluster, law, Rows::Counted);
        stream.put(records);
        stream.was_read(|_| 1);
        Self { cluster, stream, changes: 0 }
    }

    fn file(&self, name: &str) -> String {
        self.cluster.files.path().join(format!("{}-{name}", self.stream.name)).display().to_string()
    }

    /// Changes offsets: first only tells, and nothing is changed, then does.
    fn change(&mut self, args: &[&str]) -> Value {
        let cluster = self.cluster;
        self.changes += 1;
        let backup = self.file(&format!("{}.json", self.changes));
        let all = [&["offsets"], args, &["--timeout", "5m", "-o", "json", "--backup", &backup]].concat();
        let before =
            (cluster.written(), cluster.workers.iter().map(|w| w.states(&self.stream.name)).collect::<Vec<_>>());
        let dry = parsed(&cluster.run_at(self.changes % 2, &[&all[..], &["--dry-run"]].concat(), 0));
        assert_eq!(dry["dry_run"], true, "{dry:#}");
        let after =
            (cluster.written(), cluster.workers.iter().map(|w| w.states(&self.stream.name)).collect::<Vec<_>>());
        assert_eq!(after, before, "what is only told is not done");
        assert!(!fs::exists(&backup).unwrap());
        let changed = parsed(&cluster.run_at(self.changes % 2, &[&all[..], &["--yes"]].concat(), 0));
        assert_eq!((&changed["result"], &changed["backup"]), (&json!("changed"), &json!(backup)), "{changed:#}");
        changed
    }

    fn ask(&self, verb: &str) {
        self.cluster.run(&[verb, &self.stream.name, "--timeout", "5m"], 0);
    }
}

pub(crate) fn set_shift_reset(cluster: &mut Cluster) {
    let mut moved = Moved::new(cluster, "moved", 20);
    let name = moved.stream.name.clone();
    let mut read: BTreeMap<u32, u64> = (0..20).map(|number| (number, 1)).collect();
    let mut again = |is_read: fn(u32) -> bool| {
        read.iter_mut().filter(|(number, _)| is_read(**number)).for_each(|(_, times)| *times += 1);
        read.clone()
    };

    // It runs, and runs again: offset 4 of the first partition is record 8.
    let set = moved.change(&["set", &name, &format!("{name}:0=4")]);
    let rows = json!([{
        "partition": {"kafka_topic": name, "kafka_partition": 0},
        "before": {"kafka_offset": 10}, "after": {"kafka_offset": 4}, "records": -6,
    }]);
    assert_eq!(set["partitions"], rows);
    moved.stream.runs();
    let times = again(|number| number % 2 == 0 && number >= 8);
    moved.stream.was_read(|number| times[&number]);

    // It is paused, and paused again, with its tasks to come when it is resumed: three records of each partition.
    moved.ask("pause");
    moved.change(&["shift", &name, "--by", "-3"]);
    moved.stream.is(&["PAUSED"]);
    assert_eq!(moved.stream.landed(), times);
    moved.ask("resume");
    let times = again(|number| number >= 14);
    moved.stream.was_read(|number| times[&number]);

    // It is stopped, and stopped again: all of the second partition.
    moved.ask("stop");
    moved.change(&["reset", &name, "--topic", &format!("{name}:1")]);
    moved.stream.is(&["STOPPED"]);
    assert_eq!(moved.stream.offsets(), BTreeMap::from([(0, 10)]));
    moved.ask("resume");
    let times = again(|number| number % 2 == 1);
    moved.stream.was_read(|number| times[&number]);

    // What the topic does not hold is refused, and nothing is touched.
    let before = cluster.written();
    let refused = cluster.run_any(&["offsets", "set", &name, &format!("{name}:0=11"), "--yes"]);
    assert_eq!((refused.code, cluster.written()), (4, before), "{refused:?}");
    moved.ask("stop");
    assert_eq!((moved.stream.offsets(), moved.stream.landed()), (moved.stream.ends(), times));
}

pub(crate) fn moments_and_files(cluster: &mut Cluster) {
    let mut moved = Moved::new(cluster, "timed", 10);
    let name = moved.stream.name.clone();
    let moment = Timestamp::now().to_string();
    moved.stream.put(6);
    moved.stream.was_read(|_| 1);
    moved.change(&["to-datetime", &name, &moment]);
    moved.stream.runs();
    moved.stream.was_read(|number| if number < 10 { 1 } else { 2 });

    // Kept as a file, and brought back from it.
    moved.ask("stop");
    let file = moved.file("exported.json");
    fs::write(&file, cluster.run(&["offsets", "export", &name], 0)).unwrap();
    let kept: Value = parsed(&fs::read_to_string(&file).unwrap());
    let wanted = (moved.stream.offsets(), &json!("stopped"));
    assert_eq!((by_partition(&kept["offsets"]), &kept["state"]), wanted, "{kept:#}");
    moved.stream.put(4);
    moved.ask("resume");
    let once = |number| if (10..16).contains(&number) { 2 } else { 1 };
    moved.stream.was_read(once);
    moved.change(&["import", &file]);
    moved.stream.runs();
    moved.stream.was_read(|number| if number < 10 { 1 } else { 2 });

    // Left stopped at the beginning, and taken back with the file that was kept before: nothing is read.
    let all = moved.change(&["set", &name, &format!("{name}=earliest"), "--stay-stopped"]);
    moved.stream.is(&["STOPPED"]);
    assert_eq!(moved.stream.offsets(), BTreeMap::from([(0, 0), (1, 0)]));
    let lags: Vec<_> = cluster.json(&["offsets", "get", &name])["connectors"][0]["offsets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["lag"].clone())
        .collect();
    assert_eq!(lags, [json!(10), json!(10)]);
    moved.change(&["import", all["backup"].as_str().unwrap(), "--resume"]);
    moved.stream.runs();
    moved.ask("stop");
    assert_eq!(moved.stream.offsets(), moved.stream.ends());
    moved.stream.was_read(|number| if number < 10 { 1 } else { 2 });
}
