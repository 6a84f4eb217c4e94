//! How a request travels: the one thing that differs between the product and a simulated network.

use std::future::Future;
use std::time::Duration;

/// The verbs that Connect's REST API uses here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Acts.
    Post,
    /// Writes.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The verb.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A request to a worker.
#[derive(Clone, Debug)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// Path and query, percent-encoded, from `/`.
    pub path: String,
    /// A JSON body.
    pub body: Option<Vec<u8>>,
    /// How long the answer may take.
    pub timeout: Duration,
}

/// An answer of a worker, or of something before it.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The body, whole.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// No connection could be made: nothing was sent.
    Connect,
    /// The connection could not be secured: nothing was done.
    Tls,
    /// The answer did not come in time.
    Timeout,
    /// The connection broke before the answer was whole.
    Cut,
    /// The answer is too long to be one of Connect's.
    TooLong,
}

/// Why there is no answer, and in the network's words.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    /// What broke.
    pub kind: Broken,
    /// The network's words.
    pub message: String,
}

/// Sends requests to one worker.
pub trait Transport: Sync {
    /// The address of the worker, to be shown.
    fn address(&self) -> &str;

    /// Sends a request and waits for the whole answer.
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportError>> + Send;
}
