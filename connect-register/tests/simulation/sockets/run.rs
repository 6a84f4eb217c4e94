//! A run over sockets: the product's own driver and client on hosts that crash, over a network that is
//! disturbed by a seed until it is calm; then the end is held against the laws.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connect_register::connect::Client;
use connect_register::core::Redactor;
use connect_register::core::lint::UnknownKeys;
use connect_register::reconcile::driver::GRACE;
use connect_register::reconcile::{Ending, Goal, Mode, Stage, State, drive};
use service::Shutdown;
use turmoil::{Builder, Sim};

use super::hosts::{Hands, Shared, lock};
use super::server::serve;
use super::transport::HyperTransport;
use crate::world::cluster::Time;
use crate::world::laws::{Broken, Law};
use crate::world::ledger::{Ledger, Who};
use crate::world::random::Random;
use crate::world::scenario::Scenario;
use crate::world::verdict;
use crate::world::weather::{Hits, Weather};

/// The grain of time: hosts run so long one after the other.
const TICK: Duration = Duration::from_millis(40);
/// From then on the network is left in peace.
const CALM: Time = Duration::from_mins(3);
/// An apply that did not succeed is begun again after this.
const AGAIN: Duration = Duration::from_secs(30);
/// By then a watch has put everything right.
const HORIZON: Time = Duration::from_mins(15);

/// The number of the apply that is made again in the end.
const AGAIN_NUMBER: usize = usize::MAX;

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) broken: Vec<Broken>,
    pub(crate) time: Time,
    pub(crate) requests: usize,
    pub(crate) disturbances: usize,
    pub(crate) trace: String,
}

/// What happens to the network or to a host.
#[derive(Clone, Copy, Debug)]
enum Disturbance {
    Partition,
    /// Only what the worker sends is lost.
    OneWay,
    /// Everything is held back, and comes later.
    Hold,
    Slow,
    WorkerCrash,
    ProcessCrash,
}

const DISTURBANCES: [Disturbance; 6] = [
    Disturbance::Partition,
    Disturbance::OneWay,
    Disturbance::Hold,
    Disturbance::Slow,
    Disturbance::WorkerCrash,
    Disturbance::ProcessCrash,
];

/// Runs a seed.
pub(crate) fn run(seed: u64) -> Outcome {
    let scenario = Scenario::over_sockets(seed);
    let parts = scenario.parts();
    let cluster = scenario.cluster(&parts);
    let expectation = Arc::new(scenario.expectation(&parts, &cluster));
    let needed = expectation.needed(&cluster.connectors);
    let hands: Hands = Arc::new(Mutex::new(Shared {
        cluster,
        ledger: Ledger::new(expectation),
        weather: scenario.weather.clone(),
        hits: Hits::default(),
        random: Random::new(seed ^ 0x50c7),
        errands: Vec::new(),
        lags: scenario.lags,
        now: Time::ZERO,
        next_who: 0,
        open: (0..scenario.modes.len()).collect(),
        trace: Vec::new(),
    }));
    let mut sim = Builder::new()
        .rng_seed(seed)
        .tick_duration(TICK)
        .simulation_duration(Duration::from_hours(10))
        .min_message_latency(Duration::from_millis(1))
        .max_message_latency(Duration::from_millis(100))
        .build();
    let of_worker = hands.clone();
    sim.host("connect", move || serve(of_worker.clone()));
    for (number, mode) in scenario.modes.iter().enumerate() {
        let (hands, scenario, mode) = (hands.clone(), scenario.clone(), *mode);
        sim.host(format!("process-{number}"), move || process(hands.clone(), scenario.clone(), number, mode));
    }
    let mut world = World { sim, hands, scenario, random: Random::new(seed ^ 0xd157), disturbances: 0 };
    world.disturb();
    world.calm();
    world.verdict(needed)
}

/// One process, begun again until it has succeeded; a watch goes on for ever.
async fn process(hands: Hands, scenario: Scenario, number: usize, mode: Mode) -> turmoil::Result {
    loop {
        let (who, began) = {
            let mut shared = lock(&hands);
            let who = shared.next_who;
            shared.next_who += 1;
            let before = shared.cluster.connectors.clone();
            shared.ledger.began(who, &before, matches!(mode, Mode::Apply { .. }));
            shared.note(&format!("#{who} begins"));
            (who, shared.time())
        };
        let policy = scenario.policy(mode, who as u64);
        let client = Client::new(HyperTransport { who, hands: hands.clone() }, Redactor::default());
        let state = State::new(policy, Scenario::specs(&scenario.parts()));
        let state = drive(&client, state, UnknownKeys::Refuse, &Shutdown::manual(), |_, _| {}).await;
        if has_succeeded(&mut lock(&hands), &scenario, &state, (who, mode), began) {
            lock(&hands).open.remove(&number);
            return Ok(());
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Whether a process that has ended did what it was to do; it is held against the laws.
fn has_succeeded(
    shared: &mut Shared,
    scenario: &Scenario,
    state: &State,
    (who, mode): (Who, Mode),
    began: Time,
) -> bool {
    shared.note(&format!("#{who} ends: {:?}", state.ending));
    verdict::is_honest(&mut shared.ledger, &shared.cluster, scenario, &shared.hits, state, who);
    if let Mode::Apply { timeout, .. } = mode
        && shared.time() > began + timeout + GRACE + Duration::from_secs(1)
    {
        shared.ledger.breaks(Law::InTime, format!("#{who} was not done in time"));
    }
    let is_rejected = state.members.iter().any(|member| matches!(member.stage, Stage::Rejected(_)));
    state.ending == Some(Ending::Settled) && !is_rejected
}

struct World<'a> {
    sim: Sim<'a>,
    hands: Hands,
    scenario: Scenario,
    random: Random,
    disturbances: usize,
}

impl World<'_> {
    /// Time goes on until then, or until every process has succeeded.
    fn until(&mut self, then: Time) {
        while self.sim.elapsed() < then && !lock(&self.hands).open.is_empty() {
            self.sim.step().expect("a host has failed");
            lock(&self.hands).now = self.sim.elapsed();
        }
    }

    fn after(&mut self, least: u64, most: u64) {
        let pause = self.random.between(Duration::from_secs(least), Duration::from_secs(most));
        self.until(self.sim.elapsed() + pause);
    }

    fn disturb(&mut self) {
        while self.sim.elapsed() < CALM && !lock(&self.hands).open.is_empty() {
            self.after(0, 8);
            let what = *self.random.pick(&DISTURBANCES);
            let process = format!("process-{}", self.random.index(self.scenario.modes.len()));
            let process = process.as_str();
            lock(&self.hands).note(&format!("{what:?} of {process}"));
            self.disturbances += 1;
            match what {
                Disturbance::Partition => self.sim.partition(process, "connect"),
                Disturbance::OneWay => self.sim.partition_oneway("connect", process),
                Disturbance::Hold => self.sim.hold(process, "connect"),
                Disturbance::Slow => self.sim.set_max_message_latency(Duration::from_secs(3)),
                Disturbance::WorkerCrash => self.sim.crash("connect"),
                Disturbance::ProcessCrash => self.sim.crash(process),
            }
            let most = *self.random.pick(&[5, 30, 120]);
            self.after(1, most);
            lock(&self.hands).note("over");
            match what {
                Disturbance::Partition => self.sim.repair(process, "connect"),
                Disturbance::OneWay => self.sim.repair_oneway("connect", process),
                Disturbance::Hold => self.sim.release(process, "connect"),
                Disturbance::Slow => self.sim.set_max_message_latency(Duration::from_millis(100)),
                Disturbance::WorkerCrash => self.sim.bounce("connect"),
                Disturbance::ProcessCrash => self.sim.bounce(process),
            }
        }
    }

    fn calm(&mut self) {
        {
            let mut shared = lock(&self.hands);
            shared.weather = Weather::Clear;
            let now = shared.time();
            shared.cluster.cure(now);
            shared.note("calm");
        }
        self.until(HORIZON);
        // What was on its way in the worker comes, and views catch up.
        let then = self.sim.elapsed() + Duration::from_mins(2);
        while self.sim.elapsed() < then {
            self.sim.step().expect("a host has failed");
            lock(&self.hands).now = self.sim.elapsed();
        }
    }

    fn verdict(mut self, needed: usize) -> Outcome {
        let has_crashed = true;
        let writes = {
            let shared = &mut *lock(&self.hands);
            let is_apply = |number: &usize| matches!(self.scenario.modes[*number], Mode::Apply { .. });
            let is_open = shared.open.iter().any(is_apply);
            if is_open {
                shared.ledger.breaks(Law::Converges, "an apply has not succeeded");
            }
            verdict::ends(&mut shared.ledger, &shared.cluster, &self.scenario, needed, has_crashed);
            shared.open = BTreeSet::from([AGAIN_NUMBER]);
            shared.ledger.writes
        };
        let (hands, scenario) = (self.hands.clone(), self.scenario.clone());
        let mode = Mode::Apply { timeout: Duration::from_mins(2), goal: Goal::Written };
        self.sim.client("again", process(hands, scenario, AGAIN_NUMBER, mode));
        self.until(self.sim.elapsed() + Duration::from_mins(3));
        let mut shared = lock(&self.hands);
        let added = shared.ledger.writes - writes;
        if added > 0 {
            shared.ledger.breaks(Law::Quiet, format!("{added} writes after all was as declared"));
        }
        Outcome {
            broken: std::mem::take(&mut shared.ledger.broken),
            time: self.sim.elapsed(),
            requests: shared.errands.len(),
            disturbances: self.disturbances,
            trace: shared.trace.join("\n"),
        }
    }
}
