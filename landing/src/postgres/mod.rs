//! The way to PostgreSQL: where it is, a session with it, and what its errors mean. No SQL of the
//! domain is here.

pub mod failure;
pub mod session;
pub mod settings;

pub use session::Session;
pub use settings::Postgres;
