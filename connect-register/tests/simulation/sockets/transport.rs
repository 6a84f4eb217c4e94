//! The client's side: hyper over a connection of the simulated network, one for each request.

use std::time::Duration;

use connect_register::connect::transport::{Broken, Request};
use connect_register::connect::{Response, Transport, TransportError};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

use super::hosts::{Hands, lock};
use crate::world::journey::Twist;
use crate::world::ledger::{Id, Outcome, Who};
use crate::world::network::outcome_of_500;

/// As long as the product gives a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The header that tells the server which request it is.
pub(super) const NUMBER: &str = "x-number";

/// Requests to the simulated worker.
pub(super) struct HyperTransport {
    pub(super) who: Who,
    pub(super) hands: Hands,
}

/// A request under way; nobody waits any more where this is dropped before its end.
struct Listening<'a> {
    hands: &'a Hands,
    id: Option<Id>,
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            lock(self.hands).told(id, Outcome::Doubt);
        }
    }
}

fn broken(kind: Broken, message: &dyn std::fmt::Display) -> TransportError {
    TransportError { kind, message: message.to_string() }
}

impl Transport for HyperTransport {
    fn address(&self) -> &'static str {
        "http://connect:8083"
    }

    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let id = lock(&self.hands).send(self.who, &request);
        let mut listening = Listening { hands: &self.hands, id: Some(id) };
        let limit = request.timeout;
        let answer = timeout(limit, exchange(id, request)).await;
        let answer = answer.unwrap_or_else(|_| Err(broken(Broken::Timeout, &"no answer in time")));
        listening.id = None;
        let (is_real, is_look) = {
            let errand = &lock(&self.hands).errands[id];
            (matches!(errand.journey.twist, Twist::None), !errand.ask.phase().changes())
        };
        let outcome = match &answer {
            Ok(response) if is_real && (200..300).contains(&response.status) => Outcome::Done,
            Ok(response) if is_real && is_look && response.status == 404 => Outcome::Done,
            Ok(response) if response.status == 400 => Outcome::Refused,
            Ok(response) if matches!(response.status, 401 | 404 | 405 | 409) => Outcome::Nothing,
            Ok(response) if response.status == 500 => outcome_of_500(&response.body),
            Err(error) if error.kind == Broken::Connect => Outcome::Nothing,
            _ => Outcome::Doubt,
        };
        lock(&self.hands).told(id, outcome);
        answer
    }
}

async fn exchange(id: Id, request: Request) -> Result<Response, TransportError> {
    let connecting = timeout(CONNECT_TIMEOUT, turmoil::net::TcpStream::connect(("connect", 8083)));
    let connected = connecting.await.map_err(|_| broken(Broken::Connect, &"no connection in time"))?;
    let stream = connected.map_err(|error| broken(Broken::Connect, &error))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| broken(Broken::Connect, &error))?;
    let driving = tokio::spawn(connection);
    let sent = hyper::Request::builder()
        .method(request.method.as_str())
        .uri(request.path)
        .header("host", "connect:8083")
        .header(NUMBER, id)
        .body(Full::<Bytes>::from(request.body.unwrap_or_default()))
        .map_err(|error| broken(Broken::Connect, &error))?;
    let answer = sender.send_request(sent).await.map_err(|error| broken(Broken::Cut, &error))?;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.map_err(|error| broken(Broken::Cut, &error))?;
    driving.abort();
    Ok(Response { status, body: body.to_bytes().to_vec() })
}
