use connect_imitation::{Imitation, Setting, Target, Version, Weather};
use serde_json::json;

use crate::fixture::{Place, Ran};

/// A cluster to move from, and one to move to.
struct Two {
    from: Place,
    to: Place,
}

impl Two {
    fn new(setting: Setting) -> Self {
        Self { from: Place::of(&["a"]), to: Place::with(setting, &[]) }
    }

    fn migrate(&self, more: &[&str]) -> Ran {
        let url = self.to.connect.url();
        self.from.run(&[&["migrate", "a", "--to", &url], more].concat())
    }
}

fn offsets(connect: &Imitation) -> [Option<i64>; 2] {
    [0, 1].map(|partition| connect.offset("a", "t", partition))
}

#[test]
fn it_is_there_with_its_offsets_and_stopped_at_the_source() {
    let two = Two::new(Setting::default());
    let dry = two.migrate(&["--dry-run"]).ends_with(0);
    assert!(dry.stdout.starts_with("a: would move from http://"), "{}", dry.stdout);
    assert_eq!((two.to.connect.names(), two.from.connect.target("a")), (vec![], Some(Target::Running)));
    two.migrate(&[]).ends_with(2);
    let ran = two.migrate(&["--yes"]).ends_with(0);
    assert!(ran.stdout.contains("running; at the source it is stopped\n  t:0 at 60\n  t:1 at 70\n"), "{}", ran.stdout);
    assert_eq!((offsets(&two.to.connect), two.to.connect.target("a")), ([Some(60), Some(70)], Some(Target::Running)));
    assert_eq!(two.from.connect.target("a"), Some(Target::Stopped));
    assert_eq!(two.to.connect.config("a").unwrap()["password"], "canary-hush");
    let ran = two.migrate(&["--yes"]).ends_with(4);
    assert!(ran.stderr.contains("there is a connector of that name at"), "{}", ran.stderr);
}

#[test]
fn the_same_command_goes_on_where_it_was_killed() {
    let two = Two::new(Setting::default());
    // As a process leaves it that was killed after it had stopped the connector and kept its offsets.
    two.from.connect.ask("a", Target::Stopped);
    let entry = |partition: i32, offset: i64| json!({"partition": {"kafka_topic": "t", "kafka_partition": partition}, "offset": {"kafka_offset": offset}});
    let kept = json!({
        "schema_version": 1, "kind": "connect-register.offsets", "connector": "a", "cluster": "imitation",
        "state": "running", "final": true, "before": "migrate to imitation", "offsets": [entry(0, 60), entry(1, 70)],
    });
    std::fs::write(two.from.folder.path().join("mine.unfinished.json"), kept.to_string()).unwrap();
    two.migrate(&["--yes", "--backup", "mine.json"]).ends_with(0);
    assert_eq!((offsets(&two.to.connect), two.to.connect.target("a")), ([Some(60), Some(70)], Some(Target::Running)));
    assert_eq!((two.from.connect.target("a"), two.from.files()), (Some(Target::Stopped), vec!["mine.json".to_owned()]));
}

#[test]
fn the_source_is_deleted_where_that_is_said() {
    let two = Two::new(Setting::default());
    two.from.connect.ask("a", Target::Paused);
    two.migrate(&["--yes", "--delete-source"]).ends_with(0);
    assert_eq!((two.from.connect.names(), two.to.connect.target("a")), (vec![], Some(Target::Paused)));
}

#[test]
fn what_cannot_be_made_there_goes_on_here() {
    let two = Two::new(Setting::default());
    two.to.connect.set_weather(Weather { fatal: vec!["a".to_owned()], ..Weather::calm() });
    let ran = two.migrate(&["--yes"]).ends_with(1);
    assert!(ran.stderr.contains("a was not moved, and goes on as before"), "{}", ran.stderr);
    two.to.connect.set_weather(Weather::calm());
    assert_eq!((two.to.connect.names(), two.from.connect.target("a")), (vec![], Some(Target::Running)));
    assert_eq!(two.from.offsets("a"), [Some(60), Some(70)]);
}

#[test]
fn what_speaks_against_it_is_told_at_once_and_nothing_is_done() {
    let two = Two::new(Setting { version: Version(3, 6), ..Setting::default() });
    let ran = two.migrate(&["--yes"]).ends_with(4);
    assert!(ran.stderr.contains("making a connector stopped takes Kafka 3.7"), "{}", ran.stderr);
    let masking = Two { from: Place::with(Setting { masks: true, ..Setting::default() }, &["a"]), to: Place::of(&[]) };
    let ran = masking.migrate(&["--yes"]).ends_with(4);
    assert!(
        ran.stderr.contains("the worker masks keys of a, so that they cannot be moved:\n  - password"),
        "{}",
        ran.stderr
    );
    assert_eq!(two.from.connect.tally().writes + masking.from.connect.tally().writes, 0);
}
