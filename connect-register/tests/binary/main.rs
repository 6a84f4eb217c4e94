//! The built binary against a scripted Connect, which fails on a request that is not expected and on
//! one that does not come.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod access;
mod apply;
mod atomic;
mod canary;
mod completion;
mod consent;
mod contexts;
mod diff;
mod dlq;
mod doctor;
mod documented;
mod echo;
mod errors;
mod export;
mod fixture;
mod inputs;
mod plan;
mod plugins;
mod policy;
mod prune;
#[path = "../shared/ran.rs"]
mod ran;
mod reference;
mod saved_plan;
mod shipped;
mod status;
mod terminal;
mod tls;
mod validate;
mod wait;
mod watch;
mod watch_healing;
mod watch_progress;
mod watch_reload;
mod worker;
