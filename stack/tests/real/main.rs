//! The outer ring: the real Kafka, Connect and PostgreSQL, started by the `stack` program itself on
//! free ports. Nothing here is skipped: where the parts cannot be had the tests fail and say so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod faults;
mod lifecycle;
mod refusals;
mod scratch;
mod secrets;
mod shapes;
