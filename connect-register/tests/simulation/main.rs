//! The step against an in-memory Connect with virtual time and seeded faults: whatever fails, the
//! end is what is declared, and nothing is written that need not be.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod world;

use std::time::Duration;

use connect_register::reconcile::{Ending, Goal, Mode, RestartPolicy};
use world::{FAULTS, Scenario, World};

const SEEDS: u64 = 400;

fn apply() -> Mode {
    Mode::Apply { timeout: Duration::from_mins(30), goal: Goal::Running }
}

fn watch() -> Mode {
    Mode::Watch { interval: Duration::from_secs(30), restarts: RestartPolicy::Failed }
}

#[test]
fn an_apply_ends_with_what_is_declared_and_writes_no_more_than_it_must() {
    let mut hit = [0; FAULTS.len()];
    for seed in 0..SEEDS {
        let mut world = World::new(seed, Scenario { is_stale: seed % 2 == 0, ..Scenario::default() });
        let needed = world.to_be_written();
        let state = world.run(apply());
        assert_eq!(state.ending, Some(Ending::Settled), "seed {seed}\n{}", world.trace());
        world.assert_as_declared(seed);
        let allowed = needed + world.late;
        assert!(world.effects <= allowed, "seed {seed}: {} effects of {allowed}\n{}", world.effects, world.trace());
        world.count_faults(&mut hit);
    }
    for (fault, count) in FAULTS.iter().zip(hit) {
        assert!(count > 0, "{fault:?} never happened: the net has a hole");
    }
}

#[test]
fn once_converged_nothing_is_written() {
    for seed in 0..SEEDS / 4 {
        let mut world = World::new(seed, Scenario::default());
        world.run(apply());
        world.settle();
        let (effects, requests) = (world.effects, world.writes_sent);
        world.run(apply());
        assert_eq!((world.effects, world.writes_sent), (effects, requests), "seed {seed}\n{}", world.trace());
        world.run(watch());
        assert_eq!(world.effects, effects, "seed {seed}\n{}", world.trace());
    }
}

#[test]
fn an_apply_that_is_killed_at_any_request_is_finished_by_the_next_one() {
    for seed in 0..SEEDS / 2 {
        let mut world = World::new(seed, Scenario { dies_after: Some(1 + seed % 40), ..Scenario::default() });
        let needed = world.to_be_written();
        world.run(apply());
        let state = world.run(apply());
        assert_eq!(state.ending, Some(Ending::Settled), "seed {seed}\n{}", world.trace());
        world.assert_as_declared(seed);
        assert!(world.effects <= needed + world.late + 1, "seed {seed}\n{}", world.trace());
    }
}

#[test]
fn two_sidecars_agree_and_a_foreign_change_is_put_right() {
    for seed in 0..SEEDS / 4 {
        let mut world = World::new(seed, Scenario { meddles: true, ..Scenario::default() });
        world.run_together(&[watch(), watch()]);
        world.assert_as_declared(seed);
        let effects = world.effects;
        world.run_together(&[watch(), watch()]);
        assert_eq!(world.effects, effects, "seed {seed}: they fight\n{}", world.trace());
    }
}

#[test]
fn a_watch_brings_failed_tasks_back_and_restarts_nothing_that_runs() {
    for seed in 0..SEEDS / 4 {
        let mut world = World::new(seed, Scenario { tasks_fail: true, ..Scenario::default() });
        world.run(watch());
        assert!(world.all_run(), "seed {seed}\n{}", world.trace());
        assert_eq!(world.needless_restarts, 0, "seed {seed}\n{}", world.trace());
    }
}

#[test]
fn equal_seeds_give_equal_traces() {
    for seed in 0..20 {
        let trace = || {
            let mut world = World::new(seed, Scenario { is_stale: true, ..Scenario::default() });
            world.run(apply());
            world.trace()
        };
        assert_eq!(trace(), trace(), "seed {seed}");
    }
}
