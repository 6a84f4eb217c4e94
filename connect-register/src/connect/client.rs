//! The REST client: one method an endpoint. A method sends one request and turns its answer into the
//! core's words or a classed fault, with the worker's own words scrubbed of secrets.

use std::collections::BTreeMap;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::answers::{
    ConnectorsAnswer, DefinitionAnswer, ErrorAnswer, InfoAnswer, PluginAnswer, RootAnswer, ValidationAnswer,
    observation,
};
use super::classify::{Purpose, classify};
use super::transport::{Method, Request, Response, Transport, TransportError};
use crate::core::lint::Validation;
use crate::core::{Class, ConnectorName, DesiredState, Fault, ObservedConfig, Patch, Payload, Redactor, plain};
use crate::reconcile::{
    ConnectReader, ConnectWriter, Effect, KeyDefinition, Observation, Plugin, ProviderVerdict, WorkerInfo,
};

/// Connect answers within 90 seconds, or says that it timed out.
const WRITE_TIMEOUT: Duration = Duration::from_secs(95);
/// The same holds for what it has to ask its herder or a plug-in for.
const READ_TIMEOUT: Duration = Duration::from_secs(95);
/// `GET /` and `GET /health` are answered at once, or within ten seconds.
const PROBE_TIMEOUT: Duration = Duration::from_secs(12);

/// What may stand in a segment of a path (RFC 3986, `pchar` without the reserved ones).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A path that is sent to config providers which know nothing of it.
const PROBE: &str = "connect-register-probe";

/// A client of one worker.
#[derive(Debug)]
pub struct Client<T> {
    transport: T,
    redactor: Redactor,
}

impl<T: Transport> Client<T> {
    /// A client over a transport; `redactor` knows the secrets that may not be told.
    pub fn new(transport: T, redactor: Redactor) -> Self {
        Self { transport, redactor }
    }

    /// The address of the worker.
    pub fn address(&self) -> &str {
        self.transport.address()
    }

    async fn call<A: DeserializeOwned>(&self, purpose: Purpose, request: Request) -> Result<A, Fault> {
        let told = Told { request: format!("{} {}{}", request.method.as_str(), self.address(), request.path), purpose };
        let response = self.transport.send(request).await.map_err(|error| self.broken(&told, &error))?;
        if !(200..300).contains(&response.status) {
            return Err(self.refused(&told, &response));
        }
        // 204 and the like have no body; `null` reads as `()`.
        let body = if response.body.is_empty() { b"null" } else { response.body.as_slice() };
        serde_json::from_slice(body).map_err(|_| {
            let class = classify(told.purpose, Ok(&response), None);
            let message = format!("this is no answer of Kafka Connect: {}", self.start(&response));
            self.fault(&told, class, Some(&response), &message)
        })
    }

    fn broken(&self, told: &Told, error: &TransportError) -> Fault {
        self.fault(told, classify(told.purpose, Err(error), None), None, &error.message)
    }

    fn refused(&self, told: &Told, response: &Response) -> Fault {
        let error: Option<ErrorAnswer> = serde_json::from_slice(&response.body).ok();
        let message = error.as_ref().map(|error| error.message.as_str());
        let class = classify(told.purpose, Ok(response), message);
        self.fault(told, class, Some(response), message.unwrap_or(&self.start(response)))
    }

    /// What a body that is not Connect's begins with. JSON is not quoted: it may hold a configuration,
    /// cut in the middle of a secret.
    fn start(&self, response: &Response) -> String {
        let text = String::from_utf8_lossy(&response.body);
        match text.trim().chars().next() {
            None => "an empty body".to_owned(),
            Some('{' | '[' | '"') => format!("{} bytes of JSON, or what is left of it", response.body.len()),
            Some(_) => self.redactor.scrub(&text).trim().chars().take(120).collect(),
        }
    }

    fn fault(&self, told: &Told, class: Class, response: Option<&Response>, message: &str) -> Fault {
        Fault {
            class,
            request: plain::line(&told.request),
            status: response.map(|response| response.status),
            message: plain::line(&self.redactor.scrub(without_resolved_config(message))),
        }
    }
}

/// What is told of a request.
struct Told {
    request: String,
    purpose: Purpose,
}

/// Connect's complaint that a configuration names no connector prints all of it, resolved.
fn without_resolved_config(message: &str) -> &str {
    const COMPLAINT: &str = "contains no connector type";
    match message.find(COMPLAINT) {
        Some(_) => "the configuration contains no connector type",
        None => message,
    }
}

fn get(path: impl Into<String>, timeout: Duration) -> Request {
    Request { method: Method::Get, path: path.into(), body: None, timeout }
}

fn put(path: String, body: &BTreeMap<String, String>) -> Request {
    with_body(Method::Put, path, body)
}

fn with_body(method: Method, path: String, body: &impl Serialize) -> Request {
    // Maps of strings always serialise.
    let body = serde_json::to_vec(body).unwrap_or_default();
    Request { method, path, body: Some(body), timeout: WRITE_TIMEOUT }
}

fn act(method: Method, path: String) -> Request {
    Request { method, path, body: None, timeout: WRITE_TIMEOUT }
}

fn segment(text: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(text, SEGMENT)
}

impl<T: Transport> ConnectReader for Client<T> {
    async fn worker(&self) -> Result<WorkerInfo, Fault> {
        let root: RootAnswer = self.call(Purpose::Read, get("/", PROBE_TIMEOUT)).await?;
        Ok(WorkerInfo { version: plain::line(&root.version), cluster: root.kafka_cluster_id })
    }

    async fn health(&self) -> Result<(), Fault> {
        self.call::<serde_json::Value>(Purpose::Read, get("/health", PROBE_TIMEOUT)).await.map(|_| ())
    }

    async fn plugins(&self) -> Result<Vec<String>, Fault> {
        let plugins: Vec<PluginAnswer> = self.call(Purpose::Read, get("/connector-plugins", READ_TIMEOUT)).await?;
        let connectors = plugins.into_iter().filter(|plugin| matches!(&*plugin.kind, "sink" | "source" | ""));
        Ok(connectors.map(|plugin| plain::line(&plugin.class)).collect())
    }

    async fn all_plugins(&self) -> Result<Vec<Plugin>, Fault> {
        let path = "/connector-plugins?connectorsOnly=false";
        let plugins: Vec<PluginAnswer> = self.call(Purpose::Read, get(path, READ_TIMEOUT)).await?;
        let plugin = |PluginAnswer { class, kind, version }| Plugin { class, kind, version };
        Ok(plugins.into_iter().map(plugin).collect())
    }

    async fn definition(&self, class: &str) -> Result<Vec<KeyDefinition>, Fault> {
        let path = format!("/connector-plugins/{}/config", segment(class));
        let definitions: Vec<DefinitionAnswer> = self.call(Purpose::Read, get(path, READ_TIMEOUT)).await?;
        Ok(definitions.into_iter().map(KeyDefinition::from).collect())
    }

    async fn observe(&self) -> Result<Observation, Fault> {
        let path = "/connectors?expand=info&expand=status";
        let connectors = match self.call(Purpose::Read, get(path, READ_TIMEOUT)).await? {
            ConnectorsAnswer::Expanded(connectors) => connectors,
            ConnectorsAnswer::Names => {
                let told = Told { request: format!("GET {}{path}", self.address()), purpose: Purpose::Read };
                let message = "the worker is older than Kafka 2.3: it cannot tell of all connectors at once";
                return Err(self.fault(&told, Class::Fatal, None, message));
            }
        };
        Ok(observation(connectors, &self.redactor))
    }

    async fn config(&self, name: &ConnectorName) -> Result<Option<ObservedConfig>, Fault> {
        match self.call(Purpose::Read, get(path_of(name, "/config"), READ_TIMEOUT)).await {
            Ok(config) => Ok(Some(config)),
            Err(fault) if fault.class == Class::Missing => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn validate(&self, class: &str, config: BTreeMap<String, String>) -> Result<Validation, Fault> {
        let path = format!("/connector-plugins/{}/config/validate", segment(class));
        let answer: ValidationAnswer = self.call(Purpose::Read, put(path, &config)).await?;
        Ok(answer.into_core(&self.redactor))
    }

    /// Asks for a validation whose name is a reference with a path that no provider knows. Kafka's
    /// own providers for the environment and for files complain about the path, so they are there;
    /// where the reference comes back as it was there is no provider, or (for other providers than
    /// `env`) one that says nothing. No secret is asked for, and none comes over the wire.
    async fn provider(&self, class: &str, provider: &str) -> Result<ProviderVerdict, Fault> {
        // The well-known harmless variables tell providers that ignore the path, as Strimzi's does.
        let reference = format!("${{{provider}:{PROBE}:PATH}}${{{provider}:{PROBE}:HOME}}${{{provider}:{PROBE}:PWD}}");
        let path = format!("/connector-plugins/{}/config/validate", segment(class));
        let body =
            BTreeMap::from([("connector.class".to_owned(), class.to_owned()), ("name".to_owned(), reference.clone())]);
        match self.call::<ValidationAnswer>(Purpose::Read, put(path, &body)).await {
            Ok(answer) => Ok(match answer.echoes("name", &reference) {
                Some(true) if provider == "env" => ProviderVerdict::Missing,
                Some(false) => ProviderVerdict::Present,
                Some(true) | None => ProviderVerdict::Unknown,
            }),
            Err(fault) if fault.message.contains(PROBE) => Ok(ProviderVerdict::Present),
            Err(fault) if matches!(fault.class, Class::Fatal | Class::Invalid) => Ok(ProviderVerdict::Unknown),
            Err(fault) => Err(fault),
        }
    }
}

impl<T: Transport> ConnectWriter for Client<T> {
    async fn put_config(&self, name: &ConnectorName, payload: &Payload) -> Result<Effect, Fault> {
        self.write(name, put(path_of(name, "/config"), payload.expose())).await
    }

    async fn create(&self, name: &ConnectorName, payload: &Payload, state: DesiredState) -> Result<Effect, Fault> {
        let body = json!({"name": name.as_str(), "config": payload.expose(), "initial_state": state.of_connect()});
        self.write(name, with_body(Method::Post, "/connectors".to_owned(), &body)).await
    }

    async fn patch_config(&self, name: &ConnectorName, patch: &Patch) -> Result<Effect, Fault> {
        self.write(name, with_body(Method::Patch, path_of(name, "/config"), patch.expose())).await
    }

    async fn set_state(&self, name: &ConnectorName, state: DesiredState) -> Result<(), Fault> {
        let verb = match state {
            DesiredState::Running => "/resume",
            DesiredState::Paused => "/pause",
            DesiredState::Stopped => "/stop",
        };
        self.call::<serde_json::Value>(Purpose::Write, act(Method::Put, path_of(name, verb))).await.map(|_| ())
    }

    async fn delete(&self, name: &ConnectorName) -> Result<(), Fault> {
        match self.call::<serde_json::Value>(Purpose::Delete, act(Method::Delete, path_of(name, ""))).await {
            Err(fault) if fault.class == Class::Done => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn restart_failed(&self, name: &ConnectorName) -> Result<(), Fault> {
        let path = path_of(name, "/restart?includeTasks=true&onlyFailed=true");
        self.call::<serde_json::Value>(Purpose::Write, act(Method::Post, path)).await.map(|_| ())
    }
}

/// The path of a connector, and of what is below it.
fn path_of(name: &ConnectorName, below: &str) -> String {
    format!("/connectors/{}{below}", segment(name.as_str()))
}

impl<T: Transport> Client<T> {
    /// Writes a configuration; the answer has to be that of this write.
    async fn write(&self, name: &ConnectorName, request: Request) -> Result<Effect, Fault> {
        let told = Told {
            request: format!("{} {}{}", request.method.as_str(), self.address(), request.path),
            purpose: Purpose::Write,
        };
        let response = self.transport.send(request).await.map_err(|error| self.broken(&told, &error))?;
        let effect = match response.status {
            201 => Effect::Created,
            200 => Effect::Updated,
            _ => return Err(self.refused(&told, &response)),
        };
        match serde_json::from_slice::<InfoAnswer>(&response.body) {
            Ok(info) if info.name == name.as_str() => Ok(effect),
            // A cut answer, a proxy's page, or the answer of another request: nobody knows.
            _ => {
                let message = format!("this is not the answer to this write: {}", self.start(&response));
                Err(self.fault(&told, Class::Ambiguous, Some(&response), &message))
            }
        }
    }
}
