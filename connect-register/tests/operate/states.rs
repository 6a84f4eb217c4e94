use connect_imitation::{Setting, Target, Version};

use crate::fixture::Place;

#[test]
fn it_is_paused_resumed_and_stopped_and_waited_for() {
    let place = Place::of(&["a", "b"]);
    for (verb, target, word) in [
        ("pause", Target::Paused, "paused"),
        ("stop", Target::Stopped, "stopped"),
        ("resume", Target::Running, "running"),
    ] {
        let ran = place.run(&[verb, "a"]).ends_with(0);
        assert_eq!(ran.stdout, format!("CONNECTOR  RESULT\na          {word}\n"));
        assert_eq!(place.connect.target("a"), Some(target));
    }
    assert_eq!(place.connect.target("b"), Some(Target::Running), "it was not named");
    let both = place.run(&["pause", "-e", "[ab]", "-o", "json"]).ends_with(0).json();
    assert_eq!(both["connectors"].as_array().unwrap().len(), 2);
    assert_eq!(place.connect.target("b"), Some(Target::Paused));
}

#[test]
fn nothing_is_done_to_what_was_not_named_or_is_not_there() {
    let place = Place::of(&["a"]);
    place.connect.forget_tally();
    for verb in ["pause", "resume", "stop", "restart"] {
        let ran = place.run(&[verb]).ends_with(2);
        assert!(ran.stderr.contains("no connector was named"), "{}", ran.stderr);
        let ran = place.run(&[verb, "a", "nobody"]).ends_with(1);
        assert!(ran.stderr.contains("these connectors are not there:\n  - nobody"), "{}", ran.stderr);
    }
    assert_eq!(place.connect.tally().writes, 0);
}

#[test]
fn what_has_failed_is_restarted_and_the_rest_is_left_alone() {
    let place = Place::of(&["a", "b", "c"]);
    place.connect.fail("b", 1, "x.Y: down\n\tat z");
    let ran = place.run(&["restart", "--failed"]).ends_with(0);
    assert_eq!(ran.stdout, "CONNECTOR  RESULT\nb          restarted\n");
    assert_eq!(place.connect.tally().count("POST"), 1);
    assert_eq!(place.run(&["restart", "--failed"]).ends_with(0).stdout, "nothing to do\n");
    place.connect.fail("c", 0, "x.Y: down\n\tat z");
    place.run(&["restart", "c", "--tasks", "0"]).ends_with(0);
    assert_eq!(place.connect.tally().count("POST /connectors/c/tasks/0/restart"), 1);
    let ran = place.run(&["restart", "c", "--tasks", "0,9"]).ends_with(1);
    assert!(ran.stderr.contains("c has no task 9"), "{}", ran.stderr);
    assert_eq!(place.connect.tally().count("POST /connectors/c/tasks/"), 1);
}

#[test]
fn what_fails_again_is_told_with_its_cause() {
    let place = Place::of(&["a"]);
    place.connect.fail("a", 0, "x.Outer: task\n\tat z\nCaused by: x.Y: \u{1b}[2Jthe database is away\n\tat z");
    let ran = place.run(&["resume", "a"]).ends_with(7);
    assert!(ran.stderr.contains("a: unhealthy: task 0: x.Y: \u{fffd}[2Jthe database is away"), "{}", ran.stderr);
    assert!(ran.stderr.contains("`connect-register explain a`"), "{}", ran.stderr);
}

#[test]
fn it_is_deleted_after_a_yes_and_its_offsets_only_where_that_is_said() {
    let place = Place::of(&["a", "b"]);
    let ran = place.run(&["delete", "a"]).ends_with(2);
    assert!(ran.stderr.contains("nobody can be asked:\n  - a"), "{}", ran.stderr);
    place.run(&["delete", "a", "--yes"]).ends_with(0);
    assert_eq!((place.connect.names(), place.offsets("a")), (vec!["b".to_owned()], [Some(60), Some(70)]));
    place.run(&["delete", "b", "--yes", "--with-offsets"]).ends_with(0);
    assert_eq!((place.connect.names(), place.offsets("b")), (vec![], [None, None]));
    place.run(&["delete", "b", "--yes"]).ends_with(1);
    place.run(&["delete", "b", "--yes", "--ignore-not-found"]).ends_with(0);
}

#[test]
fn a_worker_that_is_too_old_is_told_so() {
    let place = Place::with(Setting { version: Version(3, 4), ..Setting::default() }, &["a"]);
    let ran = place.run(&["stop", "a"]).ends_with(1);
    assert!(ran.stderr.contains("is the worker new enough for this"), "{}", ran.stderr);
    let ran = place.run(&["offsets", "reset", "a", "--yes"]).ends_with(1);
    assert!(ran.stderr.contains("Kafka 3.4.0, which cannot change offsets"), "{}", ran.stderr);
    assert_eq!(place.connect.target("a"), Some(Target::Running));
}
