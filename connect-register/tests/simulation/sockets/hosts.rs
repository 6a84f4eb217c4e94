//! What the hosts of the simulated network share: the cluster, the ledger, and the time. It stands for
//! what survives a crash, as Connect's own topics do.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use connect_register::connect::transport::Request;

use crate::world::cluster::{Cluster, Time};
use crate::world::journey::Journey;
use crate::world::ledger::{Id, Ledger, Outcome, Who};
use crate::world::random::Random;
use crate::world::rest::Ask;
use crate::world::weather::{Hits, Weather};

/// A request, as its server finds it by its number.
#[derive(Clone, Debug)]
pub(super) struct Errand {
    pub(super) ask: Arc<Ask>,
    pub(super) journey: Journey,
    pub(super) is_masked: bool,
}

/// What all hosts share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) cluster: Cluster,
    pub(super) ledger: Ledger,
    pub(super) weather: Weather,
    pub(super) hits: Hits,
    pub(super) random: Random,
    pub(super) errands: Vec<Errand>,
    pub(super) lags: bool,
    /// The time, for what happens outside of a host.
    pub(super) now: Time,
    pub(super) next_who: Who,
    /// The hosts whose processes have not succeeded; a watch never has.
    pub(super) open: BTreeSet<usize>,
    pub(super) trace: Vec<String>,
}

/// The shared things, in the hands of every host.
pub(super) type Hands = Arc<Mutex<Shared>>;

pub(super) fn lock(hands: &Hands) -> MutexGuard<'_, Shared> {
    hands.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// The time, within a host or outside.
    pub(super) fn time(&self) -> Time {
        turmoil::sim_elapsed().unwrap_or(self.now)
    }

    pub(super) fn note(&mut self, text: &str) {
        let now = self.time().as_secs_f64();
        self.trace.push(format!("{now:>9.3} {text}"));
    }

    /// A process sends a request; what will go wrong with it at the server is settled now.
    pub(super) fn send(&mut self, who: Who, request: &Request) -> Id {
        let (ask, now, id) = (Arc::new(Ask::read(request)), self.time(), self.errands.len());
        let phase = ask.phase();
        let kind = self.weather.choose(&mut self.random, phase, &mut self.hits);
        let journey = Journey::of(kind, phase, &mut self.random);
        self.ledger.sent(id, who, now, &ask, self.cluster.version.creates_in_a_state);
        self.note(&format!("#{who} {} {}", ask.told(), kind.map_or("", crate::world::faults::Kind::word)));
        let is_masked = kind == Some(crate::world::faults::Kind::Masked);
        self.errands.push(Errand { ask, journey, is_masked });
        id
    }

    pub(super) fn told(&mut self, id: Id, outcome: Outcome) {
        let now = self.time();
        self.note(&format!("  {id} {outcome:?}"));
        self.ledger.told(id, now, outcome);
    }
}
