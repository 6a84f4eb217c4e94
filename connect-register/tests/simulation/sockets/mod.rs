//! The same cluster, faults and laws behind real HTTP: hyper speaks to hyper over a simulated network
//! that partitions, holds, delays and loses, and in which hosts crash and come again.

mod hosts;
mod run;
mod server;
mod transport;

pub(crate) use run::run;
