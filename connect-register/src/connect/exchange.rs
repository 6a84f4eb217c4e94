//! One request and its answer: sent to the worker whose turn it is, and to the next one where nothing was
//! done; what comes back is read, or told as a classed fault in the worker's own words, scrubbed.

use std::sync::{Arc, PoisonError, RwLock};

use serde::de::{DeserializeOwned, IgnoredAny};

use super::answers::{ErrorAnswer, SpokenAnswer};
use super::classify::{Purpose, classify};
use super::transport::{Request, Response, Transport, TransportError};
use super::workers::{Turn, Verdict, judge};
use crate::core::{Class, Fault, Redactor, plain};

/// The workers of a cluster, and what may not be told of what they say.
#[derive(Debug)]
pub(super) struct Exchange<T> {
    workers: Vec<T>,
    turn: Turn,
    redactor: RwLock<Arc<Redactor>>,
}

/// What is told of a request.
pub(super) struct Told {
    request: String,
    purpose: Purpose,
}

impl<T: Transport> Exchange<T> {
    pub(super) fn new(workers: Vec<T>, redactor: Redactor) -> Self {
        Self { workers, turn: Turn::default(), redactor: RwLock::new(Arc::new(redactor)) }
    }

    pub(super) fn redactor(&self) -> Arc<Redactor> {
        self.redactor.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What this one takes out is not told from now on, beside what was not told before.
    pub(super) fn keep_secret(&self, more: &Redactor) {
        let mut redactor = self.redactor.write().unwrap_or_else(PoisonError::into_inner);
        *redactor = Arc::new(redactor.with(more));
    }

    /// The address of the worker that answered last.
    pub(super) fn address(&self) -> &str {
        self.workers.get(self.turn.first()).map_or("", Transport::address)
    }

    /// Asks for JSON.
    pub(super) async fn ask<A: DeserializeOwned>(&self, purpose: Purpose, request: Request) -> Result<A, Fault> {
        let (told, response) = self.send(purpose, request).await?;
        if !(200..300).contains(&response.status) {
            return Err(self.refused(&told, &response));
        }
        self.read(&told, &response)
    }

    /// Asks for something to be done; its success has one of these statuses, which is returned.
    pub(super) async fn act(&self, purpose: Purpose, request: Request, success: &[u16]) -> Result<u16, Fault> {
        let (told, response) = self.send(purpose, request).await?;
        match response.status {
            status if success.contains(&status) => {
                let is_json = || serde_json::from_slice::<IgnoredAny>(&response.body).is_ok();
                if response.body.is_empty() || is_json() { Ok(status) } else { Err(self.foreign(&told, &response)) }
            }
            200..300 => Err(self.foreign(&told, &response)),
            _ => Err(self.refused(&told, &response)),
        }
    }

    /// Sends a request, and returns whatever the worker answers that is not passed over.
    pub(super) async fn send(&self, purpose: Purpose, request: Request) -> Result<(Told, Response), Fault> {
        let count = self.workers.len();
        let mut passed_over = Vec::new();
        for worker in self.turn.order(count) {
            let Some(transport) = self.workers.get(worker) else { continue };
            let address = transport.address();
            let told = Told { request: format!("{} {address}{}", request.method.as_str(), request.path), purpose };
            let outcome = transport.send(request.clone()).await;
            let message = outcome.as_ref().ok().and_then(message_of);
            match judge(purpose, outcome.as_ref(), message.as_deref()) {
                Verdict::Stay => self.turn.stay(worker),
                Verdict::Leave => self.turn.leave(worker, count),
                Verdict::PassOn => {
                    self.turn.leave(worker, count);
                    if count > 1 {
                        let fault =
                            outcome.map_or_else(|error| self.broken(&told, &error), |r| self.refused(&told, &r));
                        passed_over.push((address, fault));
                        continue;
                    }
                }
            }
            if let Some((before, fault)) = passed_over.last() {
                tracing::warn!("{address} is asked from now on, and not {before}: {}", cause(fault));
            }
            return match outcome {
                Ok(response) => Ok((told, response)),
                Err(error) => Err(self.broken(&told, &error)),
            };
        }
        Err(nobody(&request, &passed_over))
    }

    /// Reads the JSON of a success.
    pub(super) fn read<A: DeserializeOwned>(&self, told: &Told, response: &Response) -> Result<A, Fault> {
        serde_json::from_slice(&response.body).map_err(|error| {
            if error.is_eof() && !response.body.is_empty() {
                let message = format!("the answer breaks off after {} bytes", response.body.len());
                return self.fault(told, told.purpose.in_doubt(), Some(response), &message);
            }
            self.foreign(told, response)
        })
    }

    /// A success that is not Connect's, or not that of this request. Of a write nobody knows what it did.
    pub(super) fn foreign(&self, told: &Told, response: &Response) -> Fault {
        let (class, what) = match told.purpose.in_doubt() {
            Class::Ambiguous => (Class::Ambiguous, "this is not the answer to this request"),
            _ => (Class::NotConnect, "this is no answer of Kafka Connect"),
        };
        self.fault(told, class, Some(response), &format!("{what}: {}", self.start(response)))
    }

    /// An answer that is no success.
    pub(super) fn refused(&self, told: &Told, response: &Response) -> Fault {
        let message = message_of(response);
        let class = classify(told.purpose, Ok(response), message.as_deref());
        let spoken = || serde_json::from_slice(&response.body).ok().map(|spoken: SpokenAnswer| spoken.words());
        let words = match message {
            Some(message) if message.is_empty() => "no reason is given".to_owned(),
            message => message.or_else(spoken).unwrap_or_else(|| self.start(response)),
        };
        self.fault(told, class, Some(response), &words)
    }

    /// A fault in words, which are scrubbed and made one harmless line.
    pub(super) fn fault(&self, told: &Told, class: Class, response: Option<&Response>, message: &str) -> Fault {
        Fault {
            class,
            request: plain::line(&told.request),
            status: response.map(|response| response.status),
            message: plain::line(&self.redactor().scrub(without_resolved_config(message))),
        }
    }

    fn broken(&self, told: &Told, error: &TransportError) -> Fault {
        self.fault(told, classify(told.purpose, Err(error), None), None, &error.message)
    }

    /// What a body that is not Connect's begins with. JSON is not quoted: it may hold a configuration,
    /// cut in the middle of a secret.
    fn start(&self, response: &Response) -> String {
        let text = String::from_utf8_lossy(&response.body);
        match text.trim().chars().next() {
            None => "an empty body".to_owned(),
            Some('{' | '[' | '"') => format!("{} bytes of JSON, or what is left of it", response.body.len()),
            Some(_) => self.redactor().scrub(&text).trim().chars().take(120).collect(),
        }
    }
}

/// The message of Connect's own errors.
fn message_of(response: &Response) -> Option<String> {
    if (200..300).contains(&response.status) {
        return None;
    }
    serde_json::from_slice(&response.body).ok().map(|error: ErrorAnswer| error.message.unwrap_or_default())
}

/// None of several workers could be used. What is told is the fault that is the likeliest to pass.
fn nobody(request: &Request, passed_over: &[(&str, Fault)]) -> Fault {
    let hopelessness = |class: &Class| match class {
        Class::Untrusted => 3,
        Class::Unreachable => 2,
        Class::NotConnect => 1,
        _ => 0,
    };
    let class = passed_over.iter().map(|(_, fault)| fault.class).min_by_key(hopelessness);
    let causes: Vec<_> = passed_over.iter().map(|(address, fault)| format!("{address}: {}", cause(fault))).collect();
    Fault {
        class: class.unwrap_or(Class::Unreachable),
        request: plain::line(&format!("{} {}", request.method.as_str(), request.path)),
        status: None,
        message: format!("none of the {} workers could be asked: {}", causes.len(), causes.join("; ")),
    }
}

fn cause(fault: &Fault) -> String {
    fault.status.map_or_else(|| fault.message.clone(), |status| format!("{status} {}", fault.message))
}

/// Connect's complaint that a configuration names no connector prints all of it, resolved.
fn without_resolved_config(message: &str) -> &str {
    const COMPLAINT: &str = "contains no connector type";
    match message.find(COMPLAINT) {
        Some(_) => "the configuration contains no connector type",
        None => message,
    }
}
