//! The outer ring: the real Kafka, Connect and PostgreSQL, started by the `stack` program itself on
//! free ports. Nothing here is skipped: where the parts cannot be had the tests fail and say so.

mod faults;
mod lifecycle;
mod refusals;
mod scratch;
mod secrets;
mod shapes;
