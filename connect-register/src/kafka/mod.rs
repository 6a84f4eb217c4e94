//! What is asked of Kafka itself, where Connect's REST API does not tell: dead letters, read and sent
//! back, and which of them have been sent back. What is done about them is not decided here.

pub mod letters;
pub mod memory;
pub mod outbox;

pub use letters::Letters;
pub use memory::Memory;
pub use outbox::Outbox;

/// What brokers know this program by.
pub const CLIENT_ID: &str = "connect-register";
