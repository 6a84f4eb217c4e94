//! Reconciling: making the connectors of a worker as declared, as a pure step (state and event in,
//! state and requests out) and a small loop that drives it. How a request travels is not known here.

pub mod access;
pub mod adopt;
pub mod breaker;
mod declared;
pub mod definitions;
pub mod driver;
pub mod healing;
pub mod inspect;
pub mod member;
pub mod persist;
pub mod policy;
pub mod progress;
mod pruning;
pub mod request;
pub mod rollback;
pub mod round;
pub mod state;
pub mod step;
pub mod survey;
pub mod trouble;
mod writing;

pub use crate::core::{KeyDefinition, Observation, Observed, Plugin};
pub use access::{ConnectReader, ConnectWriter, Effect, ProviderVerdict, WorkerInfo};
pub use breaker::Breaker;
pub use driver::{drive, drive_with};
pub use healing::{Behind, Healing, HealingPolicy, Stalled};
pub use inspect::inspect;
pub use member::{Member, Rejection, Stage, Target};
pub use policy::{Conduct, Goal, Mode, OnError, Policy, RestartPolicy};
pub use request::{Answer, Call, Event, Note, Request, Time};
pub use rollback::Cause;
pub use state::{Ending, State};
pub use step::step;
pub use survey::survey;
pub use trouble::Trouble;
