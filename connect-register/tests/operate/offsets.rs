use std::fs;

use connect_imitation::{Target, Weather};
use serde_json::json;

use crate::fixture::Place;

#[test]
fn they_are_changed_in_one_transaction_and_kept_before() {
    let place = Place::of(&["a"]);
    let ran = place.run(&["offsets", "shift", "a", "--by", "-10", "--yes"]).ends_with(0);
    assert_eq!((place.offsets("a"), place.connect.target("a")), ([Some(50), Some(60)], Some(Target::Running)));
    let files = place.files();
    assert_eq!(files.len(), 1, "{files:?}");
    let kept = fs::read_to_string(place.folder.path().join(&files[0])).unwrap();
    assert!(kept.contains("\"kafka_offset\": 60") && kept.contains("\"state\": \"running\""), "{kept}");
    let table = ran.stdout.replace(&files[0], "FILE");
    insta::assert_snapshot!(table, @"
    PARTITION  BEFORE  AFTER  RECORDS
    t:0        60      50     -10
    t:1        70      60     -10

    kept before: ./FILE
    ");
    // And it leads back.
    place.run(&["offsets", "import", &files[0], "--yes"]).ends_with(0);
    assert_eq!(place.offsets("a"), [Some(60), Some(70)]);
}

#[test]
fn every_kind_of_change_does_what_it_says() {
    let place = Place::of(&["a"]);
    let table: [(&[&str], [Option<i64>; 2]); 6] = [
        (&["set", "a", "t:0=5"], [Some(5), Some(70)]),
        (
            &[
                "set",
                "a",
                "--partition",
                r#"{"kafka_topic":"t","kafka_partition":1}"#,
                "--offset",
                r#"{"kafka_offset":7}"#,
            ],
            [Some(5), Some(7)],
        ),
        (&["reset", "a", "--topic", "t:1"], [Some(5), None]),
        (&["shift", "a", "--by", "3", "--topic", "t"], [Some(8), None]),
        (&["shift", "a", "--by", "-100"], [Some(0), None]),
        (&["reset", "a"], [None, None]),
    ];
    for (change, expected) in table {
        place.run(&[&["offsets"], change, &["--yes"]].concat()).ends_with(0);
        assert_eq!((place.offsets("a"), place.connect.target("a")), (expected, Some(Target::Running)), "{change:?}");
    }
}

#[test]
fn whether_there_is_nothing_to_change_is_known_of_what_is_stopped() {
    let place = Place::of(&["a"]);
    let set = || place.run(&["offsets", "set", "a", "t:0=60", "--yes"]).ends_with(0).stdout;
    // What it has read since it committed is told once it is stopped.
    assert!(set().starts_with("a: there is nothing to change\n"));
    assert_eq!(place.connect.tally().count("PUT /connectors/a/stop"), 1);
    assert_eq!((place.offsets("a"), place.connect.target("a")), ([Some(60), Some(70)], Some(Target::Running)));
    place.run(&["stop", "a"]).ends_with(0);
    let (written, files) = (place.connect.tally().writes, place.files());
    assert_eq!(set(), "a: there is nothing to change\n");
    assert_eq!((place.connect.tally().writes, place.files()), (written, files));
}

#[test]
fn a_dry_run_and_a_mistake_change_nothing() {
    let place = Place::of(&["a"]);
    let ran = place.run(&["offsets", "shift", "a", "--by", "-10", "--dry-run", "-o", "json"]).ends_with(0).json();
    assert_eq!((&ran["result"], &ran["partitions"][0]["records"]), (&json!("would change"), &json!(-10)));
    for (args, code, says) in [
        (vec!["shift", "a", "--by", "-10"], 2, "nobody can be asked"),
        (vec!["set", "a", "t:0=x"], 2, "`x` is no offset"),
        (vec!["set", "nobody", "t:0=1"], 1, "there is no connector nobody"),
        (
            vec!["reset", "a", "--topic", "u", "--topic", "t:9", "--yes"],
            4,
            "no offset of u\n  - the connector has no offset of t:9",
        ),
        (vec!["import", "absent.json"], 4, "absent.json cannot be used"),
        (vec!["import", "/dev/null", "--connector", "a"], 4, "no regular file"),
    ] {
        let ran = place.run(&[vec!["offsets"], args].concat()).ends_with(code);
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
    assert_eq!((place.connect.tally().writes, place.files()), (0, vec![]));
}

#[test]
fn what_was_exported_comes_back_also_to_another_connector() {
    let place = Place::of(&["a", "b"]);
    let exported = place.run(&["offsets", "export", "a"]).ends_with(0).stdout;
    fs::write(place.folder.path().join("a.json"), &exported).unwrap();
    place.connect.set_offset("b", "t", 0, 1);
    place.run(&["offsets", "import", "a.json", "--connector", "b", "--yes", "--stay-stopped"]).ends_with(0);
    assert_eq!((place.offsets("b"), place.connect.target("b")), ([Some(60), Some(70)], Some(Target::Stopped)));
    // What Connect itself answers is taken too.
    let bare =
        json!({"offsets": [{"partition": {"kafka_topic": "t", "kafka_partition": 0}, "offset": {"kafka_offset": 2}}]});
    fs::write(place.folder.path().join("bare.json"), bare.to_string()).unwrap();
    let ran = place.run(&["offsets", "import", "bare.json", "--yes"]).ends_with(2);
    assert!(ran.stderr.contains("does not say which connector it is of"), "{}", ran.stderr);
    place.run(&["offsets", "import", "bare.json", "--connector", "b", "--yes"]).ends_with(0);
    assert_eq!(place.offsets("b"), [Some(2), None]);
    let foreign = exported.replace("\"cluster\": \"imitation\"", "\"cluster\": \"another\"");
    fs::write(place.folder.path().join("foreign.json"), foreign).unwrap();
    let ran = place.run(&["offsets", "import", "foreign.json", "--yes"]).ends_with(4);
    assert!(ran.stderr.contains("is of Kafka cluster another, and this one is imitation"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_changed_is_as_before() {
    let place = Place::of(&["a"]);
    place.connect.set_weather(Weather { fatal: vec!["a".to_owned()], ..Weather::calm() });
    let ran = place.run(&["offsets", "shift", "a", "--by", "-10", "--yes"]);
    assert!(matches!(ran.code, Some(1)), "{ran:?}");
    place.connect.set_weather(Weather::calm());
    assert_eq!((place.offsets("a"), place.connect.target("a")), ([Some(60), Some(70)], Some(Target::Running)));
}

#[test]
fn a_change_that_was_killed_is_known_and_taken_back() {
    let place = Place::of(&["a"]);
    // As a process leaves it that was killed after it had stopped and shifted the connector.
    place.connect.ask("a", Target::Stopped);
    place.connect.set_offset("a", "t", 0, 50);
    let exported = kept_file(60);
    fs::write(place.folder.path().join("a.offsets.20260131T080000000Z.unfinished.json"), exported).unwrap();
    let ran = place.run(&["offsets", "shift", "a", "--by", "-10", "--yes"]).ends_with(3);
    assert!(
        ran.stderr.contains("did not come to its end:\n  - ./a.offsets.20260131T080000000Z.unfinished.json"),
        "{}",
        ran.stderr
    );
    assert_eq!(place.offsets("a")[0], Some(50));
    place.run(&["offsets", "import", "a.offsets.20260131T080000000Z.unfinished.json", "--yes"]).ends_with(0);
    assert_eq!((place.offsets("a"), place.connect.target("a")), ([Some(60), Some(70)], Some(Target::Running)));
    assert!(place.files().iter().all(|file| !file.contains("unfinished")), "{:?}", place.files());
}

#[test]
fn a_change_that_was_killed_is_known_by_what_its_file_says() {
    let place = Place::of(&["a", "b"]);
    fs::write(place.folder.path().join("before.unfinished.json"), kept_file(60)).unwrap();
    let shift = |name| place.run(&["offsets", "shift", name, "--by", "-10", "--yes", "--backup", "after.json"]);
    let ran = shift("a").ends_with(3);
    assert!(ran.stderr.contains("did not come to its end:\n  - ./before.unfinished.json"), "{}", ran.stderr);
    shift("b").ends_with(0);
    // It is not written over by one of another connector.
    let ran = place.run(&["offsets", "shift", "b", "--by", "-10", "--yes", "--backup", "before.json"]).ends_with(1);
    assert!(ran.stderr.contains("before.json: File exists"), "{}", ran.stderr);
    assert_eq!((place.offsets("a")[0], place.offsets("b")[0]), (Some(60), Some(50)));
}

/// A file as a change keeps it, with this offset of partition 0.
fn kept_file(offset: i64) -> String {
    let entry = |partition: i32, offset: i64| json!({"partition": {"kafka_topic": "t", "kafka_partition": partition}, "offset": {"kafka_offset": offset}});
    json!({
        "schema_version": 1, "kind": "connect-register.offsets", "connector": "a", "cluster": "imitation",
        "state": "running", "before": "shift by -10", "offsets": [entry(0, offset), entry(1, 70)],
    })
    .to_string()
}
