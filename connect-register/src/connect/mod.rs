//! Kafka Connect's REST API: one method an endpoint over a small transport, the workers it goes to and
//! how, the classifier of what goes wrong, and the shapes of answers. What to do about an answer is not
//! decided here.

pub mod address;
pub mod answers;
pub mod classify;
pub mod client;
pub mod credentials;
mod exchange;
pub mod http;
mod operate;
pub mod tls;
pub mod transport;
pub mod workers;

pub use address::Address;
pub use client::Client;
pub use credentials::{Credentials, Login};
pub use http::{HttpTransport, Route};
pub use tls::{Identity, Tls, Trust};
pub use transport::{Broken, Method, Request, Response, Transport, TransportError};
