//! The built binary operating an imitated Connect: states, restarts, offsets, deletions and moves, in
//! calm weather and in foul.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod documented;
mod explain;
mod fixture;
mod foul;
mod looks;
mod migrate;
mod offsets;
#[path = "../shared/ran.rs"]
mod ran;
mod states;
