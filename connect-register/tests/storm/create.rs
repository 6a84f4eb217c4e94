use connect_imitation::{Imitation, Setting, Weather, Wrong};

use crate::fleet::{Fleet, Ran, name, told};

#[test]
fn a_thousand_creates_converge_while_a_fifth_of_all_requests_go_wrong() {
    let fleet = Fleet::of(1_000, "first");
    let connect = Imitation::start(Setting { weather: Weather::foul(1, 0.2), ..Setting::default() }).unwrap();
    let ran = fleet.run(&connect, &["apply", "--parallel", "8", "-o", "json"]).ends_with(0);
    fleet.is_there(&connect, "first");
    assert_eq!(ran.count("created") + ran.count("updated"), 1_000, "{}", ran.stdout);
    ran.wrote_once_but_for_what_came_late(1_000);
    for kind in Wrong::PASSING {
        assert!(ran.tally.wrong.contains_key(&kind), "no request met {kind:?}: {}", told(&ran.tally));
    }
    assert!(ran.tally.faults() * 100 >= ran.tally.requests * 18, "{}", told(&ran.tally));
}

#[test]
fn where_no_effect_comes_late_nothing_is_written_twice() {
    let fleet = Fleet::of(150, "first");
    let kinds = Wrong::PASSING.into_iter().filter(|kind| *kind != Wrong::TimedOutLate).collect();
    let weather = Weather { kinds, ..Weather::foul(2, 0.2) };
    let connect = Imitation::start(Setting { weather, ..Setting::default() }).unwrap();
    let ran = fleet.run(&connect, &["apply"]).ends_with(0);
    fleet.is_there(&connect, "first");
    assert_eq!(ran.tally.late, 0);
    let twice: Vec<_> = ran.tally.effects_of.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}\n{}", ran.stderr);
    assert!(ran.tally.ambiguous > 0, "the net would have no hole: {}", told(&ran.tally));
}

#[test]
fn a_connector_whose_writes_end_in_a_500_that_does_not_pass_is_named_and_the_others_are_there() {
    let fleet = Fleet::of(30, "first");
    let weather = Weather { fatal: vec![name(7)], ..Weather::foul(3, 0.2) };
    let connect = Imitation::start(Setting { weather, ..Setting::default() }).unwrap();
    let ran = fleet.run(&connect, &["apply", "--continue-on-error", "-o", "json"]).ends_with(6);
    assert_eq!((ran.count("rejected"), connect.names().len()), (1, 29), "{}", ran.stdout);
    assert!(ran.stderr.contains("c-0007") && ran.stderr.contains("NullPointerException"), "{}", ran.stderr);
}

#[test]
fn whoever_is_killed_in_the_middle_is_followed_by_one_that_writes_only_what_is_left() {
    let fleet = Fleet::of(120, "first");
    let connect = Imitation::start(Setting { weather: Weather::foul(4, 0.2), ..Setting::default() }).unwrap();
    let mut first = fleet.start(&connect, &["apply"]);
    while connect.names().len() < 40 {
        assert!(first.try_wait().unwrap().is_none(), "it should still be at it");
        std::thread::yield_now();
    }
    first.kill().unwrap();
    first.wait().unwrap();
    let ran = fleet.run(&connect, &["apply"]).ends_with(0);
    fleet.is_there(&connect, "first");
    // What was under way when it was killed is one more outcome that nobody was told.
    let extra = ran.tally.effects - 120;
    assert!(extra <= ran.tally.late + 1, "{extra} extra: {}", told(&ran.tally));
}

#[test]
fn two_at_once_get_there_too() {
    let fleet = Fleet::of(60, "first");
    let connect = Imitation::start(Setting { weather: Weather::foul(5, 0.2), ..Setting::default() }).unwrap();
    let runs = [(); 2].map(|()| fleet.start(&connect, &["apply"]));
    for run in runs {
        Ran::of(run.wait_with_output().unwrap(), &connect).ends_with(0);
    }
    fleet.is_there(&connect, "first");
    let tally = connect.tally();
    // Each may write what the other has written a moment ago, and no more than that.
    assert!(tally.effects <= 2 * 60 + tally.late, "{}", told(&tally));
    fleet.run(&connect, &["plan", "--fail-on-changes"]).ends_with(0);
}
