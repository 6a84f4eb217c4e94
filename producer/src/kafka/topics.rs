//! The two topics: what they should be, what they are, and making those that are missing. An existing
//! topic is never changed here.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use anyhow::Context;
use rdkafka::ClientContext;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use serde::Serialize;
use service::{Exit, Failure};

use super::client::{bad_settings, unreachable};
use super::delivery::log;
use super::settings::KafkaSettings;
use crate::event::{DEAD_LETTERS, SALES};

/// How long dead letters are kept at least: 14 days.
pub const DEAD_LETTER_RETENTION_MS: i64 = 14 * 24 * 3_600_000;

/// A topic as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name.
    pub name: &'static str,
    /// How many partitions at least.
    pub partitions: i32,
    /// How many copies, where it is made.
    pub replication: i32,
    /// How long records are kept at least, in milliseconds; the broker's own default where none.
    pub retention_ms: Option<i64>,
}

/// A topic as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Existing {
    /// How many partitions.
    pub partitions: i32,
    /// How long records are kept, in milliseconds, below zero for ever; none where it is not known.
    pub retention_ms: Option<i64>,
}

/// What was found, or done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// It was missing and was made.
    Created,
    /// It is there, as it should be.
    Present,
    /// It is there, and otherwise than it should be.
    Differs {
        /// In words.
        differences: Vec<String>,
    },
}

/// What became of a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Its name.
    pub topic: &'static str,
    /// How many partitions it has.
    pub partitions: i32,
    /// What was found, or done.
    #[serde(flatten)]
    pub state: State,
}

/// The two topics.
pub fn declared(partitions: i32, replication: i32) -> [Declared; 2] {
    [
        Declared { name: SALES, partitions, replication, retention_ms: None },
        Declared { name: DEAD_LETTERS, partitions: 1, replication, retention_ms: Some(DEAD_LETTER_RETENTION_MS) },
    ]
}

/// Compares a topic with what it should be. More partitions and longer retention are no difference.
pub fn compare(wanted: &Declared, existing: &Existing) -> State {
    let mut differences = Vec::new();
    if existing.partitions < wanted.partitions {
        differences.push(format!("has {} partitions, wanted {}", existing.partitions, wanted.partitions));
    }
    if let (Some(is), Some(least)) = (existing.retention_ms, wanted.retention_ms)
        && is >= 0
        && is < least
    {
        differences.push(format!("has retention.ms {is}, wanted at least {least} (14 days)"));
    }
    if differences.is_empty() { State::Present } else { State::Differs { differences } }
}

/// Brings the topics about: makes those that are missing, looks at the others.
///
/// # Errors
/// When the brokers do not answer in time, or refuse.
pub async fn ensure(settings: &KafkaSettings, wanted: &[Declared]) -> anyhow::Result<Vec<Outcome>> {
    let admin: AdminClient<Heard> = settings.client().create_with_context(Heard::default()).map_err(bad_settings)?;
    let admin = std::sync::Arc::new(admin);
    let there = partitions(&admin, settings).await?;
    let mut outcomes = Vec::new();
    for topic in wanted {
        let found = there.iter().find(|(name, _)| name == topic.name).map(|(_, partitions)| *partitions);
        let made = match found {
            None => make(&admin, topic).await?,
            Some(_) => false,
        };
        let (partitions, state) = if made {
            (topic.partitions, State::Created)
        } else {
            // Made by somebody else since we looked: as it should be, as far as we know.
            let partitions = found.unwrap_or(topic.partitions);
            let existing = Existing { partitions, retention_ms: retention(&admin, topic.name).await? };
            (partitions, compare(topic, &existing))
        };
        outcomes.push(Outcome { topic: topic.name, partitions, state });
    }
    Ok(outcomes)
}

/// Asks for all topics until the brokers answer.
async fn partitions(
    admin: &std::sync::Arc<AdminClient<Heard>>,
    settings: &KafkaSettings,
) -> anyhow::Result<Vec<(String, i32)>> {
    let deadline = Instant::now() + settings.timeout;
    loop {
        let asking = admin.clone();
        let answer = tokio::task::spawn_blocking(move || asking.inner().fetch_metadata(None, Duration::from_secs(1)));
        match answer.await? {
            Ok(metadata) => {
                let topics = metadata.topics().iter();
                return Ok(topics
                    .map(|t| (t.name().to_owned(), i32::try_from(t.partitions().len()).unwrap_or(i32::MAX)))
                    .collect());
            }
            Err(error) => {
                let heard = admin.inner().context();
                if let Some(why) = heard.denied() {
                    let at = &settings.bootstrap_servers;
                    return Err(Failure::new(Exit::Denied, format!("Kafka at {at} refuses us: {why}"))
                        .hint("check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SECURITY_PROTOCOL")
                        .into());
                }
                if Instant::now() >= deadline {
                    let why = heard.last().unwrap_or_else(|| error.to_string());
                    return Err(unreachable(&settings.bootstrap_servers, settings.timeout, &why).into());
                }
            }
        }
    }
}

/// Makes a topic; false where somebody else just did.
async fn make(admin: &AdminClient<Heard>, topic: &Declared) -> anyhow::Result<bool> {
    let retention = topic.retention_ms.map(|ms| ms.to_string());
    let mut new = NewTopic::new(topic.name, topic.partitions, TopicReplication::Fixed(topic.replication))
        .set("cleanup.policy", "delete");
    if let Some(retention) = &retention {
        new = new.set("retention.ms", retention);
    }
    let options = AdminOptions::new().operation_timeout(Some(Duration::from_secs(30)));
    let answer = admin.create_topics([&new], &options).await.with_context(|| format!("making topic {}", topic.name))?;
    match answer.into_iter().next() {
        Some(Err((_, RDKafkaErrorCode::TopicAlreadyExists))) => Ok(false),
        Some(Err((name, code))) => Err(refused(&name, code, topic).into()),
        Some(Ok(_)) => Ok(true),
        None => anyhow::bail!("the broker did not say what became of topic {}", topic.name),
    }
}

fn refused(name: &str, code: RDKafkaErrorCode, topic: &Declared) -> Failure {
    let (exit, hint) = match code {
        RDKafkaErrorCode::InvalidReplicationFactor => (
            Exit::Invalid,
            format!("there are fewer than {} brokers; give another --replication-factor", topic.replication),
        ),
        RDKafkaErrorCode::ClusterAuthorizationFailed | RDKafkaErrorCode::TopicAuthorizationFailed => {
            (Exit::Denied, "the user needs the ACL operation CREATE on the topic or the cluster".to_owned())
        }
        _ => (Exit::Failed, "the broker's log tells more".to_owned()),
    };
    Failure::new(exit, format!("topic {name} cannot be made: {code}")).hint(hint)
}

/// How long a topic keeps its records; none where we may not ask.
async fn retention(admin: &AdminClient<Heard>, topic: &str) -> anyhow::Result<Option<i64>> {
    let options = AdminOptions::new().request_timeout(Some(Duration::from_secs(10)));
    let answer = admin.describe_configs(&[ResourceSpecifier::Topic(topic)], &options).await;
    let configs = answer.with_context(|| format!("asking for the settings of topic {topic}"))?;
    Ok(match configs.into_iter().next() {
        Some(Ok(config)) => config.get("retention.ms").and_then(|entry| entry.value.as_deref()?.parse().ok()),
        Some(Err(code)) => {
            tracing::warn!("the settings of topic {topic} are not to be seen: {code}");
            None
        }
        None => None,
    })
}

/// What the client says beside its answers.
#[derive(Debug, Default)]
struct Heard(Mutex<(Option<String>, bool)>);

impl Heard {
    fn last(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    fn denied(&self) -> Option<String> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.1 { heard.0.clone() } else { None }
    }
}

impl ClientContext for Heard {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let denied = matches!(
            error.rdkafka_error_code(),
            Some(RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SaslAuthenticationFailed)
        );
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *heard = (Some(reason.to_owned()), heard.1 || denied);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_partitions_and_shorter_retention_are_differences_and_more_of_either_is_none() {
        let [sales, dead] = declared(3, 1);
        let existing = |partitions, retention_ms| Existing { partitions, retention_ms };
        assert_eq!(compare(&sales, &existing(3, Some(1))), State::Present);
        assert_eq!(compare(&sales, &existing(12, None)), State::Present);
        assert_eq!(compare(&dead, &existing(1, Some(-1))), State::Present);
        assert_eq!(
            compare(&sales, &existing(1, None)),
            State::Differs { differences: vec!["has 1 partitions, wanted 3".into()] }
        );
        assert_eq!(
            compare(&dead, &existing(1, Some(604_800_000))),
            State::Differs {
                differences: vec!["has retention.ms 604800000, wanted at least 1209600000 (14 days)".into()]
            }
        );
    }
}
