//! The native stack: the real Kafka, Connect and PostgreSQL on this machine, without containers.
//!
//! `kit` is what they need on disk, `doctor` what stands in their way.

pub mod doctor;
pub mod kit;
