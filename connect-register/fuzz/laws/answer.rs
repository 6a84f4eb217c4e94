//! Any bytes as the answer of a worker, to every request there is: the first line is the status, and
//! the rest is the body. It is understood, or it is a fault that tells no secret.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use connect_register::connect::transport::Request;
use connect_register::connect::{Client, Response, Transport, TransportError};
use connect_register::core::{ConnectorName, DesiredState, Fault, Part, Patch, Payload, Redactor};
use connect_register::reconcile::{ConnectReader, ConnectWriter};
use service::Secret;

use super::{CANARY, is_fit_to_be_shown};

pub(crate) fn hold(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (first, body) = end.map_or((&b""[..], bytes), |end| (&bytes[..end], &bytes[end + 1..]));
    let status = std::str::from_utf8(first).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(200);
    let transport = Echo(Response { status, body: body.to_vec() });
    let client = Client::new(transport, Redactor::new([Secret::new(CANARY)]));
    let (name, config) = (ConnectorName::reported("a"), || BTreeMap::from([("a".to_owned(), "b".to_owned())]));
    told(now(client.worker()));
    told(now(client.health()));
    told(now(client.plugins()));
    told(now(client.all_plugins()));
    told(now(client.definition("x.Sink")));
    told(now(client.config(&name)));
    told(now(client.validate("x.Sink", config())));
    told(now(client.provider("x.Sink", "env")));
    let Ok(payload) = Payload::new(config()) else { unreachable!("there is no mask in it") };
    let Ok(patch) = Patch::new(BTreeMap::from([("a".to_owned(), None)])) else { unreachable!("nor in this") };
    told(now(client.put_config(&name, &payload)));
    told(now(client.create(&name, &payload, DesiredState::Paused)));
    told(now(client.patch_config(&name, &patch)));
    told(now(client.set_state(&name, DesiredState::Stopped)));
    told(now(client.delete(&name)));
    told(now(client.restart(&name, Part::Failed)));
    if let Some(all) = told(now(client.observe())) {
        for (name, observed) in all {
            is_fit_to_be_shown(&name.to_string());
            let traces = observed.status.iter().flat_map(|status| &status.tasks).filter_map(|task| task.trace.as_ref());
            for trace in traces {
                assert!(!trace.contains(CANARY), "a trace tells a secret");
                is_fit_to_be_shown(&connect_register::core::health::root_cause(trace));
            }
        }
    }
}

/// What was answered; a fault has to be fit to be shown.
fn told<T>(answer: Result<T, Fault>) -> Option<T> {
    match answer {
        Ok(answer) => Some(answer),
        Err(fault) => {
            is_fit_to_be_shown(&fault.to_string());
            let _ = (fault.class.remedy(), fault.class.as_str());
            is_fit_to_be_shown(&fault.into_failure("it could not be done").to_string());
            None
        }
    }
}

/// The value of a future that waits for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("the transport answers at once"),
    }
}

/// Answers everything alike.
struct Echo(Response);

impl Transport for Echo {
    fn address(&self) -> &'static str {
        "http://worker"
    }

    async fn send(&self, _: Request) -> Result<Response, TransportError> {
        Ok(self.0.clone())
    }
}
