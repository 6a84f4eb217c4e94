//! A fifth of all requests go wrong, in every way that passes: what was asked for is so in the end, or all
//! is as before and that is told.

use connect_imitation::{Setting, Target, Weather};

use crate::fixture::Place;

/// Runs a trial for each seed, all at once: most of the time they wait.
fn of_each_seed<T: Send>(seeds: u64, trial: impl Fn(u64) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..seeds)
            .map(|seed| {
                scope.spawn({
                    let trial = &trial;
                    move || trial(seed)
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

#[test]
fn in_foul_weather_offsets_are_changed_or_are_as_before() {
    let changed = of_each_seed(16, |seed| {
        let place = Place::with(Setting { weather: Weather::foul(seed, 0.2), ..Setting::default() }, &["a"]);
        let ran = place.run(&["offsets", "shift", "a", "--by", "-10", "--yes", "--timeout", "60s"]);
        place.connect.settle();
        let now = (place.offsets("a"), place.connect.target("a"));
        if ran.code == Some(0) {
            assert_eq!(now, ([Some(50), Some(60)], Some(Target::Running)), "seed {seed}: {ran:?}");
        } else {
            assert_eq!(now, ([Some(60), Some(70)], Some(Target::Running)), "seed {seed}: {ran:?}");
        }
        ran.code == Some(0)
    });
    let count = changed.iter().filter(|changed| **changed).count();
    assert!(count >= 14, "only {count} of 16 came to their end");
}

#[test]
fn in_foul_weather_a_state_is_reached() {
    of_each_seed(8, |seed| {
        let place = Place::with(Setting { weather: Weather::foul(seed, 0.2), ..Setting::default() }, &["a", "b", "c"]);
        place.run(&["stop", "-e", ".*", "--timeout", "60s"]).ends_with(0);
        place.connect.settle();
        for name in ["a", "b", "c"] {
            assert_eq!(place.connect.target(name), Some(Target::Stopped), "seed {seed}");
        }
        place.run(&["delete", "-e", ".*", "--yes", "--with-offsets", "--timeout", "60s"]).ends_with(0);
        place.connect.settle();
        assert_eq!(place.connect.names(), Vec::<String>::new(), "seed {seed}");
    });
}
