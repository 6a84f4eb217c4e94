//! Kafka Connect's REST API: one method an endpoint over a small transport, the classifier of what
//! goes wrong, and the shapes of answers. What to do about an answer is not decided here.

pub mod answers;
pub mod classify;
pub mod client;
pub mod http;
pub mod transport;

pub use client::Client;
pub use http::{Credentials, HttpTransport};
pub use transport::{Method, Response, Transport, TransportError};
