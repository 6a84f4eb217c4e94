//! Operating what runs: pausing, stopping, restarting, deleting, moving offsets and whole connectors, as
//! a pure step (state and event in, state and requests out) and a small loop that drives it. Each aim is
//! asked for, waited for, and, where a later one fails, taken back.

pub mod access;
pub mod aim;
pub mod call;
pub mod driver;
pub mod judge;
pub mod procedure;
pub mod step;
mod undo;

pub use access::Operator;
pub use aim::{Aim, Move, OnIll, Scope};
pub use call::{Answer, Call, Event, Note, Request, Side, Time, What};
pub use driver::{Clusters, Keeper, drive};
pub use procedure::{Limits, Outcome, Procedure, Why};
pub use step::step;
