//! The shapes of Connect's answers, read defensively, and turned into the core's own. Only what is
//! needed is read: what a validation echoes, resolved, is compared with what was sent and never shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::core::lint::Validation;
use crate::core::offsets::Offsets;
use crate::core::redact::resolved_parts;
use crate::core::{ConnectorName, ConnectorStatus, ObservedConfig, Redactor, State, TaskStatus, plain};
use crate::operate::access::LoggerLevel;
use crate::reconcile::{KeyDefinition, Observation, Observed};

/// `{"error_code": 409, "message": "…"}`
#[derive(Debug, Deserialize)]
pub(super) struct ErrorAnswer {
    #[expect(dead_code, reason = "its presence tells Connect's own errors from other JSON")]
    error_code: i64,
    /// Absent where an exception had none.
    #[serde(default)]
    pub(super) message: Option<String>,
}

/// What else says something in words: `GET /health`, and a worker's server before it has resources,
/// `{"url": "/", "status": "404", "message": "Not Found"}`.
#[derive(Debug, Deserialize)]
pub(super) struct SpokenAnswer {
    pub(super) status: String,
    #[serde(default)]
    pub(super) message: Option<String>,
}

impl SpokenAnswer {
    /// Both in one text.
    pub(super) fn words(&self) -> String {
        let message = self.message.as_deref().unwrap_or_default();
        [&*self.status, message].iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>().join(": ")
    }
}

/// `GET /connectors/{c}/config`. Connect stores keys without a value, and gives them back as `null`: they
/// are as good as absent.
#[derive(Debug, Deserialize)]
#[serde(from = "BTreeMap<String, Option<String>>")]
pub(super) struct ConfigAnswer(pub(super) ObservedConfig);

impl From<BTreeMap<String, Option<String>>> for ConfigAnswer {
    fn from(answer: BTreeMap<String, Option<String>>) -> Self {
        Self(answer.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
    }
}

/// `GET /`
#[derive(Debug, Deserialize)]
pub(super) struct RootAnswer {
    pub(super) version: String,
    pub(super) kafka_cluster_id: Option<String>,
}

/// One of `GET /connector-plugins`
#[derive(Debug, Deserialize)]
pub(super) struct PluginAnswer {
    pub(super) class: String,
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) version: Option<String>,
}

/// One of `GET /connector-plugins/{p}/config`
#[derive(Debug, Deserialize)]
pub(super) struct DefinitionAnswer {
    name: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    required: bool,
    default_value: Option<String>,
    #[serde(default)]
    importance: String,
    documentation: Option<String>,
}

impl From<DefinitionAnswer> for KeyDefinition {
    fn from(answer: DefinitionAnswer) -> Self {
        let DefinitionAnswer { name, kind, required, default_value, importance, documentation } = answer;
        let default_value = default_value.filter(|_| kind != "PASSWORD");
        Self { name, kind, required, default_value, importance, documentation: documentation.unwrap_or_default() }
    }
}

/// `GET /connectors?expand=info&expand=status`, read as it comes: a thousand connectors take megabytes.
#[derive(Debug)]
pub(super) enum ConnectorsAnswer {
    Expanded(BTreeMap<String, ExpandedAnswer>),
    /// A worker before Kafka 2.3 knows nothing of `expand`.
    Names,
}

impl<'de> Deserialize<'de> for ConnectorsAnswer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ConnectorsVisitor)
    }
}

struct ConnectorsVisitor;

impl<'de> Visitor<'de> for ConnectorsVisitor {
    type Value = ConnectorsAnswer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("connectors by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut connectors = BTreeMap::new();
        while let Some((name, connector)) = map.next_entry()? {
            connectors.insert(name, connector);
        }
        Ok(ConnectorsAnswer::Expanded(connectors))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(ConnectorsAnswer::Names)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ExpandedAnswer {
    info: InfoAnswer,
    status: Option<StatusAnswer>,
}

/// The part of `GET /connectors/{c}` and of the answer of a write that is looked at.
#[derive(Debug, Deserialize)]
pub(super) struct InfoAnswer {
    pub(super) name: String,
    pub(super) config: ConfigAnswer,
    #[serde(default)]
    tasks: Vec<TaskIdAnswer>,
}

#[derive(Debug, Deserialize)]
struct TaskIdAnswer {
    task: u32,
}

impl InfoAnswer {
    /// The tasks that it has, whether or not they have started.
    pub(super) fn tasks(&self) -> impl Iterator<Item = u32> {
        self.tasks.iter().map(|id| id.task)
    }
}

/// `GET /connectors/{c}/status`
#[derive(Debug, Deserialize)]
pub(super) struct StatusAnswer {
    #[serde(default)]
    name: String,
    connector: PartAnswer,
    #[serde(default)]
    tasks: Vec<TaskAnswer>,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Debug, Deserialize)]
struct PartAnswer {
    state: String,
    #[serde(default)]
    worker_id: String,
    trace: Option<String>,
}

#[derive(Debug, Deserialize)]
struct TaskAnswer {
    id: u32,
    #[serde(flatten)]
    part: PartAnswer,
}

/// `GET /connectors/{c}/offsets`
#[derive(Debug, Deserialize)]
pub(super) struct OffsetsAnswer {
    pub(super) offsets: Offsets,
}

/// `PATCH` and `DELETE /connectors/{c}/offsets`, which tell that they were done
#[derive(Debug, Deserialize)]
pub(super) struct SaidAnswer {
    #[expect(dead_code, reason = "its presence tells this answer from that of another request")]
    message: String,
}

/// One of `GET /connectors/{c}/topics`, by the connector's name
#[derive(Debug, Deserialize)]
pub(super) struct TopicsAnswer {
    pub(super) topics: BTreeSet<String>,
}

/// One of `GET /admin/loggers`, by the logger's name
#[derive(Debug, Deserialize)]
pub(super) struct LoggerAnswer {
    #[serde(default)]
    level: Option<String>,
    #[serde(default)]
    last_modified: Option<i64>,
}

impl From<LoggerAnswer> for LoggerLevel {
    fn from(answer: LoggerAnswer) -> Self {
        Self { level: plain::line(&answer.level.unwrap_or_default()), modified: answer.last_modified }
    }
}

/// `PUT /connector-plugins/{p}/config/validate`. Its values are what the worker made of references, and
/// so secret: they are compared and never shown.
#[derive(Deserialize)]
pub(super) struct ValidationAnswer {
    configs: Vec<ValidatedAnswer>,
}

#[derive(Deserialize)]
struct ValidatedAnswer {
    value: ValidatedValue,
}

#[derive(Deserialize)]
struct ValidatedValue {
    name: String,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    errors: Vec<String>,
}

pub(super) fn observation(answer: BTreeMap<String, ExpandedAnswer>, redactor: &Redactor) -> Observation {
    let observed = |(name, expanded): (String, ExpandedAnswer)| {
        let status = expanded.status.map(|status| status.into_core(redactor).with_tasks(expanded.info.tasks()));
        (ConnectorName::reported(name), Observed { config: expanded.info.config.0, status })
    };
    answer.into_iter().map(observed).collect()
}

impl StatusAnswer {
    /// Whether it is that of this connector.
    pub(super) fn is_of(&self, name: &ConnectorName) -> bool {
        self.name == name.as_str()
    }

    /// All tasks.
    pub(super) fn tasks(&self) -> impl Iterator<Item = u32> {
        self.tasks.iter().map(|task| task.id)
    }

    /// The tasks that have failed.
    pub(super) fn failed_tasks(&self) -> impl Iterator<Item = u32> {
        let has_failed = |task: &&TaskAnswer| State::parse(&task.part.state) == State::Failed;
        self.tasks.iter().filter(has_failed).map(|task| task.id)
    }

    pub(super) fn into_core(self, redactor: &Redactor) -> ConnectorStatus {
        let scrub = |trace: Option<String>| trace.filter(|trace| !trace.is_empty()).map(|trace| redactor.scrub(&trace));
        let task = |task: TaskAnswer| TaskStatus {
            id: task.id,
            state: State::parse(&task.part.state),
            worker: task.part.worker_id,
            trace: scrub(task.part.trace),
        };
        let mut tasks: Vec<_> = self.tasks.into_iter().map(task).collect();
        tasks.sort_by_key(|task| task.id);
        ConnectorStatus {
            kind: self.kind,
            state: State::parse(&self.connector.state),
            worker: self.connector.worker_id,
            trace: scrub(self.connector.trace),
            tasks,
        }
    }
}

impl ValidationAnswer {
    /// What it says of a configuration that was sent. What the worker made of its references is taken
    /// out of every message.
    pub(super) fn into_core(self, redactor: &Redactor, sent: &BTreeMap<String, String>) -> Validation {
        let parts = |ValidatedAnswer { value }: &ValidatedAnswer| {
            Some(resolved_parts(sent.get(&value.name)?, value.value.as_deref()?))
        };
        let redactor = redactor.clone().and(self.configs.iter().filter_map(parts).flatten());
        let mut validation = Validation::default();
        for ValidatedAnswer { value } in self.configs {
            for error in &value.errors {
                validation.errors.push((value.name.clone(), redactor.scrub(error)));
            }
            validation.known.push(value.name);
        }
        // An error without a definition is reported under a key that the plug-in does not know: it
        // is an error, and the key is known to whoever complained.
        validation
    }

    /// Whether the value of `name` came back exactly as it was sent.
    pub(super) fn echoes(&self, name: &str, sent: &str) -> Option<bool> {
        self.configs.iter().find(|config| config.value.name == name)?.value.value.as_deref().map(|value| value == sent)
    }
}
