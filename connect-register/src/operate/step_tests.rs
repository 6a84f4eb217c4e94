use std::collections::BTreeMap;

use super::*;
use crate::core::offsets::{Offset, Partition, Shift};
use crate::core::{Backoff, ConnectorName, Part, Payload, TaskStatus};
use crate::operate::Limits;

/// Two clusters with one connector, and what goes wrong with calls, by their numbers.
#[derive(Default)]
struct World {
    here: Option<Connector>,
    there: Option<Connector>,
    /// The fault of a call, and whether it has its effect all the same.
    faults: BTreeMap<usize, (Class, bool)>,
    /// Somebody wants it to stop after this call.
    stop_after: Option<usize>,
    talk: Vec<String>,
    now: Time,
}

#[derive(Clone)]
struct Connector {
    state: DesiredState,
    has_failed: bool,
    offsets: Offsets,
    config: ObservedConfig,
}

fn offsets(offset: i64) -> Offsets {
    Offsets([(Partition::of_topic("t", 0), Offset::of_record(offset))].into())
}

impl World {
    fn of(state: DesiredState) -> Self {
        let connector = Connector { state, has_failed: false, offsets: offsets(60), config: ObservedConfig::new() };
        Self { here: Some(connector), ..Self::default() }
    }

    fn fails(mut self, call: usize, class: Class, has_effect: bool) -> Self {
        self.faults.insert(call, (class, has_effect));
        self
    }

    fn run(&mut self, moves: impl IntoIterator<Item = Move>) -> (Outcome, String) {
        let limits = Limits {
            timeout: Duration::from_secs(30),
            backoff: Backoff::new(Duration::from_secs(1), Duration::from_secs(1), 0),
            takes_back: true,
        };
        let mut procedure = Procedure::new(ConnectorName::reported("c"), limits, moves);
        let mut event = Event::Begin;
        loop {
            let requests;
            (procedure, requests) = step(procedure, self.now, event);
            if let Some(outcome) = procedure.outcome {
                return (outcome, self.talk.join("\n"));
            }
            assert!(self.talk.len() < 200, "it does not end:\n{}", self.talk.join("\n"));
            let mut next = None;
            for request in requests {
                match request {
                    Request::Tell(_) => {}
                    Request::Wake(at) => {
                        self.now = self.now.max(at);
                        next = Some(Event::Woken);
                    }
                    Request::Call(call) => next = Some(Event::Answered(self.call(&call))),
                }
            }
            event = next.expect("it sleeps for ever");
            if self.stop_after.take_if(|at| *at <= self.talk.len()).is_some() {
                event = Event::Stop;
            }
        }
    }

    fn call(&mut self, call: &Call) -> Result<Answer, Fault> {
        let fault = self.faults.remove(&(self.talk.len() + 1));
        let side = if call.side == Side::Here { "" } else { "there: " };
        let told = match &call.what {
            What::Alter(moves) => format!("alter {}", moves.to_json()["offsets"]),
            What::Ask(state) => format!("ask to be {state}"),
            What::Keep(kept) => format!("keep {:?} {}", kept.state, kept.offsets.to_json()["offsets"]),
            What::Create(_) => "create".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        };
        let fails = fault.map(|(class, _)| format!("  {}", class.as_str())).unwrap_or_default();
        self.talk.push(format!("{side}{told}{fails}"));
        self.now += Duration::from_millis(10);
        let answer = match fault {
            Some((_, false)) => Answer::Done,
            _ => self.answer(call),
        };
        match fault {
            Some((class, _)) => Err(Fault { class, request: "r".to_owned(), status: None, message: "m".to_owned() }),
            None => Ok(answer),
        }
    }

    fn answer(&mut self, Call { side, what }: &Call) -> Answer {
        let slot = if *side == Side::Here { &mut self.here } else { &mut self.there };
        match (what, slot.as_mut()) {
            (What::Keep(_), _) => {}
            (What::Status, it) => return Answer::Status(it.map(|it| status(it))),
            (What::Config, it) => return Answer::Config(it.map(|it| it.config.clone())),
            (What::Offsets, it) => return Answer::Offsets(it.map(|it| it.offsets.clone())),
            (What::Create(payload), _) => {
                *slot = Some(Connector {
                    state: DesiredState::Stopped,
                    has_failed: false,
                    offsets: Offsets::default(),
                    config: payload.expose().clone(),
                });
            }
            (What::Delete, _) => *slot = None,
            (_, None) => panic!("{what:?} of nothing"),
            (What::Ask(state), Some(it)) => it.state = *state,
            (What::Restart(_), Some(it)) => it.has_failed = false,
            (What::Alter(moves), Some(it)) => it.offsets = it.offsets.after(moves),
            (What::Clear, Some(it)) => it.offsets = Offsets::default(),
        }
        Answer::Done
    }
}

fn status(connector: &Connector) -> ConnectorStatus {
    let state = |has_failed: bool| if has_failed { State::Failed } else { State::parse(connector.state.of_connect()) };
    let task = TaskStatus { id: 0, state: state(connector.has_failed), worker: String::new(), trace: None };
    let tasks = if connector.state == DesiredState::Stopped { vec![] } else { vec![task] };
    ConnectorStatus { kind: "sink".to_owned(), state: state(false), worker: String::new(), trace: None, tasks }
}

fn shift() -> Vec<Move> {
    let edit = Edit::Shift(Shift { by: -10, topics: vec![], bounds: BTreeMap::new() });
    [Aim::Found, Aim::Kept, Aim::Be(DesiredState::Stopped), Aim::Kept, Aim::Offsets(edit), Aim::BeAsBefore]
        .into_iter()
        .map(Move::here)
        .collect()
}

fn migration() -> Vec<Move> {
    let payload = Payload::new([("k".to_owned(), "v".to_owned())].into()).unwrap();
    vec![
        Move::here(Aim::Found),
        Move::here(Aim::Be(DesiredState::Stopped)),
        Move::here(Aim::Kept),
        Move::there(Aim::There(Arc::new(payload))),
        Move::there(Aim::OffsetsAsKept),
        Move::there(Aim::BeAsBefore),
    ]
}

fn is_at(connector: Option<&Connector>, state: DesiredState, offset: i64) -> bool {
    connector.is_some_and(|it| it.state == state && it.offsets == offsets(offset))
}

#[test]
fn offsets_are_changed_while_it_is_stopped_and_it_goes_on() {
    let mut world = World::of(DesiredState::Running);
    let (outcome, talk) = world.run(shift());
    assert_eq!(outcome, Outcome::Done);
    insta::assert_snapshot!(talk, @r#"
    status
    offsets
    keep Some(Running) [{"partition":{"kafka_partition":0,"kafka_topic":"t"},"offset":{"kafka_offset":60}}]
    status
    ask to be stopped
    status
    offsets
    keep Some(Running) [{"partition":{"kafka_partition":0,"kafka_topic":"t"},"offset":{"kafka_offset":60}}]
    offsets
    alter [{"partition":{"kafka_partition":0,"kafka_topic":"t"},"offset":{"kafka_offset":50}}]
    offsets
    status
    ask to be running
    status
    "#);
    assert!(is_at(world.here.as_ref(), DesiredState::Running, 50));
}

#[test]
fn what_was_stopped_or_paused_before_is_so_afterwards() {
    for state in [DesiredState::Stopped, DesiredState::Paused] {
        let mut world = World::of(state);
        assert_eq!(world.run(shift()).0, Outcome::Done);
        assert!(is_at(world.here.as_ref(), state, 50), "{state}");
    }
}

#[test]
fn whichever_call_fails_for_good_all_is_as_before() {
    let calls = World::of(DesiredState::Running);
    let count = { calls }.run(shift()).1.lines().count();
    for call in 1..=count {
        for has_effect in [false, true] {
            let mut world = World::of(DesiredState::Running).fails(call, Class::Fatal, has_effect);
            let (outcome, talk) = world.run(shift());
            assert!(matches!(outcome, Outcome::TakenBack(_) | Outcome::Failed(_)), "{call}: {outcome:?}\n{talk}");
            assert!(is_at(world.here.as_ref(), DesiredState::Running, 60), "{call}:\n{talk}");
        }
    }
}

#[test]
fn whichever_call_passes_by_or_is_in_doubt_it_is_done_once() {
    for call in 1..=12 {
        for (class, has_effect) in [(Class::Rebalance, false), (Class::Ambiguous, false), (Class::Ambiguous, true)] {
            let mut world = World::of(DesiredState::Running).fails(call, class, has_effect);
            let (outcome, talk) = world.run(shift());
            assert_eq!(outcome, Outcome::Done, "{call}:\n{talk}");
            assert!(is_at(world.here.as_ref(), DesiredState::Running, 50), "{call}:\n{talk}");
        }
    }
}

#[test]
fn whenever_it_is_interrupted_all_is_as_before() {
    for call in 1..=10 {
        let mut world = World { stop_after: Some(call), ..World::of(DesiredState::Running) };
        let (outcome, talk) = world.run(shift());
        assert!(
            matches!(outcome, Outcome::TakenBack(Why::Interrupted) | Outcome::Failed(Why::Interrupted)),
            "{call}: {outcome:?}\n{talk}"
        );
        assert!(is_at(world.here.as_ref(), DesiredState::Running, 60), "{call}:\n{talk}");
    }
}

#[test]
fn a_connector_moves_with_its_offsets_and_never_runs_twice() {
    let mut world = World::of(DesiredState::Running);
    let (outcome, talk) = world.run(migration());
    assert_eq!(outcome, Outcome::Done);
    insta::assert_snapshot!(talk, @r#"
    status
    status
    ask to be stopped
    status
    offsets
    keep Some(Running) [{"partition":{"kafka_partition":0,"kafka_topic":"t"},"offset":{"kafka_offset":60}}]
    there: config
    there: create
    there: config
    there: offsets
    there: alter [{"partition":{"kafka_partition":0,"kafka_topic":"t"},"offset":{"kafka_offset":60}}]
    there: offsets
    there: status
    there: ask to be running
    there: status
    "#);
    assert!(is_at(world.there.as_ref(), DesiredState::Running, 60));
    assert_eq!(world.here.map(|it| it.state), Some(DesiredState::Stopped));
}

#[test]
fn a_move_that_fails_leaves_nothing_there() {
    let count = World::of(DesiredState::Running).run(migration()).1.lines().count();
    for call in 1..=count {
        for has_effect in [false, true] {
            let mut world = World::of(DesiredState::Running).fails(call, Class::Fatal, has_effect);
            let (outcome, talk) = world.run(migration());
            assert!(matches!(outcome, Outcome::TakenBack(_) | Outcome::Failed(_)), "{call}: {outcome:?}\n{talk}");
            assert!(is_at(world.here.as_ref(), DesiredState::Running, 60), "{call}:\n{talk}");
            assert!(world.there.is_none(), "{call}:\n{talk}");
        }
    }
}

#[test]
fn another_connector_of_that_name_stays() {
    let mut world = World::of(DesiredState::Running);
    world.there.clone_from(&world.here);
    let (outcome, _) = world.run(migration());
    assert_eq!(outcome, Outcome::TakenBack(Why::Exists));
    assert!(
        is_at(world.here.as_ref(), DesiredState::Running, 60) && is_at(world.there.as_ref(), DesiredState::Running, 60)
    );
}

#[test]
fn what_has_not_failed_is_not_restarted() {
    let restart = || [Move::here(Aim::Restarted(Scope::Part(Part::Failed)))];
    let mut world = World::of(DesiredState::Running);
    assert_eq!(world.run(restart()), (Outcome::Done, "status".to_owned()));
    let mut world = World::of(DesiredState::Running);
    world.here.as_mut().unwrap().has_failed = true;
    let (outcome, talk) = world.run(restart());
    assert_eq!(outcome, Outcome::Done);
    assert!(talk.starts_with("status\nrestart(part(failed))\nstatus"), "{talk}");
}

#[test]
fn what_is_gone_is_known_and_what_never_was_is_told() {
    let mut world = World::of(DesiredState::Running);
    assert_eq!(world.run([Move::here(Aim::Gone)]).0, Outcome::Done);
    assert!(world.here.is_none());
    assert_eq!(world.run([Move::here(Aim::Be(DesiredState::Paused))]).0, Outcome::Failed(Why::Absent(Side::Here)));
}
