//! Guards what is in PostgreSQL: runs the migrations of `sql/`, keeps the ledger (everything that was
//! produced has landed or is a dead letter), and tells how long an event took to become a row.
//!
//! It never writes a sale and never moves an offset: landing itself is the sink's work.

pub mod latency;
pub mod ledger;
pub mod migrate;
pub mod postgres;
pub mod progress;
pub mod watch;
