//! The native stack: the real Kafka, Connect and PostgreSQL on this machine, without containers.
//!
//! `settings` is what a stack is to be, `kit` what it needs on disk, `doctor` what stands in its way,
//! `parts` how each server is run, `supervise` what watches over them, and `Lease` a stack of a
//! program's own. The command line in `commands` is one of its users, as are the tests.

pub mod bench;
pub mod commands;
mod demo;
pub mod doctor;
pub mod environment;
pub mod folder;
pub mod kit;
pub mod lease;
pub mod parts;
pub mod ports;
pub mod programs;
mod scrape;
pub mod settings;
pub mod supervise;
#[cfg(test)]
mod testing;

pub use lease::{Lease, LeaseOptions};
