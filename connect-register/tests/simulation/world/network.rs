//! The network between the processes and the cluster, in virtual time: requests travel, are done, get
//! lost and are answered when their journeys say so, and the ledger is kept of all of it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use connect_register::connect::transport::{Broken, Request};
use connect_register::connect::{Response, TransportError};

use super::answers::Shown;
use super::cluster::{Cluster, LAG, Time};
use super::faults::Kind;
use super::journey::Journey;
use super::laws::Law;
use super::ledger::{Id, Ledger, Outcome, Who};
use super::random::Random;
use super::recall::Readings;
use super::rest::Ask;
use super::scenario::{Crash, Moment, Scenario};
use super::weather::{Hits, Weather};

type Arriving = Result<Response, TransportError>;

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Happening {
    /// A request reaches the cluster.
    Done(Id),
    /// Its sender is told.
    Told(Id),
    Meddling,
    /// Somebody restarts all that has failed.
    Rescue,
    /// What runs fails once more.
    Relapse,
    /// From now on nothing goes wrong any more.
    Calm,
}

/// A request on its way.
#[derive(Debug)]
struct Flight {
    who: Who,
    ask: Arc<Ask>,
    journey: Journey,
    kind: Option<Kind>,
    /// So long its sender waits.
    patience: Duration,
    /// The answer of the cluster.
    real: Option<Response>,
    arriving: Option<Arriving>,
}

/// The network, and all that hangs on it.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) now: Time,
    pub(crate) cluster: Cluster,
    pub(crate) ledger: Ledger,
    pub(crate) hits: Hits,
    pub(crate) requests: u64,
    pub(crate) random: Random,
    pub(crate) weather: Weather,
    pub(crate) readings: Readings,
    /// The process that has just died.
    pub(crate) died: Option<Who>,
    crash: Option<Crash>,
    lags: bool,
    agenda: BinaryHeap<Reverse<(Time, u64, Happening)>>,
    scheduled: u64,
    flights: Vec<Flight>,
    trace: Option<String>,
}

impl Network {
    pub(crate) fn new(scenario: &Scenario, cluster: Cluster, ledger: Ledger, is_traced: bool) -> Self {
        Self {
            now: Time::ZERO,
            cluster,
            ledger,
            hits: Hits::default(),
            requests: 0,
            random: Random::new(scenario.seed ^ 0x5eed),
            weather: scenario.weather.clone(),
            readings: Readings::new(),
            died: None,
            crash: scenario.crash,
            lags: scenario.lags,
            agenda: BinaryHeap::new(),
            scheduled: 0,
            flights: Vec::new(),
            trace: is_traced.then(String::new),
        }
    }

    pub(crate) fn note(&mut self, text: impl FnOnce() -> String) {
        let now = self.now.as_secs_f64();
        if let Some(trace) = &mut self.trace {
            let _ = writeln!(trace, "{now:>9.3} {}", text());
        }
    }

    pub(crate) fn trace(&self) -> &str {
        self.trace.as_deref().unwrap_or_default()
    }

    pub(crate) fn schedule(&mut self, at: Time, happening: Happening) {
        // Equal times come in the order in which they were asked for.
        self.scheduled += 1;
        self.agenda.push(Reverse((at, self.scheduled, happening)));
    }

    /// When something happens next.
    pub(crate) fn next_at(&self) -> Option<Time> {
        self.agenda.peek().map(|Reverse((at, ..))| *at)
    }

    /// Whether a request, or an effect of one, is on its way.
    pub(crate) fn is_anything_under_way(&self) -> bool {
        self.agenda.iter().any(|Reverse((_, _, what))| matches!(what, Happening::Done(_) | Happening::Told(_)))
    }

    /// Whether no process will die any more.
    pub(crate) fn will_not_die(&self) -> bool {
        self.crash.is_none()
    }

    pub(crate) fn next(&mut self) -> Option<Happening> {
        let Reverse((at, _, happening)) = self.agenda.pop()?;
        self.now = self.now.max(at);
        Some(happening)
    }

    /// A process sends a request; `None` where it dies instead.
    pub(crate) fn post(&mut self, who: Who, request: &Request) -> Option<Id> {
        if self.died == Some(who) {
            return None;
        }
        let ask = Arc::new(Ask::read(request));
        let id = self.flights.len();
        self.requests += 1;
        let crash = self.crash.take_if(|crash| crash.at_request == self.requests);
        if crash.is_some() {
            self.died = Some(who);
        }
        if crash.is_some_and(|crash| crash.moment == Moment::Before) {
            self.note(|| format!("#{who} dies before it sends: {}", ask.told()));
            return None;
        }
        if matches!(*ask, Ask::Delete(_))
            && self.ledger.expectation.deletes_last
            && let Some(how) = self.ledger.expectation.declared_differs(&self.cluster.connectors)
        {
            self.ledger.breaks(Law::Order, format!("{} while {how}", ask.told()));
        }
        let phase = ask.phase();
        let kind = self.weather.choose(&mut self.random, phase, &mut self.hits);
        let journey = Journey::of(kind, phase, &mut self.random);
        self.ledger.sent(id, who, self.now, &ask, self.cluster.version.creates_in_a_state);
        self.note(|| format!("#{who} {} {}", ask.told(), kind.map_or("", Kind::word)));
        let told_after = journey.told_after.min(request.timeout);
        if let Some(after) = journey.done_after {
            self.schedule(self.now + after, Happening::Done(id));
        }
        self.schedule(self.now + told_after, Happening::Told(id));
        let flight = Flight { who, ask, journey, kind, patience: request.timeout, real: None, arriving: None };
        self.flights.push(flight);
        if crash.is_some() {
            self.note(|| format!("#{who} dies after it has sent"));
            self.ledger.told(id, self.now, Outcome::Doubt);
            return None;
        }
        Some(id)
    }

    /// A request reaches the cluster.
    pub(crate) fn done(&mut self, id: Id) {
        let (ask, kind) = (self.flights[id].ask.clone(), self.flights[id].kind);
        let is_stale = kind == Some(Kind::LeaderFlip) || (self.lags && self.random.percent(50));
        let lag = if is_stale { self.random.between(Duration::ZERO, LAG) } else { Duration::ZERO };
        let is_in_trouble = !matches!(self.weather, Weather::Clear);
        let missing = is_in_trouble && self.random.percent(10);
        let shown = Shown {
            view_at: self.now.saturating_sub(lag),
            is_masked: self.cluster.version.masks || kind == Some(Kind::Masked),
            trace: match kind {
                Some(Kind::LongTrace) if self.random.below(20_000) == 0 => 10 << 20,
                Some(Kind::LongTrace) => 4 << 10,
                _ => 64,
            },
            missing: missing.then(|| self.random.index(8)),
        };
        let (real, effect) = self.cluster.serve(self.now, &ask, shown);
        if let Some(effect) = effect {
            let is_late = self.flights[id].journey.is_late();
            self.note(|| {
                let late = if is_late { " late" } else { "" };
                format!(
                    "  {} is done{late}{}",
                    ask.told(),
                    if effect.is_redundant { ", and was so already" } else { "" }
                )
            });
            self.ledger.happened(id, self.now, &effect);
        }
        if !ask.phase().changes() {
            let failed = self.cluster.failed(shown.view_at);
            self.ledger.shown(id, shown.view_at, failed);
        }
        self.flights[id].real = Some(real);
    }

    /// The answer of a request is there, or will not come.
    pub(crate) fn told(&mut self, id: Id) -> Who {
        let flight = &mut self.flights[id];
        let late = TransportError { kind: Broken::Timeout, message: "no answer in time".to_owned() };
        let is_in_time = flight.journey.told_after <= flight.patience;
        flight.arriving = Some(if is_in_time { flight.journey.arriving(flight.real.take()) } else { Err(late) });
        flight.who
    }

    /// What has arrived for a request, once.
    pub(crate) fn take(&mut self, id: Id) -> Option<Arriving> {
        let arriving = self.flights[id].arriving.take()?;
        self.know(id, &arriving);
        Some(arriving)
    }

    /// Nobody waits for the answer any more.
    pub(crate) fn abandoned(&mut self, id: Id) {
        self.ledger.told(id, self.now, Outcome::Doubt);
    }

    fn know(&mut self, id: Id, arriving: &Arriving) {
        let Flight { who, ask, journey, .. } = &self.flights[id];
        let is_real = matches!(journey.twist, super::journey::Twist::None) && arriving.is_ok();
        let is_look = !ask.phase().changes();
        // That there is no such connector is something to know.
        let is_success = arriving
            .as_ref()
            .is_ok_and(|response| (200..300).contains(&response.status) || (is_look && response.status == 404));
        let outcome = match arriving {
            Ok(_) if is_real && is_success => Outcome::Done,
            Ok(response) if response.status == 400 => Outcome::Refused,
            Ok(response) if response.status == 401 => {
                self.ledger.denied.insert(*who);
                Outcome::Nothing
            }
            Ok(response) if matches!(response.status, 404 | 405 | 409) => Outcome::Nothing,
            Err(error) if error.kind == Broken::Connect => Outcome::Nothing,
            Ok(response) if response.status == 500 => outcome_of_500(&response.body),
            _ => Outcome::Doubt,
        };
        self.ledger.told(id, self.now, outcome);
    }
}

/// What a 500 tells, by Connect's own words.
pub(crate) fn outcome_of_500(body: &[u8]) -> Outcome {
    let says = |text: &str| body.windows(text.len()).any(|window| window == text.as_bytes());
    if says("NullPointerException") {
        Outcome::Refused
    } else if says("timed out") || says("IO Error") {
        Outcome::Doubt
    } else {
        Outcome::Nothing
    }
}
