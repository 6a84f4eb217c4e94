//! Laws of the step where views lag behind, lists leave out and outcomes are unknown. Each was broken
//! once, and found by the simulation.

use super::*;

/// A step after another by hand: one call at a time, answered by the world, or by what is told here.
struct ByHand {
    world: World,
    state: State,
    now: Time,
    wake: Option<Time>,
}

impl ByHand {
    fn new(world: World, policy: Policy, specs: impl IntoIterator<Item = Arc<Spec>>) -> Self {
        Self { world, state: State::new(policy, specs), now: Time::ZERO, wake: None }
    }

    /// The next round, in which lists show and reads tell what `shown` makes of it.
    fn round(&mut self, shown: impl Fn(&Call) -> Option<Answer>) {
        self.now = self.wake.take().unwrap_or(self.now);
        let mut event = Event::Woken;
        loop {
            let (state, requests) = step(self.state.clone(), self.now, event);
            self.state = state;
            let mut call = None;
            for request in requests {
                match request {
                    Request::Call(next) => call = Some(next),
                    Request::Wake(at) => self.wake = Some(at),
                    Request::Tell(_) => {}
                }
            }
            let Some(call) = call else { return };
            let answer = shown(&call).map_or_else(|| self.world.answer(&call), Ok);
            event = Event::Answered(call, answer);
        }
    }

    /// Rounds until this time.
    fn until(&mut self, time: Duration, shown: impl Fn(&Call) -> Option<Answer>) {
        while self.state.ending.is_none() && self.wake.is_none_or(|wake| wake < time) {
            self.round(&shown);
        }
    }
}

/// Status topics lag: nothing is in the list.
fn an_empty_list(call: &Call) -> Option<Answer> {
    matches!(call, Call::Observe).then(|| Answer::Observed(Arc::default()))
}

#[test]
fn what_is_only_missing_from_the_list_is_not_taken_for_deleted() {
    for (fault, at_once, wait) in [(Class::Ambiguous, "read gone", 20), (Class::Rebalance, "read gone, DELETE gone", 1)]
    {
        let world = World::of(&[("gone", &[OURS], DesiredState::Running)]).fault("DELETE gone", fault);
        let policy = Policy { prune: Some(Prune::of_set("default")), ..apply(Goal::Written) };
        let mut run = ByHand::new(world, policy, []);
        run.round(|_| None);
        // The first attempt had no effect, whatever its sender was told.
        run.world = World::of(&[("gone", &[OURS], DesiredState::Running)]);
        run.round(an_empty_list);
        assert_eq!(run.world.log.join(", "), at_once, "{fault:?}");
        run.until(Duration::from_secs(wait), |_| None);
        assert_eq!((run.state.ending, run.world.told()), (Some(Ending::Settled), String::new()), "{fault:?}");
    }
}

#[test]
fn what_has_landed_is_not_done_again_for_a_view_that_lags() {
    let mode = Mode::Watch { interval: Duration::from_secs(5), restarts: RestartPolicy::Failed };
    let world = World::of(&[]).fault("PUT a", Class::Ambiguous);
    let policy = Policy::new(mode, Backoff::of_requests(0));
    let mut run = ByHand::new(world, policy, [spec("a", &[("n", "1")], None)]);
    let nothing = |call: &Call| match call {
        Call::ReadConfig(_) => Some(Answer::Config(None)),
        call => an_empty_list(call),
    };
    run.round(|_| None);
    run.round(|_| None);
    assert_eq!(run.state.members[0].effect, Some(Effect::Created));
    run.round(nothing);
    assert_eq!(run.world.writes(), "PUT a");
    run.until(Duration::from_secs(20), nothing);
    assert_eq!(run.world.writes(), "PUT a, PUT a");
}

#[test]
fn a_look_that_fails_does_not_shorten_the_wait_for_a_write_in_doubt() {
    let world = World::of(&[]).fault("PUT a", Class::Ambiguous).fault("read a", Class::NotConnect);
    let mut run = ByHand::new(world, apply(Goal::Written), [spec("a", &[("n", "1")], None)]);
    let reads = std::cell::Cell::new(0);
    // It has no effect for now; the second read by name fails.
    let lost = |call: &Call| {
        let is_read = matches!(call, Call::ReadConfig(_));
        reads.set(reads.get() + usize::from(is_read));
        let is_answered = is_read && reads.get() != 2;
        an_empty_list(call).or(is_answered.then_some(Answer::Config(None)))
    };
    run.until(Duration::from_secs(9), lost);
    assert_eq!(run.world.writes(), "PUT a");
    run.until(Duration::from_secs(30), lost);
    assert_eq!(run.world.writes(), "PUT a, PUT a");
}

#[test]
fn a_state_that_was_not_asked_for_is_asked_for_although_views_may_lag() {
    let world = World { version: "3.6.2", ..World::of(&[]) }.fault("a paused", Class::Rebalance);
    let mut run = ByHand::new(world, apply(Goal::Written), [spec("a", &[("n", "1")], Some(DesiredState::Paused))]);
    run.until(Duration::from_secs(2), |_| None);
    assert_eq!((run.state.ending, run.world.told().as_str()), (Some(Ending::Settled), "a n=1 paused"));
    assert_eq!(run.world.writes(), "PUT a, a paused, a paused");
}

#[test]
fn what_does_not_tell_its_state_yet_is_not_taken_for_being_in_it() {
    for on_error in [OnError::Stop, OnError::RollBack] {
        let world = World::of(&[("a", &[("n", "1")], DesiredState::Running)]);
        let policy = Policy { on_error, ..apply(Goal::Written) };
        let mut run = ByHand::new(world, policy, [spec("a", &[("n", "1")], Some(DesiredState::Stopped))]);
        run.until(Duration::from_secs(1), an_empty_list);
        assert_eq!((run.state.ending.clone(), run.world.writes()), (None, String::new()));
        run.until(Duration::from_secs(20), |_| None);
        assert_eq!((run.state.ending, run.world.told().as_str()), (Some(Ending::Settled), "a n=1 stopped"));
    }
}

#[test]
fn what_may_have_to_be_taken_back_is_not_changed_before_its_state_is_known() {
    for (on_error, writes) in [(OnError::Stop, "PUT a"), (OnError::RollBack, "")] {
        let world = World::of(&[("a", &[("n", "0")], DesiredState::Stopped)]);
        let policy = Policy { on_error, ..apply(Goal::Written) };
        let mut run = ByHand::new(world, policy, [spec("a", &[("n", "1")], Some(DesiredState::Stopped))]);
        run.round(an_empty_list);
        assert_eq!(run.world.writes(), writes);
    }
}

#[test]
fn a_wait_is_looked_at_more_and_more_rarely() {
    let world = World::of(&[]).fault("PUT a", Class::Ambiguous);
    let mut run = ByHand::new(world, apply(Goal::Written), [spec("a", &[("n", "1")], None)]);
    let lost = |call: &Call| match call {
        Call::ReadConfig(_) => Some(Answer::Config(None)),
        call => an_empty_list(call),
    };
    let mut rounds = 0;
    while run.world.writes() != "PUT a, PUT a" {
        run.round(lost);
        rounds += 1;
    }
    assert!(rounds < 10, "{rounds} looks in the ten seconds of a write in doubt");
}

#[test]
fn what_somebody_deletes_while_its_state_is_asked_for_is_looked_at_again() {
    for (state, before) in
        [(DesiredState::Paused, DesiredState::Running), (DesiredState::Running, DesiredState::Paused)]
    {
        let world = World::of(&[("a", &[("n", "1")], before)]).fault(&format!("a {state}"), Class::Missing);
        let mut run = ByHand::new(world, apply(Goal::Written), [spec("a", &[("n", "1")], Some(state))]);
        run.round(|_| None);
        assert_eq!(run.state.ending, None);
        run.world.connectors.clear();
        run.until(Duration::from_secs(20), |_| None);
        assert_eq!((run.state.ending, run.world.told()), (Some(Ending::Settled), format!("a n=1 {state}")));
    }
}

#[test]
fn what_is_taken_back_is_what_was_seen_last_before_it_was_touched() {
    let of = |password| World {
        version: "3.6.2",
        ..World::of(&[("a", &[("n", "0"), ("password", password)], DesiredState::Running)])
    };
    let world = of("old").fault("version", Class::Unreachable).fault("PUT b", Class::Invalid);
    let policy = Policy { on_error: OnError::RollBack, ..apply(Goal::Written) };
    let specs = [spec("a", &[("n", "1"), ("password", "new")], None), spec("b", &[("n", "1")], None)];
    let mut run = ByHand::new(world, policy, specs);
    // The first look is through a worker that masks, the next one through another that does not.
    let masked = Arc::new(of("••••").observe());
    run.round(|call| matches!(call, Call::Observe).then(|| Answer::Observed(masked.clone())));
    assert_eq!(run.world.writes(), "");
    run.until(Duration::from_mins(1), |_| None);
    assert!(matches!(run.state.ending, Some(Ending::RolledBack(_))), "{:?}", run.state.ending);
    assert_eq!(
        (run.world.told().as_str(), &*run.world.writes()),
        ("a n=0 password=old running", "PUT a, PUT b, PUT a")
    );
}
