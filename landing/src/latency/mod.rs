//! Event-to-row latency: how long after an event was made its row was committed. The times are those
//! of the database and of the event; nothing of the clock of this machine is in it.

pub mod report;
pub mod sample;
pub mod window;

pub use report::Report;
pub use sample::{Clock, Sample};
