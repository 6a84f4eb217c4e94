use connect_imitation::{Imitation, SINK, Setting, Target, Weather};

use crate::fleet::{Fleet, name, told};

/// A connector that somebody else made by hand.
fn by_hand(connect: &Imitation, name: &str) {
    connect.seed(name, [("connector.class".to_owned(), SINK.to_owned())].into());
}

#[test]
fn in_foul_weather_prune_deletes_what_is_declared_no_more_and_nobody_elses() {
    let (fleet, smaller) = (Fleet::of(60, "first"), Fleet::of(20, "first"));
    let connect = Imitation::start(Setting::default()).unwrap();
    fleet.run(&connect, &["apply"]).ends_with(0);
    by_hand(&connect, "by-hand");
    connect.forget_tally();
    connect.set_weather(Weather::foul(10, 0.2));
    let ran = smaller.run(&connect, &["apply", "--prune", "--yes", "--parallel", "4", "-o", "json"]).ends_with(0);
    let left: Vec<String> = std::iter::once("by-hand".to_owned()).chain((0..20).map(name)).collect();
    connect.settle();
    assert_eq!(connect.names(), left, "{}", told(&ran.tally));
    assert_eq!((ran.tally.effects, ran.count("deleted")), (0, 40), "{}", ran.stdout);
}

#[test]
fn in_foul_weather_a_set_of_which_one_is_refused_is_as_it_was_before() {
    let fleet = Fleet::of(12, "first");
    let connect = Imitation::start(Setting::default()).unwrap();
    fleet.run(&connect, &["apply"]).ends_with(0);
    connect.forget_tally();
    connect.set_weather(Weather { fatal: vec![name(11)], ..Weather::foul(11, 0.2) });
    for number in 0..12 {
        fleet.declare(number, "second");
    }
    let ran = fleet.run(&connect, &["apply", "--atomic", "-o", "json"]).ends_with(4);
    assert!(ran.stderr.contains("c-0011") && ran.stderr.contains("as it was before"), "{}", ran.stderr);
    fleet.is_there(&connect, "first");
}

#[test]
fn a_plan_that_was_saved_is_applied_in_foul_weather_and_refused_once_the_world_has_moved() {
    let fleet = Fleet::of(25, "first");
    let connect = Imitation::start(Setting { weather: Weather::foul(12, 0.2), ..Setting::default() }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.plan");
    let file = file.to_str().unwrap();
    fleet.run(&connect, &["plan", "--out", file]).ends_with(0);
    fleet.run(&connect, &["apply", "--plan", file]).ends_with(0);
    fleet.is_there(&connect, "first");
    fleet.declare(3, "second");
    fleet.run(&connect, &["plan", "--out", file]).ends_with(0);
    by_hand(&connect, &name(3));
    connect.forget_tally();
    let ran = fleet.run(&connect, &["apply", "--plan", file]).ends_with(3);
    assert_eq!(ran.tally.writes, 0, "{}", ran.stderr);
}

#[test]
fn nobodys_pause_is_undone() {
    let fleet = Fleet::of(10, "first");
    let connect = Imitation::start(Setting { weather: Weather::foul(13, 0.2), ..Setting::default() }).unwrap();
    fleet.run(&connect, &["apply"]).ends_with(0);
    connect.ask(&name(4), Target::Paused);
    connect.ask(&name(5), Target::Stopped);
    connect.forget_tally();
    let ran = fleet.run(&connect, &["apply"]).ends_with(0);
    assert_eq!(ran.tally.writes, 0, "{}", told(&ran.tally));
    let states = [4, 5, 6].map(|number| connect.target(&name(number)));
    assert_eq!(states, [Some(Target::Paused), Some(Target::Stopped), Some(Target::Running)]);
}
