//! Laws of the step, against a worker in memory that answers at once, or as it is told to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::*;

use crate::core::{
    Applied, Backoff, ConnectorStatus, DesiredState, Entry, Fingerprint, IgnoredKeys, Prune, Spec, State as TaskState,
    TaskStatus, Value,
};
use crate::reconcile::{Cause, Effect, Goal, Policy, Rejection, WorkerInfo};

#[path = "lag_tests.rs"]
mod lag;

/// A connector: name, configuration, and the state it was asked to be in.
type Told<'a> = (&'a str, &'a [(&'a str, &'a str)], DesiredState);

/// A worker in memory.
#[derive(Default)]
struct World {
    connectors: BTreeMap<ConnectorName, (ObservedConfig, DesiredState)>,
    /// Connectors whose tasks fail whenever they have this configuration.
    fails_with: Option<(String, String)>,
    version: &'static str,
    /// What goes wrong with a call, once each.
    faults: BTreeMap<String, VecDeque<Class>>,
    /// Whether a fifth of all calls fail, and three in a row now and then.
    is_busy: bool,
    log: Vec<String>,
    most_under_way: usize,
}

impl World {
    fn of(connectors: &[Told<'_>]) -> Self {
        let one = |(name, pairs, state): &Told<'_>| {
            let config = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            (ConnectorName::reported(*name), (config, *state))
        };
        Self { connectors: connectors.iter().map(one).collect(), version: "4.0.0", ..Self::default() }
    }

    fn fault(mut self, call: &str, class: Class) -> Self {
        self.faults.entry(call.to_owned()).or_default().push_back(class);
        self
    }

    /// Runs to the end, or until nothing but waiting for the next round of a watch is left.
    fn run(&mut self, state: State) -> State {
        let (mut state, mut now, mut event) = (state, Time::ZERO, Event::Begin);
        let mut under_way: VecDeque<Call> = VecDeque::new();
        let is_watch = matches!(state.policy.mode, Mode::Watch { .. });
        loop {
            let (after, requests) = step(state, now, event);
            state = after;
            let mut wake = None;
            for request in requests {
                match request {
                    Request::Tell(_) => {}
                    Request::Call(call) => under_way.push_back(call),
                    Request::Wake(at) => wake = Some(at),
                }
            }
            self.most_under_way = self.most_under_way.max(under_way.len());
            event = match (under_way.pop_front(), wake) {
                (Some(call), _) => {
                    now += Duration::from_millis(10);
                    let answer = self.answer(&call);
                    Event::Answered(call, answer)
                }
                (None, Some(at)) if !is_watch => {
                    now = at;
                    Event::Woken
                }
                (None, _) => return state,
            };
        }
    }

    fn answer(&mut self, call: &Call) -> Result<Answer, Fault> {
        let label = label(call);
        self.log.push(label.clone());
        let count = self.log.len();
        let is_refused = self.is_busy && (count.is_multiple_of(5) || count % 40 < 3);
        let fault = self.faults.get_mut(&label).and_then(VecDeque::pop_front);
        let fault = fault.or(is_refused.then_some(Class::Rebalance));
        if let Some(class) = fault {
            // A request whose outcome is unknown has had its effect here.
            if class == Class::Ambiguous {
                self.done(call);
            }
            return Err(Fault { class, request: label, status: None, message: "told to".to_owned() });
        }
        Ok(self.done(call))
    }

    fn done(&mut self, call: &Call) -> Answer {
        match call {
            Call::Observe => Answer::Observed(Arc::new(self.observe())),
            Call::Worker => Answer::Worker(WorkerInfo { version: self.version.to_owned(), cluster: None }),
            Call::ReadConfig(name) => Answer::Config(self.connectors.get(name).map(|(config, _)| config.clone())),
            Call::Inspect(_) => Answer::Inspected(Vec::new()),
            Call::Restart(..) => Answer::Restarted,
            Call::Write(name, write) => self.write(name, write),
        }
    }

    fn write(&mut self, name: &ConnectorName, write: &Write) -> Answer {
        let before = self.connectors.get(name).map(|(_, state)| *state);
        let effect = if before.is_some() { Effect::Updated } else { Effect::Created };
        let (config, state) = match write {
            Write::Put(payload) => (payload.expose().clone(), before.unwrap_or(DesiredState::Running)),
            Write::Create(payload, state) => (payload.expose().clone(), *state),
            Write::Patch(patch) => {
                let mut config = self.connectors[name].0.clone();
                for (key, value) in patch.expose() {
                    match value {
                        Some(value) => config.insert(key.clone(), value.clone()),
                        None => config.remove(key),
                    };
                }
                (config, before.unwrap())
            }
            Write::State(state) => {
                self.connectors.get_mut(name).unwrap().1 = *state;
                return Answer::StateAsked;
            }
            Write::Delete => {
                self.connectors.remove(name);
                return Answer::Written(Effect::Deleted);
            }
        };
        self.connectors.insert(name.clone(), (config, state));
        Answer::Written(effect)
    }

    fn observe(&self) -> Observation {
        let one = |(name, (config, state)): (&ConnectorName, &(ObservedConfig, DesiredState))| {
            let fails = self.fails_with.as_ref().is_some_and(|(key, value)| config.get(key) == Some(value));
            let task = if fails { TaskState::Failed } else { TaskState::parse(state.of_connect()) };
            let status = ConnectorStatus {
                kind: "sink".to_owned(),
                state: TaskState::parse(state.of_connect()),
                worker: "w".to_owned(),
                trace: None,
                tasks: vec![TaskStatus { id: 0, state: task, worker: "w".to_owned(), trace: None }],
            };
            (name.clone(), Observed { config: config.clone(), status: Some(status) })
        };
        self.connectors.iter().map(one).collect()
    }

    /// Connectors as `name key=value … state`, without what is remembered.
    fn told(&self) -> String {
        let one = |(name, (config, state)): (&ConnectorName, &(ObservedConfig, DesiredState))| {
            let pairs = config.iter().filter(|(key, _)| *key != crate::core::applied::KEY);
            let pairs: Vec<_> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
            format!("{name} {} {state}", pairs.join(" "))
        };
        self.connectors.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    fn writes(&self) -> String {
        let is_write =
            |line: &&String| !["look", "read", "inspect", "version"].iter().any(|word| line.starts_with(word));
        self.log.iter().filter(is_write).cloned().collect::<Vec<_>>().join(", ")
    }
}

fn label(call: &Call) -> String {
    match call {
        Call::Observe => "look".to_owned(),
        Call::Worker => "version".to_owned(),
        Call::ReadConfig(name) => format!("read {name}"),
        Call::Inspect(spec) => format!("inspect {}", spec.name),
        Call::Restart(name, _) => format!("restart {name}"),
        Call::Write(name, write) => match &**write {
            Write::Put(_) => format!("PUT {name}"),
            Write::Create(_, state) => format!("POST {name} {state}"),
            Write::Patch(_) => format!("PATCH {name}"),
            Write::State(state) => format!("{name} {state}"),
            Write::Delete => format!("DELETE {name}"),
        },
    }
}

fn spec(name: &str, pairs: &[(&str, &str)], state: Option<DesiredState>) -> Arc<Spec> {
    let place = Place::file("t.json");
    let entry = |(key, value): &(&str, &str)| Entry {
        key: (*key).to_owned(),
        value: Value::Plain((*value).to_owned()),
        place: place.clone(),
    };
    Arc::new(Spec {
        name: ConnectorName::reported(name),
        place: place.clone(),
        entries: pairs.iter().map(entry).collect(),
        secrets: BTreeSet::new(),
        applied: Some(Applied::new("default", Fingerprint::None)),
        state,
        ignored: IgnoredKeys::default(),
    })
}

fn apply(goal: Goal) -> Policy {
    Policy::new(Mode::Apply { timeout: Duration::from_mins(1), goal }, Backoff::of_requests(0))
}

fn many() -> Vec<Arc<Spec>> {
    (0..20).map(|n| spec(&format!("c{n:02}"), &[("n", "1")], None)).collect()
}

const OURS: (&str, &str) = ("connect-register.applied", r#"{"set":"default","secrets":"none"}"#);

#[test]
fn what_is_as_declared_costs_one_look_and_no_write() {
    let mut world = World::of(&[("a", &[("n", "1")], DesiredState::Paused)]);
    for state in [None, Some(DesiredState::Paused)] {
        world.log.clear();
        let state = world.run(State::new(apply(Goal::Written), [spec("a", &[("n", "1")], state)]));
        assert_eq!((state.ending, world.log.join(", ")), (Some(Ending::Settled), "look".to_owned()));
    }
}

#[test]
fn no_more_calls_are_under_way_than_the_policy_says_and_all_is_done() {
    for parallel in [1, 3, 64] {
        let mut world = World::of(&[("gone", &[OURS], DesiredState::Running)]);
        let policy = Policy { parallel, prune: Some(Prune::of_set("default")), ..apply(Goal::Running) };
        let state = world.run(State::new(policy, many()));
        assert_eq!(state.ending, Some(Ending::Settled));
        assert_eq!(world.most_under_way, parallel.min(20));
        assert_eq!(world.connectors.len(), 20);
        let deletion = world.log.iter().position(|line| line == "DELETE gone").unwrap();
        let last_write = world.log.iter().rposition(|line| line.starts_with("PUT")).unwrap();
        assert!(deletion > last_write, "nothing is deleted before all else is done");
    }
}

#[test]
fn a_large_set_gets_there_on_a_busy_cluster() {
    for parallel in [1, 8] {
        let mut world = World { is_busy: true, ..World::of(&[]) };
        let specs = (0..300).map(|n| spec(&format!("c{n:03}"), &[("n", "1")], None));
        let state = world.run(State::new(Policy { parallel, ..apply(Goal::Written) }, specs));
        assert_eq!((state.ending, world.connectors.len()), (Some(Ending::Settled), 300), "{parallel} at once");
    }
}

#[test]
fn a_connector_that_is_not_to_run_never_does_where_the_worker_can_and_hardly_where_it_cannot() {
    for (version, writes) in [("3.7.0", "POST a stopped"), ("3.6.2", "PUT a, a stopped"), ("trunk", "PUT a, a stopped")]
    {
        let mut world = World { version, ..World::of(&[]) };
        let specs = [spec("a", &[("n", "1")], Some(DesiredState::Stopped))];
        let state = world.run(State::new(apply(Goal::Running), specs));
        assert_eq!((state.ending, world.writes().as_str()), (Some(Ending::Settled), writes), "{version}");
        assert!(state.members[0].is_well());
        assert_eq!(world.told(), "a n=1 stopped");
    }
}

#[test]
fn a_state_is_put_right_only_where_it_is_declared() {
    let mode = Mode::Watch { interval: Duration::from_secs(30), restarts: RestartPolicy::Failed };
    let mut world =
        World::of(&[("a", &[("n", "1")], DesiredState::Paused), ("b", &[("n", "1")], DesiredState::Paused)]);
    let specs = [spec("a", &[("n", "1")], None), spec("b", &[("n", "1")], Some(DesiredState::Running))];
    world.run(State::new(Policy::new(mode, Backoff::of_requests(0)), specs));
    assert_eq!(world.writes(), "b running");
}

#[test]
fn what_is_to_be_stopped_is_not_restarted() {
    let mode = Mode::Watch { interval: Duration::from_secs(30), restarts: RestartPolicy::Failed };
    let fails_with = Some(("n".to_owned(), "1".to_owned()));
    let mut world = World { fails_with, ..World::of(&[("a", &[("n", "1")], DesiredState::Running)]) };
    let specs = [spec("a", &[("n", "1")], Some(DesiredState::Stopped))];
    world.run(State::new(Policy::new(mode, Backoff::of_requests(0)), specs));
    assert_eq!(world.writes(), "a stopped");
}

#[test]
fn what_is_under_way_when_it_ends_is_taken_note_of() {
    let mut world = World::of(&[]).fault("PUT a", Class::Denied);
    let policy = Policy { parallel: 2, ..apply(Goal::Written) };
    let specs = ["a", "b", "c"].map(|name| spec(name, &[("n", "1")], None));
    let state = world.run(State::new(policy, specs));
    assert!(matches!(state.ending, Some(Ending::Refused(_))));
    assert_eq!(world.writes(), "PUT a, PUT b");
    assert_eq!(state.members[1].effect, Some(Effect::Created));
}

#[test]
fn after_a_refusal_no_other_write_is_begun_unless_it_goes_on() {
    for (on_error, writes) in [(OnError::Stop, "PUT a, PUT b"), (OnError::Continue, "PUT a, PUT b, PUT c")] {
        let mut world = World::of(&[]).fault("PUT b", Class::Invalid);
        let specs = ["a", "b", "c"].map(|name| spec(name, &[("n", "1")], None));
        let state = world.run(State::new(Policy { on_error, ..apply(Goal::Written) }, specs));
        assert_eq!((state.ending, world.writes().as_str()), (Some(Ending::Settled), writes));
    }
}

/// Everything that can go wrong with the second of three, and what all is like after that.
#[test]
fn what_was_done_is_taken_back_whatever_went_wrong() {
    let before: &[Told<'_>] = &[
        ("changed", &[("n", "0"), ("gone", "x")], DesiredState::Paused),
        ("other", &[("n", "0")], DesiredState::Running),
        ("pruned", &[("n", "0"), OURS], DesiredState::Stopped),
    ];
    let specs = || {
        [
            spec("changed", &[("n", "1")], Some(DesiredState::Running)),
            spec("new", &[("n", "1")], None),
            spec("other", &[("n", "2")], None),
        ]
    };
    let told = World::of(before).told();
    let ambiguous_then_refused =
        World::of(before).fault("PUT new", Class::Ambiguous).fault("PUT other", Class::Invalid);
    let fails_with = Some(("n".to_owned(), "2".to_owned()));
    for (what, mut world, goal) in [
        ("refused", World::of(before).fault("PUT other", Class::Invalid), Goal::Written),
        ("refused, another in doubt", ambiguous_then_refused, Goal::Written),
        ("not deleted", World::of(before).fault("DELETE pruned", Class::Fatal), Goal::Written),
        ("failed after all was done", World { fails_with, ..World::of(before) }, Goal::Running),
    ] {
        for parallel in [1, 8] {
            let (on_error, prune) = (OnError::RollBack, Some(Prune::of_set("default")));
            let faults = world.faults.clone();
            let state = world.run(State::new(Policy { parallel, on_error, prune, ..apply(goal) }, specs()));
            assert!(matches!(state.ending, Some(Ending::RolledBack(_))), "{what}: {:?}", state.ending);
            assert_eq!(world.told(), told, "{what}: {}", world.writes());
            assert!(state.differing().is_empty(), "{what}");
            world.faults = faults;
        }
    }
}

#[test]
fn a_view_that_lags_is_not_taken_for_what_was_there_before() {
    let mut world = World::of(&[]).fault("PUT b", Class::Invalid);
    let specs = [spec("a", &[("n", "1")], None), spec("b", &[("n", "1")], None)];
    let policy = Policy { on_error: OnError::RollBack, ..apply(Goal::Written) };
    let (mut state, mut now, mut event, mut looks) = (State::new(policy, specs), Time::ZERO, Event::Begin, 0);
    while state.ending.is_none() {
        let (after, requests) = step(state, now, event);
        state = after;
        let next = requests.into_iter().find_map(|request| match request {
            Request::Call(call) => Some(Ok(call)),
            Request::Wake(at) => Some(Err(at)),
            Request::Tell(_) => None,
        });
        event = match next {
            Some(Ok(Call::Observe)) => {
                looks += 1;
                // The first looks after the turn show what was there before it all.
                let lags = state.is_going_back() && now < Duration::from_secs(5);
                let observation = if lags { Observation::new() } else { world.observe() };
                Event::Answered(Call::Observe, Ok(Answer::Observed(Arc::new(observation))))
            }
            Some(Ok(Call::ReadConfig(name))) if state.is_going_back() && now < Duration::from_secs(5) => {
                Event::Answered(Call::ReadConfig(name), Ok(Answer::Config(None)))
            }
            Some(Ok(call)) => {
                let answer = world.answer(&call);
                Event::Answered(call, answer)
            }
            Some(Err(at)) => {
                now = at;
                Event::Woken
            }
            None => break,
        };
    }
    assert!(matches!(state.ending, Some(Ending::RolledBack(_))), "{:?}", state.ending);
    assert_eq!((world.told().as_str(), world.writes().as_str()), ("", "PUT a, PUT b, DELETE a"));
    assert!(looks > 2);
}

#[test]
fn time_that_is_over_takes_back_what_was_done() {
    let world = World::of(&[]);
    let mut world = (0..40).fold(world, |world, _| world.fault("PUT b", Class::Rebalance));
    let specs = [spec("a", &[("n", "1")], None), spec("b", &[("n", "1")], None)];
    let policy = Policy { on_error: OnError::RollBack, ..apply(Goal::Written) };
    let state = world.run(State::new(policy, specs));
    let Some(Ending::RolledBack(Cause::TimedOut(open, None))) = &state.ending else { panic!("{:?}", state.ending) };
    assert_eq!((open.len(), world.told().as_str()), (1, ""));
}

#[test]
fn what_cannot_be_taken_back_keeps_all_from_being_sent() {
    let mut world = World::of(&[("pruned", &[OURS, ("p", "••••")], DesiredState::Running)]);
    let (on_error, prune) = (OnError::RollBack, Some(Prune::of_set("default")));
    let state = world.run(State::new(Policy { on_error, prune, ..apply(Goal::Written) }, many()));
    assert_eq!((state.ending, world.writes().as_str()), (Some(Ending::Invalid), ""));
}

#[test]
fn what_somebody_has_taken_over_is_not_deleted() {
    let mut world = World::of(&[("gone", &[OURS], DesiredState::Running)]).fault("DELETE gone", Class::Rebalance);
    let policy = Policy { prune: Some(Prune::of_set("default")), ..apply(Goal::Written) };
    // Between the first attempt and the second another set puts its name on it.
    let (state, requests) = step(State::new(policy, []), Time::ZERO, Event::Begin);
    assert_eq!(requests.len(), 1);
    let answer = world.answer(&Call::Observe);
    let (state, _) = step(state, Time::ZERO, Event::Answered(Call::Observe, answer));
    let call = Call::Write(ConnectorName::reported("gone"), Arc::new(Write::Delete));
    let answer = world.answer(&call);
    let (state, _) = step(state, Time::ZERO, Event::Answered(call, answer));
    let other = Applied::new("other", Fingerprint::None).to_string();
    world.connectors.get_mut(&ConnectorName::reported("gone")).unwrap().0.insert(OURS.0.to_owned(), other);
    let state = {
        let (state, _) = step(state, Duration::from_secs(20), Event::Woken);
        let answer = world.answer(&Call::Observe);
        step(state, Duration::from_secs(20), Event::Answered(Call::Observe, answer)).0
    };
    assert!(matches!(state.members[0].stage, Stage::Rejected(Rejection::Mistakes(_))));
    assert_eq!(world.writes(), "DELETE gone");
}

#[test]
fn a_sidecar_prunes_only_where_it_is_asked_to_and_forgets_what_is_gone() {
    let mode = Mode::Watch { interval: Duration::from_secs(30), restarts: RestartPolicy::Failed };
    for (prune, writes) in [(None, ""), (Some(Prune::of_set("default")), "DELETE gone")] {
        let mut world = World::of(&[("gone", &[OURS], DesiredState::Running)]);
        let policy = Policy { prune, ..Policy::new(mode, Backoff::of_requests(0)) };
        let state = world.run(State::new(policy, []));
        assert_eq!(world.writes(), writes);
        let (state, _) = step(state, Duration::from_secs(30), Event::Woken);
        assert!(state.members.is_empty());
    }
}
