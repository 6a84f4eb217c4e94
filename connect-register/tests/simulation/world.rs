//! An in-memory Connect with virtual time. It answers calls rightly or with a seeded fault, lets
//! effects come late, shows stale views, and counts what was done to it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use connect_register::core::applied::{Applied, Fingerprint};
use connect_register::core::{
    Backoff, Class, ConnectorName, ConnectorStatus, Entry, Fault, IgnoredKeys, ObservedConfig, Place, Spec,
    State as TaskState, TaskStatus, Value, Write,
};
use connect_register::reconcile::{
    Answer, Call, Effect, Event, Mode, Observation, Observed, Policy, Request, State, Time, WorkerInfo, step,
};

/// The ways in which a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    Rebalance,
    Transient,
    Refused,
    Page,
    /// The effect is there, the answer is lost.
    LostAnswer,
    /// The request is lost.
    LostRequest,
    /// 500 after 90 seconds, and nothing happens.
    TimedOut,
    /// 500 after 90 seconds, and the effect comes later.
    TimedOutLate,
    /// A call that takes long and then succeeds.
    Stall,
}

pub(crate) const FAULTS: [Wrong; 9] = [
    Wrong::Rebalance,
    Wrong::Transient,
    Wrong::Refused,
    Wrong::Page,
    Wrong::LostAnswer,
    Wrong::LostRequest,
    Wrong::TimedOut,
    Wrong::TimedOutLate,
    Wrong::Stall,
];

/// After this time nothing goes wrong any more: what is asserted is the end.
const CALM: Duration = Duration::from_mins(5);
/// How long a watch is looked at.
const HORIZON: Duration = Duration::from_mins(20);

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scenario {
    /// Reads may show what was seconds ago.
    pub(crate) is_stale: bool,
    /// The process dies after this many calls, once.
    pub(crate) dies_after: Option<u64>,
    /// Somebody changes connectors behind our back.
    pub(crate) meddles: bool,
    /// Tasks fail now and then.
    pub(crate) tasks_fail: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Connector {
    config: ObservedConfig,
    failed: bool,
}

pub(crate) struct World {
    pub(crate) effects: u64,
    pub(crate) late: u64,
    pub(crate) writes_sent: u64,
    pub(crate) needless_restarts: u64,
    scenario: Scenario,
    specs: Vec<Arc<Spec>>,
    connectors: BTreeMap<ConnectorName, Connector>,
    /// Views of the past, for stale reads.
    past: Vec<(Time, BTreeMap<ConnectorName, Connector>)>,
    coming: Vec<(Time, ConnectorName, ObservedConfig)>,
    now: Time,
    /// When the disturbances of this run end.
    calm_at: Time,
    random: u64,
    hit: [u64; FAULTS.len()],
    lines: Vec<String>,
}

impl World {
    pub(crate) fn new(seed: u64, scenario: Scenario) -> Self {
        let mut world = Self {
            effects: 0,
            late: 0,
            writes_sent: 0,
            needless_restarts: 0,
            scenario,
            specs: Vec::new(),
            connectors: BTreeMap::new(),
            past: Vec::new(),
            coming: Vec::new(),
            now: Time::ZERO,
            calm_at: CALM,
            random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            hit: [0; FAULTS.len()],
            lines: Vec::new(),
        };
        for number in 0..=world.below(5) {
            let spec = spec(number);
            let config = spec.payload();
            let before = match world.below(4) {
                0 => None,
                1 => Some(config),
                _ => Some(config.into_iter().map(|(key, value)| (key, format!("{value}-old"))).collect()),
            };
            if let Some(config) = before {
                world.connectors.insert(spec.name.clone(), Connector { config, failed: false });
            }
            world.specs.push(Arc::new(spec));
        }
        world
    }

    /// How many connectors are not as declared.
    pub(crate) fn to_be_written(&self) -> u64 {
        let differs = |spec: &&Arc<Spec>| self.connectors.get(&spec.name).map(|c| &c.config) != Some(&spec.payload());
        self.specs.iter().filter(differs).count() as u64
    }

    pub(crate) fn assert_as_declared(&mut self, seed: u64) {
        self.settle();
        assert_eq!(self.to_be_written(), 0, "seed {seed}\n{}", self.trace());
    }

    pub(crate) fn all_run(&self) -> bool {
        self.connectors.values().all(|connector| !connector.failed)
    }

    pub(crate) fn count_faults(&self, into: &mut [u64; FAULTS.len()]) {
        for (sum, count) in into.iter_mut().zip(self.hit) {
            *sum += count;
        }
    }

    pub(crate) fn trace(&self) -> String {
        self.lines.join("\n")
    }

    /// Lets all come that is still to come, and ends the disturbances for good.
    pub(crate) fn settle(&mut self) {
        self.now += Duration::from_mins(10);
        self.calm_at = Time::ZERO;
        self.land();
    }

    /// One run to its end, or for a while.
    pub(crate) fn run(&mut self, mode: Mode) -> State {
        self.run_together(&[mode]).remove(0)
    }

    /// Several runs at once, each with its own state and its own beginning of time.
    pub(crate) fn run_together(&mut self, modes: &[Mode]) -> Vec<State> {
        let began = self.now;
        if self.calm_at > Time::ZERO {
            self.calm_at = began + CALM;
        }
        let new = |(salt, mode): (u64, &Mode)| {
            let policy = Policy::new(*mode, Backoff::of_requests(salt));
            (Some(State::new(policy, self.specs.clone())), Some((began + Duration::from_secs(salt), Event::Begin)))
        };
        let mut runs: Vec<_> = (0..).zip(modes).map(new).collect();
        let mut calls = 0;
        while let Some(which) = earliest(&runs) {
            let (state, next) = &mut runs[which];
            let Some((at, event)) = next.take() else { break };
            let Some(before) = state.take() else { break };
            if at > began + HORIZON && matches!(before.policy.mode, Mode::Watch { .. }) {
                *state = Some(before);
                continue;
            }
            self.now = at;
            self.pass();
            let (after, requests) = step(before, at.saturating_sub(began), event);
            *state = Some(after);
            for request in requests {
                match request {
                    Request::Tell(_) => {}
                    Request::Wake(time) => *next = Some((began + time, Event::Woken)),
                    Request::Call(call) => {
                        calls += 1;
                        let (took, answer) = self.answer(&call);
                        self.lines.push(format!(
                            "{:>9.3} #{which} {} -> {}",
                            at.as_secs_f64(),
                            label(&call),
                            short(&answer)
                        ));
                        *next = Some((at + took, Event::Answered(call, answer)));
                    }
                }
            }
            if self.scenario.dies_after == Some(calls) {
                self.scenario.dies_after = None;
                self.lines.push("died".to_owned());
                break;
            }
        }
        runs.into_iter().filter_map(|(state, _)| state).collect()
    }

    /// What happens by itself.
    fn pass(&mut self) {
        self.land();
        self.past.push((self.now, self.connectors.clone()));
        self.past.retain(|(at, _)| self.now.saturating_sub(*at) < Duration::from_secs(4));
        if self.now >= self.calm_at {
            return;
        }
        if self.scenario.meddles && self.below(8) == 0 {
            let which = usize::try_from(self.below(self.specs.len() as u64)).unwrap();
            if let Some(connector) = self.connectors.get_mut(&self.specs[which].name) {
                connector.config.insert("a".to_owned(), "meddled".to_owned());
            }
        }
        if self.scenario.tasks_fail && self.below(4) == 0 {
            let which = usize::try_from(self.below(self.specs.len() as u64)).unwrap();
            if let Some(connector) = self.connectors.get_mut(&self.specs[which].name) {
                connector.failed = true;
            }
        }
    }

    fn land(&mut self) {
        let (due, coming) = std::mem::take(&mut self.coming).into_iter().partition(|(at, ..)| *at <= self.now);
        self.coming = coming;
        let due: Vec<_> = due;
        for (at, name, config) in due {
            self.lines.push(format!("{:>9.3} a late write of {name} lands", at.as_secs_f64()));
            self.put(&name, config);
        }
    }

    fn put(&mut self, name: &ConnectorName, config: ObservedConfig) -> Effect {
        self.effects += 1;
        let before = self.connectors.insert(name.clone(), Connector { config, failed: false });
        if before.is_some() { Effect::Updated } else { Effect::Created }
    }

    fn answer(&mut self, call: &Call) -> (Duration, Result<Answer, Fault>) {
        if matches!(call, Call::Write(..)) {
            self.writes_sent += 1;
        }
        let latency = Duration::from_millis(5 + self.below(200));
        if self.now >= self.calm_at || self.below(3) > 0 {
            return (latency, Ok(self.done(call)));
        }
        let which = usize::try_from(self.below(FAULTS.len() as u64)).unwrap();
        self.hit[which] += 1;
        let in_doubt = if call.is_write() { Class::Ambiguous } else { Class::Transient };
        let ninety = Duration::from_secs(90);
        let fault = |class| Err(Fault { class, request: "x".to_owned(), status: None, message: "x".to_owned() });
        match FAULTS[which] {
            Wrong::Rebalance => (latency, fault(Class::Rebalance)),
            Wrong::Transient => (latency, fault(Class::Transient)),
            Wrong::Refused => (latency, fault(Class::Unreachable)),
            Wrong::Page => (latency, fault(Class::NotConnect)),
            Wrong::LostRequest => (latency, fault(in_doubt)),
            Wrong::LostAnswer => {
                self.done(call);
                (latency, fault(in_doubt))
            }
            Wrong::TimedOut => (ninety, fault(in_doubt)),
            Wrong::TimedOutLate => {
                if let Call::Write(name, write) = call
                    && let Write::Put(payload) = &**write
                {
                    self.late += 1;
                    let at = self.now + ninety + Duration::from_millis(self.below(20_000));
                    self.coming.push((at, name.clone(), payload.expose().clone()));
                }
                (ninety, fault(in_doubt))
            }
            Wrong::Stall => (ninety, Ok(self.done(call))),
        }
    }

    fn done(&mut self, call: &Call) -> Answer {
        match call {
            Call::Observe => Answer::Observed(Arc::new(self.observe())),
            Call::ReadConfig(name) => Answer::Config(self.connectors.get(name).map(|c| c.config.clone())),
            Call::Inspect(_) => Answer::Inspected(Vec::new()),
            Call::Worker => {
                Answer::Worker(WorkerInfo { version: "3.9.1".to_owned(), cluster: Some("simulated".to_owned()) })
            }
            Call::Write(name, write) => match &**write {
                Write::Put(payload) => Answer::Written(self.put(name, payload.expose().clone())),
                other => unreachable!("nothing declared here takes {other:?}"),
            },
            Call::Restart(name) => {
                if let Some(connector) = self.connectors.get_mut(name) {
                    self.needless_restarts += u64::from(!connector.failed);
                    connector.failed = false;
                }
                Answer::Restarted
            }
        }
    }

    fn observe(&mut self) -> Observation {
        let oldest = self.past.first().map(|(_, view)| view.clone());
        let is_stale = self.scenario.is_stale && self.below(2) == 0;
        let view = oldest.filter(|_| is_stale).unwrap_or_else(|| self.connectors.clone());
        let mut observation = Observation::new();
        for (name, connector) in view {
            // A connector without a status is not in Connect's answer.
            if self.now < self.calm_at && self.below(10) == 0 {
                continue;
            }
            let state = if connector.failed { TaskState::Failed } else { TaskState::Running };
            let task = TaskStatus { id: 0, state, worker: "w".to_owned(), trace: None };
            let status = ConnectorStatus {
                kind: "sink".to_owned(),
                state: TaskState::Running,
                worker: "w".to_owned(),
                trace: None,
                tasks: vec![task],
            };
            observation.insert(name, Observed { config: connector.config, status: Some(status) });
        }
        observation
    }

    /// A number below `bound` (xorshift64*).
    fn below(&mut self, bound: u64) -> u64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        (self.random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound.max(1)
    }
}

/// A run, and what happens to it next.
type Run = (Option<State>, Option<(Time, Event)>);

fn earliest(runs: &[Run]) -> Option<usize> {
    let times = runs.iter().enumerate().filter_map(|(which, (_, next))| Some((next.as_ref()?.0, which)));
    times.min().map(|(_, which)| which)
}

fn label(call: &Call) -> String {
    match call {
        Call::Observe => "observe".to_owned(),
        Call::ReadConfig(name) => format!("read {name}"),
        Call::Inspect(spec) => format!("inspect {}", spec.name),
        Call::Worker => "ask for the version".to_owned(),
        Call::Write(name, _) => format!("write {name}"),
        Call::Restart(name) => format!("restart {name}"),
    }
}

fn short(answer: &Result<Answer, Fault>) -> String {
    match answer {
        Ok(Answer::Observed(observation)) => format!("{} connectors", observation.len()),
        Ok(Answer::Config(config)) => if config.is_some() { "there" } else { "absent" }.to_owned(),
        Ok(_) => "done".to_owned(),
        Err(fault) => fault.class.as_str().to_owned(),
    }
}

fn spec(number: u64) -> Spec {
    let place = Place::file(format!("{number}.json"));
    let entry = |key: &str, value: &str| Entry {
        key: key.to_owned(),
        value: Value::Plain(value.to_owned()),
        place: place.clone(),
    };
    Spec {
        name: ConnectorName::reported(format!("c{number}")),
        place: place.clone(),
        entries: vec![entry("connector.class", "x.Sink"), entry("a", &number.to_string())],
        secrets: std::collections::BTreeSet::new(),
        applied: Some(Applied::new("default", Fingerprint::None)),
        state: None,
        ignored: IgnoredKeys::default(),
    }
}
