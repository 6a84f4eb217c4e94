//! The worker's side: hyper before the cluster in memory. Each request goes the way that was settled
//! when it was sent; a broken connection is closed without an answer.

use std::time::Duration;

use connect_register::connect::Response;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::time::sleep;
use turmoil::net::TcpListener;

use super::hosts::{Hands, lock};
use super::transport::NUMBER;
use crate::world::answers::Shown;
use crate::world::cluster::LAG;
use crate::world::ledger::Id;

/// Serves for ever, or until the host crashes.
pub(super) async fn serve(hands: Hands) -> turmoil::Result {
    let listener = TcpListener::bind(("0.0.0.0", 8083)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let hands = hands.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(hands.clone(), request));
            // A connection that breaks is what this is about.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Why a connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is to break")]
struct Breaks;

async fn answer(hands: Hands, request: hyper::Request<Incoming>) -> Result<hyper::Response<Full<Bytes>>, Breaks> {
    let number =
        request.headers().get(NUMBER).and_then(|value| value.to_str().ok()).and_then(|it| it.parse::<Id>().ok());
    let Some(id) = number else { return Err(Breaks) };
    // The body has to be read: the request counts as sent when it is all there.
    request.into_body().collect().await.map_err(|_| Breaks)?;
    let errand = lock(&hands).errands[id].clone();
    let journey = errand.journey.clone();
    let mut real = None;
    if let Some(after) = journey.done_after {
        if journey.is_late() {
            // It goes on in the worker, whatever becomes of the connection.
            let hands = hands.clone();
            tokio::spawn(async move {
                sleep(after).await;
                perform(&hands, id);
            });
        } else {
            sleep(after).await;
            real = Some(perform(&hands, id));
        }
    }
    let done = journey.done_after.filter(|_| real.is_some()).unwrap_or(Duration::ZERO);
    sleep(journey.told_after.saturating_sub(done)).await;
    let Ok(response) = journey.arriving(real) else { return Err(Breaks) };
    hyper::Response::builder()
        .status(response.status)
        .header("content-type", "application/json")
        .body(Full::from(response.body))
        .map_err(|_| Breaks)
}

/// The cluster does what is asked for.
fn perform(hands: &Hands, id: Id) -> Response {
    let shared = &mut *lock(hands);
    let (now, errand) = (shared.time(), shared.errands[id].clone());
    let lag = if shared.lags { shared.random.between(Duration::ZERO, LAG) } else { Duration::ZERO };
    let shown = Shown {
        view_at: now.saturating_sub(lag),
        is_masked: errand.is_masked || shared.cluster.version.masks,
        trace: 64,
        missing: None,
    };
    let (response, effect) = shared.cluster.serve(now, &errand.ask, shown);
    if let Some(effect) = effect {
        shared.note(&format!("  {} is done{}", errand.ask.told(), if effect.is_redundant { " again" } else { "" }));
        shared.ledger.happened(id, now, &effect);
    }
    if !errand.ask.phase().changes() {
        let failed = shared.cluster.failed(shown.view_at);
        shared.ledger.shown(id, shown.view_at, failed);
    }
    response
}
