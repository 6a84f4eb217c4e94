//! The endpoint every long-running binary serves: `/livez` (the process answers), `/readyz` (it can
//! do its work, else 503 and why not) and `/metrics` (OpenMetrics text).

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

use crate::{Exit, Failure, Shutdown};

/// Whether a program can do its work; clones share one state. Starts as "starting".
#[derive(Clone, Debug)]
pub struct Readiness(Arc<Mutex<Result<String, String>>>);

impl Default for Readiness {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Err("starting".to_owned()))))
    }
}

impl Readiness {
    /// The program can do its work.
    pub fn ready(&self) {
        self.ready_but("");
    }

    /// The program can do its work, and there is something to say of it: a line each.
    pub fn ready_but(&self, notes: impl Into<String>) {
        self.set(Ok(notes.into()));
    }

    /// The program cannot do its work, and why.
    pub fn not_ready(&self, why: impl Into<String>) {
        self.set(Err(why.into()));
    }

    /// What there is to say when ready, else why not.
    pub fn get(&self) -> Result<String, String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, state: Result<String, String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

/// The health and metrics endpoint of one program.
#[derive(Debug)]
pub struct Endpoint {
    registry: Arc<Registry>,
    readiness: Readiness,
    extra: Router,
}

impl Endpoint {
    /// An endpoint that serves the metrics of `registry` and the state of `readiness`.
    pub fn new(registry: Registry, readiness: Readiness) -> Self {
        Self { registry: Arc::new(registry), readiness, extra: Router::new() }
    }

    /// Adds routes of the program's own beside the three.
    #[must_use]
    pub fn routes(mut self, extra: Router) -> Self {
        self.extra = extra;
        self
    }

    /// Serves until `shutdown`. The caller binds, so that tests can use port 0.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, listener: TcpListener, shutdown: Shutdown) -> anyhow::Result<()> {
        let router = Router::new()
            .route("/livez", get(|| async { "ok\n" }))
            .route("/readyz", get(readyz).with_state(self.readiness))
            .route("/metrics", get(metrics).with_state(self.registry))
            .merge(self.extra);
        axum::serve(listener, router).with_graceful_shutdown(async move { shutdown.asked().await }).await?;
        Ok(())
    }
}

/// Binds `address` (`host:port`), with an error that names it.
///
/// # Errors
/// When the address is taken or not of this machine.
pub async fn bind(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::new(Exit::Machine, format!("cannot listen on {address}"))
            .because(error)
            .hint("choose another address with --metrics-addr, or stop what listens there")
    })
}

async fn readyz(State(readiness): State<Readiness>) -> Response {
    match readiness.get() {
        Ok(notes) if notes.is_empty() => "ready\n".into_response(),
        Ok(notes) => format!("ready\n{notes}\n").into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")).into_response(),
    }
}

async fn metrics(State(registry): State<Arc<Registry>>) -> Response {
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    async fn request(address: std::net::SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn readyz_follows_the_readiness_and_livez_does_not() {
        let listener = bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (readiness, shutdown) = (Readiness::default(), Shutdown::manual());
        let endpoint = Endpoint::new(Registry::default(), readiness.clone());
        let server = tokio::spawn(endpoint.serve(listener, shutdown.clone()));

        assert!(request(address, "/livez").await.starts_with("HTTP/1.1 200"));
        assert!(request(address, "/readyz").await.ends_with("not ready: starting\n"));
        readiness.ready();
        assert!(request(address, "/readyz").await.starts_with("HTTP/1.1 200"));
        readiness.ready_but("a: slow\nb: slow");
        assert!(request(address, "/readyz").await.ends_with("\r\n\r\nready\na: slow\nb: slow\n"));
        assert!(request(address, "/metrics").await.contains("# EOF"));

        shutdown.stop();
        server.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_taken_address_is_named() {
        let taken = bind("127.0.0.1:0").await.unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let error = bind(&address).await.unwrap_err();
        assert_eq!(error.exit(), Exit::Machine);
        assert!(error.to_string().contains(&address));
    }
}
