//! Which cluster the brokers are of. Asking for it reads no topic and joins no group.

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::context::Quiet;
use super::{Kafka, ReadError};

/// The id of the cluster at the addresses; it blocks for as long as the settings have patience.
///
/// # Errors
/// When no broker answers in time, or the client cannot be made.
pub fn id(kafka: &Kafka) -> Result<String, ReadError> {
    let context = Quiet::default();
    let consumer: BaseConsumer<Quiet> = kafka.client().create_with_context(context.clone())?;
    consumer
        .client()
        .fetch_cluster_id(kafka.patience)
        .ok_or_else(|| ReadError::Away { topic: "its cluster".to_owned(), last_words: context.last_words() })
}
