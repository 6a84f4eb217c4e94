//! What can go wrong when a topic is read, and how the program ends then.

use rdkafka::error::KafkaError;
use service::{Exit, Failure};

use super::Kafka;

/// Why a topic could not be read to where it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such topic.
    #[error("the topic {0} does not exist")]
    NoTopic(String),
    /// The topic is another one than it was: deleted and made again, or with more partitions.
    #[error("the topic {0} was made anew or got more partitions")]
    Changed(String),
    /// No answer, or no progress, in time.
    #[error("Kafka gave no answer about {topic}{}", last_words.as_deref().map(|w| format!(" ({w})")).unwrap_or_default())]
    Away {
        /// What was read.
        topic: String,
        /// What the client complained about last.
        last_words: Option<String>,
    },
    /// The client refused.
    #[error(transparent)]
    Client(#[from] KafkaError),
    /// We were asked to stop.
    #[error("stopped")]
    Stopped,
}

impl ReadError {
    /// The failure a person sees.
    pub fn failure(self, kafka: &Kafka) -> Failure {
        let servers = &kafka.servers;
        let told = |exit, text: String| Failure::new(exit, text);
        match &self {
            Self::NoTopic(topic) => told(Exit::Invalid, format!("the topic {topic} does not exist on {servers}"))
                .hint("is its name right? `producer topics` makes those of the pipeline"),
            Self::Changed(_) => told(Exit::Failed, self.to_string()).hint("run it again"),
            Self::Away { .. } => told(Exit::Unreachable, format!("{self}, at {servers}"))
                .hint("is Kafka up, and is KAFKA_BOOTSTRAP_SERVERS right?"),
            Self::Client(_) => told(Exit::Failed, format!("cannot read from Kafka at {servers}")).because(self),
            Self::Stopped => told(Exit::Interrupted, "stopped before the work was done".to_owned()),
        }
    }
}
