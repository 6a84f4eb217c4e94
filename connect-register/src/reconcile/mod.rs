//! Reconciling: making the connectors of a worker as declared, as a pure step (state and event in,
//! state and requests out) and a small loop that drives it. How a request travels is not known here.

pub mod access;
pub mod adopt;
pub mod definitions;
pub mod driver;
pub mod inspect;
pub mod member;
pub mod persist;
pub mod policy;
mod pruning;
pub mod request;
pub mod rollback;
pub mod round;
pub mod state;
pub mod step;
pub mod survey;
mod writing;

pub use crate::core::{KeyDefinition, Observation, Observed, Plugin};
pub use access::{ConnectReader, ConnectWriter, Effect, ProviderVerdict, WorkerInfo};
pub use driver::drive;
pub use inspect::inspect;
pub use member::{Member, Rejection, Stage, Target};
pub use policy::{Goal, Mode, OnError, Policy, RestartPolicy};
pub use request::{Answer, Call, Event, Note, Request, Time};
pub use rollback::Cause;
pub use state::{Ending, State};
pub use step::step;
pub use survey::survey;
