//! Planted bugs: mistakes that a program like this one makes, put between the product's step and the
//! simulated world. They show that the laws have no holes; the product knows nothing of them.

mod atomic;
mod healing;
mod looks;
mod outcomes;
mod time;
mod wire;
mod writes;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use connect_register::connect::transport::Request as Sent;
use connect_register::connect::{Response, TransportError};
use connect_register::core::{ConnectorName, Fault, Observation, Spec, Write};
use connect_register::reconcile::{Answer, Call, Event, Policy, Request, State};

use crate::world::ledger::Who;

/// What a bug remembers in its process.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// How often something happened.
    pub(crate) count: u64,
    /// An earlier look.
    pub(crate) look: Option<Arc<Observation>>,
    /// An answer that was kept back.
    pub(crate) kept: Option<(Call, Result<Answer, Fault>)>,
    /// Writes that were not sent.
    pub(crate) left: BTreeMap<ConnectorName, Arc<Write>>,
}

type Requests = fn(&mut Memory, &State, Duration, Vec<Request>) -> Vec<Request>;
type Again = fn(&Call, &Result<Answer, Fault>) -> bool;
type Arriving = Result<Response, TransportError>;

/// A planted bug: where it sits, and what it does there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bug {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    /// In what was asked for.
    pub(crate) policy: Option<fn(&mut Policy)>,
    /// In what is declared.
    pub(crate) spec: Option<fn(Who, &Spec) -> Spec>,
    /// In the time that the step is told.
    pub(crate) clock: Option<fn(Duration) -> Duration>,
    /// In what the step is told of.
    pub(crate) event: Option<fn(&mut Memory, Event) -> Vec<Event>>,
    /// In what the step asks for.
    pub(crate) requests: Option<Requests>,
    /// Whether a call is simply made again.
    pub(crate) again: Option<Again>,
    /// In what leaves the client.
    pub(crate) wire: Option<fn(&mut Memory, &mut Sent)>,
    /// In what reaches the client.
    pub(crate) arrival: Option<fn(&mut Memory, &Sent, &mut Arriving)>,
}

impl Bug {
    /// No bug: the product as it is.
    pub(crate) const NONE: Self = Self {
        name: "none",
        what: "the product as it is",
        policy: None,
        spec: None,
        clock: None,
        event: None,
        requests: None,
        again: None,
        wire: None,
        arrival: None,
    };

    const fn named(name: &'static str, what: &'static str) -> Self {
        Self { name, what, ..Self::NONE }
    }
}

/// Every planted bug.
pub(crate) fn all() -> impl Iterator<Item = Bug> {
    let kinds: [&[Bug]; 7] =
        [&healing::BUGS, &outcomes::BUGS, &looks::BUGS, &writes::BUGS, &time::BUGS, &atomic::BUGS, &wire::BUGS];
    kinds.into_iter().flatten().copied()
}
