//! The built binary against an imitated Connect in foul weather: a fifth of all requests go wrong, in
//! every way that passes. Whatever happens on the way, what is declared is there in the end, and
//! nothing was written more often than could not be helped.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod create;
mod fleet;
mod keep;
mod secret;
mod set;
