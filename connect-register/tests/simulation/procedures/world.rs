//! The two clusters, the network in front of them in virtual time, and the disk of whoever works on them.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connect_register::connect::transport::{Broken, Request};
use connect_register::connect::{Method, Response, Transport, TransportError};
use connect_register::core::DesiredState;
use connect_register::operate::Side;
use connect_register::operate::call::Kept;
use serde_json::Value;

use super::scenario::{Crash, Scenario};
use super::site::{Ask, Site};
use crate::world::cluster::{LAG, Time};
use crate::world::faults::{Kind, Phase};
use crate::world::journey::Journey;
use crate::world::random::Random;
use crate::world::scenario::Moment;
use crate::world::weather::{Hits, Weather};

/// Everything there is.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct World {
    pub(crate) now: Time,
    pub(crate) here: Site,
    pub(crate) there: Site,
    pub(crate) weather: Weather,
    pub(crate) hits: Hits,
    pub(crate) requests: u64,
    pub(crate) random: Random,
    /// What is kept on the disk, and has not come to its end.
    pub(crate) disk: Option<Kept>,
    /// Whether the process goes on with what another one has begun.
    pub(crate) goes_on: bool,
    pub(crate) is_dead: bool,
    /// When an effect last came after its sender had been told, and longer than anybody waits for it.
    pub(crate) late: Option<Time>,
    pub(crate) doubts: u32,
    pub(crate) broken: Vec<String>,
    crash: Option<Crash>,
    lags: bool,
    /// Whether offsets have to be kept before they are changed.
    keeps: bool,
    /// Effects on their way.
    coming: Vec<(Time, Side, Ask)>,
    /// Somebody else asks for a state.
    meddling: Vec<(Time, DesiredState)>,
    /// When somebody else last had a hand in it.
    pub(crate) meddled: Option<Time>,
    trace: Option<String>,
}

/// The world, shared by everybody in it.
pub(crate) type Shared = Arc<Mutex<World>>;

pub(crate) fn lock(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(crate) fn new(scenario: &Scenario, is_traced: bool) -> Self {
        Self {
            now: Time::ZERO,
            here: scenario.here(),
            there: scenario.there(),
            weather: scenario.weather.clone(),
            hits: Hits::default(),
            requests: 0,
            random: Random::new(scenario.seed ^ 0xface),
            disk: None,
            goes_on: false,
            is_dead: false,
            late: None,
            doubts: 0,
            broken: Vec::new(),
            crash: scenario.crash,
            lags: scenario.lags,
            keeps: scenario.kind.keeps(),
            coming: Vec::new(),
            meddling: scenario.meddling.clone(),
            meddled: None,
            trace: is_traced.then(String::new),
        }
    }

    pub(crate) fn note(&mut self, text: impl FnOnce() -> String) {
        let now = self.now.as_secs_f64();
        if let Some(trace) = &mut self.trace {
            let _ = writeln!(trace, "{now:>9.3} {}", text());
        }
    }

    pub(crate) fn trace(&self) -> String {
        self.trace.clone().unwrap_or_default()
    }

    pub(crate) fn breaks(&mut self, how: String) {
        self.note(|| format!("BROKEN: {how}"));
        self.broken.push(how);
    }

    pub(crate) fn site(&mut self, side: Side) -> &mut Site {
        match side {
            Side::Here => &mut self.here,
            Side::There => &mut self.there,
        }
    }

    /// Time goes on, and what was on its way happens.
    pub(crate) fn pass(&mut self, to: Time) {
        loop {
            let next = self.coming.iter().map(|(at, ..)| *at).chain(self.meddling.iter().map(|(at, _)| *at)).min();
            let Some(at) = next.filter(|at| *at <= to) else { break };
            self.now = self.now.max(at);
            if let Some(place) = self.coming.iter().position(|(when, ..)| *when == at) {
                let (_, side, ask) = self.coming.remove(place);
                self.note(|| format!("  {ask:?} is done {side:?}, late"));
                self.late = Some(at);
                self.site(side).serve(at, &ask, at);
            } else if let Some(place) = self.meddling.iter().position(|(when, _)| *when == at) {
                let (_, state) = self.meddling.remove(place);
                self.note(|| format!("  somebody asks for {state}"));
                self.meddled = Some(at);
                self.here.pass(at);
                self.here.ask_for(at, state);
            }
            self.look();
        }
        self.now = self.now.max(to);
        let now = self.now;
        self.here.pass(now);
        self.there.pass(now);
        self.look();
    }

    /// Laws that hold at every moment.
    fn look(&mut self) {
        if self.here.works(self.now) && self.there.works(self.now) && self.late.is_none() && self.meddled.is_none() {
            self.breaks("it works on both clusters at once".to_owned());
        }
    }

    /// A request on its way, until its sender is told; `None` where the sender is dead by then.
    fn send(&mut self, side: Side, request: &Request) -> Option<Result<Response, TransportError>> {
        if self.is_dead {
            return None;
        }
        self.requests += 1;
        let ask = read(request);
        let crash = self.crash.take_if(|crash| crash.at_request == self.requests);
        if crash.is_some_and(|crash| crash.moment == Moment::Before) {
            self.note(|| format!("dies before {ask:?} {side:?}"));
            self.is_dead = true;
            return None;
        }
        let phase = phase(&ask);
        let kind = self.weather.choose(&mut self.random, phase, &mut self.hits);
        let journey = Journey::of(kind, phase, &mut self.random);
        self.note(|| format!("{ask:?} {side:?} {}", kind.map_or("", Kind::word)));
        let (sent, told_after) = (self.now, journey.told_after.min(request.timeout));
        let told = sent + told_after;
        let mut real = None;
        match journey.done_after {
            Some(after) if after <= told_after => {
                self.pass(sent + after);
                let is_stale = kind == Some(Kind::LeaderFlip) || (self.lags && self.random.percent(40));
                let lag = if is_stale { self.random.between(Duration::ZERO, LAG) } else { Duration::ZERO };
                let (now, view) = (self.now, self.now.saturating_sub(lag));
                if ask.is_write() {
                    self.keeps_first(side, &ask);
                }
                real = Some(self.site(side).serve(now, &ask, view));
                self.look();
            }
            Some(after) => self.coming.push((sent + after, side, ask.clone())),
            None => {}
        }
        if crash.is_some() {
            self.note(|| format!("dies after {ask:?} {side:?}"));
            self.is_dead = true;
            return None;
        }
        self.pass(told);
        let is_in_time = journey.told_after <= request.timeout;
        let answer = if is_in_time {
            journey.arriving(real)
        } else {
            Err(TransportError { kind: Broken::Timeout, message: "no answer in time".to_owned() })
        };
        if ask.is_write() && (kind.is_some() || answer.is_err()) {
            self.doubts += 1;
        }
        self.note(|| match &answer {
            Ok(response) => format!("  {}", response.status),
            Err(error) => format!("  {}", error.message),
        });
        Some(answer)
    }

    /// Offsets are on the disk before they are touched.
    fn keeps_first(&mut self, side: Side, ask: &Ask) {
        if matches!(ask, Ask::Alter(_) | Ask::Clear) && side == Side::Here && self.keeps && self.disk.is_none() {
            self.breaks("offsets are changed that were not kept".to_owned());
        }
    }
}

/// What carries the client's requests to one of the clusters.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) side: Side,
    pub(crate) world: Shared,
}

impl Transport for Wire {
    fn address(&self) -> &'static str {
        match self.side {
            Side::Here => "http://here:8083",
            Side::There => "http://there:8083",
        }
    }

    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let answer = lock(&self.world).send(self.side, &request);
        match answer {
            Some(answer) => answer,
            // A process that has died waits for ever.
            None => std::future::pending().await,
        }
    }
}

/// Reads a request; whatever is none of Connect's is a mistake of the program under test.
fn read(request: &Request) -> Ask {
    let body: Value = request.body.as_deref().map_or(Value::Null, |body| serde_json::from_slice(body).unwrap());
    let path = request.path.split('/').skip(1).collect::<Vec<_>>();
    match (request.method, path.as_slice()) {
        (Method::Get, ["connectors", "c", "status"]) => Ask::Status,
        (Method::Get, ["connectors", "c"]) => Ask::Info,
        (Method::Get, ["connectors", "c", "config"]) => Ask::Config,
        (Method::Get, ["connectors", "c", "offsets"]) => Ask::Offsets,
        (Method::Put, ["connectors", "c", "pause"]) => Ask::State(DesiredState::Paused),
        (Method::Put, ["connectors", "c", "resume"]) => Ask::State(DesiredState::Running),
        (Method::Put, ["connectors", "c", "stop"]) => Ask::State(DesiredState::Stopped),
        (Method::Post, ["connectors", "c", restart]) if restart.starts_with("restart?includeTasks=true") => {
            Ask::Restart
        }
        (Method::Post, ["connectors"]) if body["initial_state"] == "STOPPED" => Ask::Create(body["config"].clone()),
        (Method::Delete, ["connectors", "c"]) => Ask::Delete,
        (Method::Delete, ["connectors", "c", "offsets"]) => Ask::Clear,
        (Method::Patch, ["connectors", "c", "offsets"]) => {
            let entries = body["offsets"].as_array().unwrap().iter();
            let entry = |entry: &Value| {
                (entry["partition"]["kafka_partition"].as_i64().unwrap(), entry["offset"]["kafka_offset"].as_i64())
            };
            Ask::Alter(entries.map(entry).collect())
        }
        _ => panic!("Connect has no {} {}", request.method.as_str(), request.path),
    }
}

/// The phase whose faults mean the same for it.
fn phase(ask: &Ask) -> Phase {
    match ask {
        Ask::Status | Ask::Info | Ask::Config | Ask::Offsets => Phase::Check,
        Ask::State(_) => Phase::State,
        Ask::Restart => Phase::Restart,
        Ask::Create(_) => Phase::Create,
        Ask::Delete => Phase::Delete,
        Ask::Alter(_) | Ask::Clear => Phase::Patch,
    }
}
