//! Runs the numbered files of `sql/` against the database: each in a transaction, recorded, one
//! `landing` at a time. What a file says is its own affair, as long as it is safe to run again.

pub mod file;
pub mod history;
pub mod place;
pub mod plan;
pub mod run;

pub use file::File;
pub use plan::{Plan, State};
pub use run::{Ran, run};
