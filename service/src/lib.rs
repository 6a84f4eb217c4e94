//! What every binary of the toolkit shares: settings from the environment, secrets, logging, the
//! health and metrics endpoint, shutdown, exit codes, and how errors are shown.
//!
//! Nothing of the domain lives here: no Kafka, no Connect, no PostgreSQL.

pub mod endpoint;
pub mod env;
pub mod exit;
pub mod failure;
pub mod log;
pub mod output;
pub mod plain;
pub mod program;
pub mod secret;
pub mod secret_command;
pub mod shutdown;
pub mod when;

pub use endpoint::{Endpoint, Readiness};
pub use env::Env;
pub use exit::Exit;
pub use failure::Failure;
pub use output::Format;
pub use secret::Secret;
pub use shutdown::Shutdown;
