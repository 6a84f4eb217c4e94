use connect_imitation::{Imitation, Setting, Weather};

use crate::fleet::Fleet;

#[test]
fn an_apply_of_what_is_there_takes_two_requests_at_most_and_no_write() {
    let fleet = Fleet::of(1_000, "first");
    let connect = Imitation::start(Setting::default()).unwrap();
    fleet.run(&connect, &["apply"]).ends_with(0).wrote_once_but_for_what_came_late(1_000);
    connect.forget_tally();
    let ran = fleet.run(&connect, &["apply", "-o", "json"]).ends_with(0);
    assert_eq!(ran.count("unchanged"), 1_000);
    assert!(ran.tally.requests <= 2 && ran.tally.writes == 0, "{:?}", ran.tally.by_request);
}

#[test]
fn a_changed_template_is_the_only_one_that_is_written_and_validated() {
    let fleet = Fleet::of(50, "first");
    let connect = Imitation::start(Setting::default()).unwrap();
    fleet.run(&connect, &["apply"]).ends_with(0);
    connect.forget_tally();
    fleet.declare(9, "second");
    let ran = fleet.run(&connect, &["apply", "-o", "json"]).ends_with(0);
    assert_eq!((ran.count("updated"), ran.count("unchanged")), (1, 49));
    assert_eq!((ran.tally.writes, ran.tally.effects), (1, 1));
    assert_eq!(ran.tally.count("PUT /connector-plugins/"), 1, "{:?}", ran.tally.by_request);
}

#[test]
fn in_foul_weather_updates_converge_and_what_is_as_declared_is_not_written() {
    let fleet = Fleet::of(120, "first");
    let connect = Imitation::start(Setting::default()).unwrap();
    fleet.run(&connect, &["apply"]).ends_with(0);
    connect.forget_tally();
    connect.set_weather(Weather::foul(6, 0.2));
    for number in 0..60 {
        fleet.declare(number, "second");
    }
    let ran = fleet.run(&connect, &["apply", "-o", "json"]).ends_with(0);
    assert_eq!((ran.count("updated"), ran.count("unchanged")), (60, 60), "{}", ran.stdout);
    ran.wrote_once_but_for_what_came_late(60);
    let touched: Vec<_> = ran.tally.effects_of.keys().filter(|name| name.as_str() >= "c-0060").collect();
    assert!(touched.is_empty(), "{touched:?}");

    connect.forget_tally();
    let ran = fleet.run(&connect, &["apply", "-o", "json"]).ends_with(0);
    assert_eq!((ran.count("unchanged"), ran.tally.writes), (120, 0), "{}", ran.stdout);
}

#[test]
fn a_plan_in_foul_weather_tells_what_there_is_to_do() {
    let fleet = Fleet::of(40, "first");
    let connect = Imitation::start(Setting::default()).unwrap();
    fleet.run(&connect, &["apply"]).ends_with(0);
    connect.set_weather(Weather::foul(8, 0.2));
    fleet.run(&connect, &["plan", "--fail-on-changes"]).ends_with(0);
    fleet.declare(3, "second");
    fleet.run(&connect, &["plan", "--fail-on-changes"]).ends_with(3);
}
