//! The REST client: one method an endpoint. A method sends one request and turns its answer into the
//! core's words or a classed fault, with the worker's own words scrubbed of secrets.

use std::collections::BTreeMap;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::json;

use super::answers::{
    ConfigAnswer, ConnectorsAnswer, DefinitionAnswer, InfoAnswer, PluginAnswer, RootAnswer, SpokenAnswer, StatusAnswer,
    ValidationAnswer, observation,
};
use super::classify::Purpose;
use super::exchange::Exchange;
use super::transport::{Method, Request, Transport};
use crate::core::lint::Validation;
use crate::core::{Class, ConnectorName, DesiredState, Fault, ObservedConfig, Part, Patch, Payload, Redactor, plain};
use crate::operate::Operator;
use crate::reconcile::{
    ConnectReader, ConnectWriter, Effect, KeyDefinition, Observation, Plugin, ProviderVerdict, WorkerInfo,
};

/// Connect answers within 90 seconds, or says that it timed out.
const WRITE_TIMEOUT: Duration = Duration::from_secs(95);
/// The same holds for what it has to ask its herder or a plug-in for.
pub(super) const READ_TIMEOUT: Duration = Duration::from_secs(95);
/// `GET /` and `GET /health` are answered at once, or within ten seconds.
const PROBE_TIMEOUT: Duration = Duration::from_secs(12);

/// What may stand in a segment of a path (RFC 3986, `pchar` without the reserved ones).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A path that is sent to config providers which know nothing of it.
const PROBE: &str = "connect-register-probe";

/// A client of the workers of one cluster.
#[derive(Debug)]
pub struct Client<T> {
    pub(super) exchange: Exchange<T>,
}

impl<T: Transport> Client<T> {
    /// A client of one worker; `redactor` knows the secrets that may not be told.
    pub fn new(worker: T, redactor: Redactor) -> Self {
        Self::of_all(worker, [], redactor)
    }

    /// A client of several workers. The first one is asked until it cannot be reached, is starting or is
    /// shutting down; then the next one is, and stays so. A write whose outcome is unknown is not sent to
    /// another one: that is a fault, for whoever sent it to look.
    pub fn of_all(first: T, others: impl IntoIterator<Item = T>, redactor: Redactor) -> Self {
        Self { exchange: Exchange::new(std::iter::once(first).chain(others).collect(), redactor) }
    }

    /// What this redactor takes out is not told from now on, beside what was not told before.
    pub fn keep_secret(&self, redactor: &Redactor) {
        self.exchange.keep_secret(redactor);
    }

    /// The address of the worker that answered last.
    pub fn address(&self) -> &str {
        self.exchange.address()
    }

    /// The names of the connectors, and nothing of what they are: the cheapest question there is.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn names(&self) -> Result<Vec<String>, Fault> {
        self.exchange.ask(Purpose::Read, get("/connectors", PROBE_TIMEOUT)).await
    }
}

impl<T: Transport> ConnectReader for Client<T> {
    async fn worker(&self) -> Result<WorkerInfo, Fault> {
        let root: RootAnswer = self.exchange.ask(Purpose::Read, get("/", PROBE_TIMEOUT)).await?;
        Ok(WorkerInfo { version: plain::line(&root.version), cluster: root.kafka_cluster_id })
    }

    async fn health(&self) -> Result<(), Fault> {
        let (told, response) = self.exchange.send(Purpose::Read, get("/health", PROBE_TIMEOUT)).await?;
        match (response.status, serde_json::from_slice::<SpokenAnswer>(&response.body)) {
            (200, Ok(health)) if health.status == "healthy" => Ok(()),
            (500 | 503, Ok(health)) => {
                Err(self.exchange.fault(&told, Class::Transient, Some(&response), &health.words()))
            }
            (200..300, _) => Err(self.exchange.foreign(&told, &response)),
            _ => Err(self.exchange.refused(&told, &response)),
        }
    }

    async fn plugins(&self) -> Result<Vec<String>, Fault> {
        let request = get("/connector-plugins", READ_TIMEOUT);
        let plugins: Vec<PluginAnswer> = self.exchange.ask(Purpose::Read, request).await?;
        let connectors = plugins.into_iter().filter(|plugin| matches!(&*plugin.kind, "sink" | "source" | ""));
        Ok(connectors.map(|plugin| plain::line(&plugin.class)).collect())
    }

    async fn all_plugins(&self) -> Result<Vec<Plugin>, Fault> {
        // A worker before Kafka 3.2 ignores the parameter.
        let request = get("/connector-plugins?connectorsOnly=false", READ_TIMEOUT);
        let plugins: Vec<PluginAnswer> = self.exchange.ask(Purpose::Read, request).await?;
        let plugin = |PluginAnswer { class, kind, version }| Plugin { class, kind, version };
        Ok(plugins.into_iter().map(plugin).collect())
    }

    async fn definition(&self, class: &str) -> Result<Vec<KeyDefinition>, Fault> {
        let path = format!("/connector-plugins/{}/config", segment(class));
        let definitions: Vec<DefinitionAnswer> = self.exchange.ask(Purpose::Read, get(path, READ_TIMEOUT)).await?;
        Ok(definitions.into_iter().map(KeyDefinition::from).collect())
    }

    async fn observe(&self) -> Result<Observation, Fault> {
        let request = get("/connectors?expand=info&expand=status", READ_TIMEOUT);
        let (told, response) = self.exchange.send(Purpose::Read, request).await?;
        if response.status != 200 {
            return Err(self.exchange.refused(&told, &response));
        }
        match self.exchange.read(&told, &response)? {
            ConnectorsAnswer::Expanded(connectors) => Ok(observation(connectors, &self.exchange.redactor())),
            ConnectorsAnswer::Names => {
                let message = "the worker is older than Kafka 2.3: it cannot tell of all connectors at once";
                Err(self.exchange.fault(&told, Class::Unsupported, None, message))
            }
        }
    }

    async fn config(&self, name: &ConnectorName) -> Result<Option<ObservedConfig>, Fault> {
        let (told, response) = self.exchange.send(Purpose::Read, get(path_of(name, "/config"), READ_TIMEOUT)).await?;
        if response.status != 200 {
            let fault = self.exchange.refused(&told, &response);
            return if fault.class == Class::Missing { Ok(None) } else { Err(fault) };
        }
        let ConfigAnswer(config) = self.exchange.read(&told, &response)?;
        // Connect puts the name into every configuration.
        if config.get("name").is_some_and(|of| of != name.as_str()) {
            let message = "this is the answer to another request";
            return Err(self.exchange.fault(&told, Class::Transient, Some(&response), message));
        }
        Ok(Some(config))
    }

    async fn validate(&self, class: &str, config: BTreeMap<String, String>) -> Result<Validation, Fault> {
        let answer: ValidationAnswer = self.exchange.ask(Purpose::Read, put(validation_of(class), &config)).await?;
        Ok(answer.into_core(&self.exchange.redactor(), &config))
    }

    /// Asks for a validation whose name is a reference with a path that no provider knows. Kafka's
    /// own providers for the environment and for files complain about the path, so they are there;
    /// where the reference comes back as it was there is no provider, or (for other providers than
    /// `env`) one that says nothing. No secret is asked for, and none comes over the wire.
    async fn provider(&self, class: &str, provider: &str) -> Result<ProviderVerdict, Fault> {
        // The well-known harmless variables tell providers that ignore the path, as Strimzi's does.
        let reference = format!("${{{provider}:{PROBE}:PATH}}${{{provider}:{PROBE}:HOME}}${{{provider}:{PROBE}:PWD}}");
        let body =
            BTreeMap::from([("connector.class".to_owned(), class.to_owned()), ("name".to_owned(), reference.clone())]);
        match self.exchange.ask::<ValidationAnswer>(Purpose::Read, put(validation_of(class), &body)).await {
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
        self.exchange.act(Purpose::Write, without_body(Method::Put, path_of(name, verb)), &[202, 204]).await?;
        Ok(())
    }

    async fn delete(&self, name: &ConnectorName) -> Result<(), Fault> {
        match self.exchange.act(Purpose::Delete, without_body(Method::Delete, path_of(name, "")), &[204]).await {
            Err(fault) if fault.class != Class::Done => Err(fault),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// A worker before Kafka 3.0 knows nothing of the parameters, and says so by 204: there the tasks are
    /// restarted one by one.
    async fn restart(&self, name: &ConnectorName, part: Part) -> Result<(), Fault> {
        let path = match part {
            Part::Connector => path_of(name, "/restart"),
            Part::All => path_of(name, "/restart?includeTasks=true&onlyFailed=false"),
            Part::Failed => path_of(name, "/restart?includeTasks=true&onlyFailed=true"),
        };
        let status = self.exchange.act(Purpose::Write, without_body(Method::Post, path), &[202, 204]).await?;
        if status == 202 || part == Part::Connector {
            return Ok(());
        }
        let status: StatusAnswer =
            self.exchange.ask(Purpose::Read, get(path_of(name, "/status"), READ_TIMEOUT)).await?;
        let tasks: Vec<u32> = match part {
            Part::Failed => status.failed_tasks().collect(),
            Part::All | Part::Connector => status.tasks().collect(),
        };
        self.restart_tasks(name, &tasks).await
    }
}

impl<T: Transport> Client<T> {
    /// Writes a configuration; the answer has to be that of this write.
    async fn write(&self, name: &ConnectorName, request: Request) -> Result<Effect, Fault> {
        let (told, response) = self.exchange.send(Purpose::Write, request).await?;
        let effect = match response.status {
            201 => Effect::Created,
            200 => Effect::Updated,
            202..300 => return Err(self.exchange.foreign(&told, &response)),
            _ => return Err(self.exchange.refused(&told, &response)),
        };
        match serde_json::from_slice::<InfoAnswer>(&response.body) {
            Ok(info) if info.name == name.as_str() => Ok(effect),
            // A cut answer, a proxy's page, or the answer of another request: nobody knows.
            _ => Err(self.exchange.foreign(&told, &response)),
        }
    }
}

pub(super) fn get(path: impl Into<String>, timeout: Duration) -> Request {
    Request { method: Method::Get, path: path.into(), body: None, timeout }
}

fn put(path: String, body: &BTreeMap<String, String>) -> Request {
    with_body(Method::Put, path, body)
}

pub(super) fn with_body(method: Method, path: String, body: &impl Serialize) -> Request {
    // Maps of strings always serialise.
    let body = serde_json::to_vec(body).unwrap_or_default();
    Request { method, path, body: Some(body), timeout: WRITE_TIMEOUT }
}

pub(super) fn without_body(method: Method, path: String) -> Request {
    Request { method, path, body: None, timeout: WRITE_TIMEOUT }
}

/// The path of a connector, and of what is below it.
pub(super) fn path_of(name: &ConnectorName, below: &str) -> String {
    format!("/connectors/{}{below}", segment(name.as_str()))
}

fn validation_of(class: &str) -> String {
    format!("/connector-plugins/{}/config/validate", segment(class))
}

pub(super) fn segment(text: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(text, SEGMENT)
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
