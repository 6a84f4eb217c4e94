//! The event contract: what a sale is, what breaks the contract, and the bytes both become. Nothing
//! here reads a file or speaks to Kafka.

pub mod contract;
pub mod envelope;
pub mod json;
pub mod refusal;
pub mod sale;

pub use contract::{Breach, Field, Reason};
pub use envelope::Envelope;
pub use refusal::{Cause, Mistake, Origin, Refusal};
pub use sale::Sale;

/// The topic of the sales.
pub const SALES: &str = "sales";

/// The topic of the dead letters: the sink's and the producer's own.
pub const DEAD_LETTERS: &str = "sales.dlq";
