//! A run from its beginning to its end: processes come, die and come again, time goes from one thing
//! that happens to the next, and at the end the laws are held against what there is.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use connect_register::core::DesiredState;
use connect_register::reconcile::{Ending, Goal, Mode, OnError, RestartPolicy, Stage, State};

use super::cluster::{Hitch, LAG, Time, View};
use super::laws::{Broken, Law};
use super::ledger::{Ledger, Who};
use super::network::{Happening, Network};
use super::process::{Net, Process, lock};
use super::roles::Part;
use super::scenario::{CALM, Scenario};
use super::verdict;
use super::ward;
use super::weather::{Hits, Weather};
use crate::bugs::Bug;

/// How long a watch is looked at.
const HORIZON: Time = Duration::from_mins(24);
/// Where there is a limit, somebody restarts all that was given up; and later it fails once more.
const RESCUE: Time = Duration::from_mins(13);
const RELAPSE: Time = Duration::from_mins(16);
/// A watch that has had nothing to do for so long is believed to be done.
const QUIET: Duration = Duration::from_secs(90);
/// An apply that did not succeed is begun again after this.
const AGAIN: Duration = Duration::from_secs(45);
/// And no more often than this.
const MOST_RUNS: usize = 40;
/// Nor than this where something is declared that the worker refuses.
const HOPELESS_RUNS: usize = 3;

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) broken: Vec<Broken>,
    pub(crate) hits: Hits,
    pub(crate) requests: u64,
    pub(crate) time: Time,
    pub(crate) effects: usize,
    pub(crate) late: usize,
    pub(crate) redundant: usize,
    pub(crate) crashed: bool,
    pub(crate) rolled_back: usize,
    pub(crate) trace: String,
}

/// A place for a process, which is filled again when it dies or has to begin again.
struct Place {
    mode: Mode,
    process: Option<Process>,
    begins: Option<Time>,
    runs: usize,
    /// What all was like when the process began.
    before: Arc<View>,
}

/// Runs a scenario.
pub(crate) fn run(scenario: &Scenario, bug: Bug, is_traced: bool) -> Outcome {
    let parts = scenario.parts();
    let cluster = scenario.cluster(&parts);
    let expectation = Arc::new(scenario.expectation(&parts, &cluster));
    let ledger = Ledger::new(expectation);
    let mut ledger = ledger;
    ledger.ward.policy = ward::policy(scenario.most);
    let net = Arc::new(Mutex::new(Network::new(scenario, cluster, ledger, is_traced)));
    let begins = |(number, mode): (u64, &Mode)| Place {
        mode: *mode,
        process: None,
        begins: Some(Duration::from_secs(number)),
        runs: 0,
        before: Arc::default(),
    };
    let places = (0..).zip(&scenario.modes).map(begins).collect();
    let mut run = Run { scenario, parts, net, bug, places, next_who: 0, crashed: false, rolled_back: 0 };
    run.go();
    run.outcome()
}

struct Run<'a> {
    scenario: &'a Scenario,
    parts: Vec<Part>,
    net: Net,
    bug: Bug,
    places: Vec<Place>,
    next_who: Who,
    crashed: bool,
    rolled_back: usize,
}

impl Run<'_> {
    fn go(&mut self) {
        let needed = {
            let mut net = lock(&self.net);
            if self.scenario.meddles {
                net.schedule(Duration::from_secs(20), Happening::Meddling);
            }
            if self.scenario.can_succeed() || self.scenario.on_error == OnError::RollBack {
                net.schedule(CALM, Happening::Calm);
            }
            if self.scenario.most.is_some() {
                net.schedule(RESCUE, Happening::Rescue);
                net.schedule(RELAPSE, Happening::Relapse);
            }
            net.ledger.expectation.needed(&net.cluster.connectors)
        };
        self.until(HORIZON);
        self.places.clear();
        self.settle();
        {
            let Network { ledger, cluster, .. } = &mut *lock(&self.net);
            verdict::ends(ledger, cluster, self.scenario, needed, self.crashed);
        }
        if self.scenario.can_succeed() {
            self.check_quiet();
        }
    }

    /// Time goes on until everybody has ended, or this time has come.
    fn until(&mut self, horizon: Time) {
        loop {
            self.bury();
            let (at, what) = self.earliest();
            let is_watched = self.places.iter().any(|place| matches!(place.mode, Mode::Watch { .. }));
            if self.places.iter().all(|place| place.process.is_none() && place.begins.is_none()) {
                return;
            }
            let Some(at) = at.filter(|at| !is_watched || *at <= horizon) else { return };
            {
                let mut net = lock(&self.net);
                net.now = net.now.max(at);
            }
            match what {
                What::Network => self.happen(),
                What::Begin(place) => self.begin(place),
                What::Tick(_) if self.is_all_over() => return,
                What::Tick(place) => {
                    if let Some(process) = &mut self.places[place].process {
                        process.tick();
                    }
                    self.after(place);
                }
            }
        }
    }

    /// Whether nothing goes wrong any more and all has been as declared for a while: a watch would look
    /// and look.
    fn is_all_over(&self) -> bool {
        let net = lock(&self.net);
        let is_script_over = matches!(&net.weather, Weather::Script(cells) if cells.is_empty());
        let is_calm =
            net.now >= CALM || ((is_script_over || matches!(net.weather, Weather::Clear)) && !self.scenario.meddles);
        is_calm
            && self.scenario.can_succeed()
            && net.will_not_die()
            && (self.scenario.most.is_none() || net.now > RELAPSE)
            && !net.is_anything_under_way()
            && net.cluster.is_unchanged_since(net.now.saturating_sub(QUIET))
            && net.cluster.is_well(|name| net.ledger.expectation.declared.contains_key(name))
            && net.ledger.expectation.differs(&net.cluster.connectors).is_none()
    }

    fn earliest(&self) -> (Option<Time>, What) {
        let mut first = (lock(&self.net).next_at(), What::Network);
        let mut offer = |at: Option<Time>, what| {
            if at.is_some_and(|at| first.0.is_none_or(|first| at < first)) {
                first = (at, what);
            }
        };
        for (number, place) in self.places.iter().enumerate() {
            offer(place.begins, What::Begin(number));
            offer(place.process.as_ref().and_then(Process::next_at), What::Tick(number));
        }
        first
    }

    fn happen(&mut self) {
        let mut net = lock(&self.net);
        let Some(happening) = net.next() else { return };
        match happening {
            Happening::Done(id) => net.done(id),
            Happening::Told(id) => {
                let who = net.told(id);
                drop(net);
                let place = self.places.iter().position(|it| it.process.as_ref().is_some_and(|it| it.who == who));
                let Some(place) = place else { return };
                if let Some(process) = &mut self.places[place].process {
                    process.poll();
                }
                self.after(place);
            }
            Happening::Meddling => meddle(&mut net, &self.parts),
            Happening::Rescue => {
                let now = net.now;
                net.note(|| "somebody restarts all".to_owned());
                net.cluster.change(now, |view| view.values_mut().for_each(|connector| connector.has_failed = false));
            }
            Happening::Relapse => relapse(&mut net),
            Happening::Calm => {
                net.weather = Weather::Clear;
                let now = net.now;
                net.cluster.cure(now);
                net.note(|| "calm".to_owned());
            }
        }
    }

    /// A new process in a place.
    fn begin(&mut self, place: usize) {
        let who = self.next_who;
        self.next_who += 1;
        let mode = self.places[place].mode;
        let mut policy = self.scenario.policy(mode, who as u64);
        let mut specs = Scenario::specs(&self.parts);
        if let Some(tamper) = self.bug.policy {
            tamper(&mut policy);
        }
        if let Some(tamper) = self.bug.spec {
            specs = specs.iter().map(|spec| Arc::new(tamper(who, spec))).collect();
        }
        self.spawn(place, who, State::new(policy, specs), self.bug);
    }

    fn spawn(&mut self, place: usize, who: Who, state: State, bug: Bug) {
        let mode = self.places[place].mode;
        {
            let mut net = lock(&self.net);
            net.note(|| format!("#{who} begins"));
            let before = net.cluster.connectors.clone();
            net.ledger.began(who, &before, matches!(mode, Mode::Apply { .. }));
            self.places[place].before = before;
        }
        let mut process = Process::new(who, &self.net, state, self.scenario.parallel, bug);
        process.begin();
        let slot = &mut self.places[place];
        (slot.process, slot.begins) = (Some(process), None);
        slot.runs += 1;
        self.after(place);
    }

    /// A process that has died is followed by another one.
    fn bury(&mut self) {
        let Some(who) = lock(&self.net).died.take() else { return };
        self.crashed = true;
        for place in &mut self.places {
            if place.process.as_ref().is_some_and(|process| process.who == who) {
                place.process = None;
                let mut net = lock(&self.net);
                let pause = net.random.between(Duration::from_secs(1), Duration::from_secs(15));
                place.begins = Some(net.now + pause);
            }
        }
    }

    /// Something happened to a process.
    fn after(&mut self, place: usize) {
        let Some(process) = &self.places[place].process else { return };
        let now = lock(&self.net).now;
        if process.sleeps_for_ever() && lock(&self.net).died.is_none() {
            lock(&self.net).ledger.breaks(Law::Alive, format!("#{} waits for nothing", process.who));
            self.places[place].process = None;
            return;
        }
        if let Some(latest) = self.latest(&self.places[place])
            && now > latest
        {
            lock(&self.net).ledger.breaks(Law::InTime, format!("#{} is not done at {now:?}", process.who));
            self.places[place].process = None;
            return;
        }
        if process.has_ended() {
            let process = self.places[place].process.take();
            if let Some(process) = process {
                self.ended(place, &process);
            }
        }
    }

    /// When a process has to have ended.
    fn latest(&self, place: &Place) -> Option<Time> {
        let Mode::Apply { timeout, .. } = place.mode else { return None };
        let process = place.process.as_ref()?;
        // It has two seconds for what is under way; and going back may take as long again.
        let ways = if self.scenario.on_error == OnError::RollBack { 2 } else { 1 };
        Some(process.began + (timeout + Duration::from_secs(3)) * ways)
    }

    /// An apply has ended.
    fn ended(&mut self, place: usize, process: &Process) {
        let (state, who) = (process.state(), process.who);
        let mut net = lock(&self.net);
        let Some(ending) = &state.ending else { return };
        net.note(|| format!("#{who} ends: {ending:?}"));
        let is_rejected = state.members.iter().any(|member| matches!(member.stage, Stage::Rejected(_)));
        let is_success = *ending == Ending::Settled && !is_rejected;
        let Network { ledger, cluster, hits, .. } = &mut *net;
        verdict::is_honest(ledger, cluster, self.scenario, hits, state, who);
        if self.scenario.on_error == OnError::RollBack && !self.crashed {
            verdict::is_atomic(ledger, cluster, state, &self.places[place].before);
        }
        self.rolled_back += usize::from(matches!(ending, Ending::RolledBack(_)));
        let slot_runs = self.places[place].runs;
        let is_over = is_success && net.ledger.expectation.differs(&net.cluster.connectors).is_none();
        let slot = &mut self.places[place];
        let may_succeed = self.scenario.can_succeed() || slot_runs < HOPELESS_RUNS;
        if !is_over && may_succeed && self.scenario.suite != super::scenario::Suite::Hopeless {
            if slot.runs < MOST_RUNS {
                slot.begins = Some(net.now + AGAIN);
            } else {
                net.ledger.breaks(Law::Converges, format!("{MOST_RUNS} runs were not enough"));
            }
        }
    }

    /// What is still to come comes.
    fn settle(&mut self) {
        loop {
            let mut net = lock(&self.net);
            let Some(happening) = net.next() else { return };
            match happening {
                Happening::Done(id) => net.done(id),
                Happening::Calm => net.weather = Weather::Clear,
                Happening::Told(_) | Happening::Meddling | Happening::Rescue | Happening::Relapse => {}
            }
        }
    }

    /// Once all is as declared, neither an apply nor a watch writes anything.
    fn check_quiet(&mut self) {
        let goal = Goal::Written;
        let modes = [
            Mode::Apply { timeout: Duration::from_mins(5), goal },
            Mode::Watch { interval: Duration::from_mins(1), restarts: RestartPolicy::Failed },
        ];
        let writes = {
            let mut net = lock(&self.net);
            net.now += LAG * 2;
            net.ledger.writes
        };
        for mode in modes {
            let (begins, before, is_idle) = {
                let net = lock(&self.net);
                let is_ours = |name: &String| net.ledger.expectation.declared.contains_key(name);
                let mut ours = net.cluster.connectors.iter().filter(|(name, _)| is_ours(name));
                let is_well = ours.all(|(_, connector)| !connector.has_failed && connector.hitch == Hitch::None);
                (net.now, net.requests, is_well && net.will_not_die() && matches!(net.weather, Weather::Clear))
            };
            self.places = vec![Place { mode, process: None, begins: Some(begins), runs: 0, before: Arc::default() }];
            self.until(begins + Duration::from_secs(90));
            self.places.clear();
            let mut net = lock(&self.net);
            let more = net.requests - before;
            // At once and after a minute: a look is one request, however many connectors there are.
            if is_idle && matches!(mode, Mode::Watch { .. }) && more > 2 {
                net.ledger.breaks(Law::Pace, format!("{more} requests in two looks, with nothing to do"));
            }
        }
        let mut net = lock(&self.net);
        let more = net.ledger.writes - writes;
        if more > 0 {
            net.ledger.breaks(Law::Quiet, format!("{more} writes after all was as declared"));
        }
    }

    fn outcome(self) -> Outcome {
        let mut net = lock(&self.net);
        Outcome {
            broken: std::mem::take(&mut net.ledger.broken),
            hits: std::mem::take(&mut net.hits),
            requests: net.requests,
            time: net.now,
            effects: net.ledger.effects,
            late: net.ledger.late,
            redundant: net.ledger.redundant,
            crashed: self.crashed,
            rolled_back: self.rolled_back,
            trace: net.trace().to_owned(),
        }
    }
}

#[derive(Clone, Copy)]
enum What {
    Network,
    Begin(usize),
    Tick(usize),
}

/// What ran fails once more.
fn relapse(net: &mut Network) {
    let now = net.now;
    net.note(|| "all fail once more".to_owned());
    let declared = net.ledger.expectation.clone();
    net.cluster.change(now, |view| {
        for (_, connector) in view.iter_mut().filter(|(name, _)| declared.declared.contains_key(*name)) {
            connector.has_failed = connector.state == DesiredState::Running && connector.hitch != Hitch::NoTasks;
        }
    });
}

/// Somebody changes something behind everybody's back.
fn meddle(net: &mut Network, parts: &[Part]) {
    if matches!(net.weather, Weather::Clear) && net.now >= CALM {
        return;
    }
    let again = net.now + net.random.between(Duration::from_secs(15), Duration::from_mins(2));
    if again < CALM {
        net.schedule(again, Happening::Meddling);
    }
    let number = net.random.index(parts.len());
    let part = &parts[number];
    if part.spec.is_none() || !net.cluster.connectors.contains_key(&part.name) {
        return;
    }
    let (how, now) = (net.random.below(4), net.now);
    net.ledger.meddled(&part.name, now);
    net.note(|| format!("somebody meddles with {}, {how}", part.name));
    let state = *net.random.pick(&[DesiredState::Running, DesiredState::Paused]);
    net.cluster.change(now, |view| match (how, view.get_mut(&part.name)) {
        (0, Some(_)) => drop(view.remove(&part.name)),
        (1, Some(connector)) => connector.state = state,
        (2, Some(connector)) => connector.has_failed = connector.state != DesiredState::Stopped,
        (_, Some(connector)) => drop(Arc::make_mut(&mut connector.config).insert("a".to_owned(), "meddled".to_owned())),
        (_, None) => {}
    });
}
