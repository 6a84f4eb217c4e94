//! Procedures in a world of their own: two small clusters with one connector, virtual time, every fault
//! of the network, a death at each request, somebody else at work on the same connector, and the laws that
//! each run has to keep.

pub(crate) mod bugs;
mod figures;
mod goal;
mod process;
mod run;
mod scenario;
mod site;
mod world;

pub(crate) use figures::Figures;
pub(crate) use run::run;
pub(crate) use scenario::Scenario;
