//! How far a consumer group has come on a topic, without joining it: its committed offsets beside
//! what the topic holds.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::metadata::MetadataTopic;
use rdkafka::{Offset, TopicPartitionList};

use super::context::Quiet;
use super::topic::{Span, away, spans};
use super::{Kafka, ReadError};

/// A consumer group, looked at from outside.
pub struct Group {
    consumer: BaseConsumer<Quiet>,
    context: Quiet,
    name: String,
    patience: Duration,
}

/// How far a group has come on one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What the partition holds.
    pub span: Span,
    /// The offset that the group will read next; none where it has never committed.
    pub committed: Option<i64>,
}

impl Progress {
    /// The first offset that the group has not committed. A group that never committed has all of
    /// it before it.
    pub fn position(&self) -> i64 {
        self.committed.unwrap_or(self.span.low)
    }

    /// Offsets that wait for the group.
    pub fn lag(&self) -> i64 {
        (self.span.high - self.position().max(self.span.low)).max(0)
    }

    /// Offsets that expired before the group had read them.
    pub fn overrun(&self) -> i64 {
        (self.span.low - self.position()).max(0)
    }
}

impl Group {
    /// Looks at the group `name`. Nothing is sent yet.
    ///
    /// # Errors
    /// When the client cannot be made.
    pub fn new(kafka: &Kafka, name: &str) -> Result<Self, ReadError> {
        let context = Quiet::default();
        let consumer = kafka.of_group(name).create_with_context(context.clone())?;
        Ok(Self { consumer, context, name: name.to_owned(), patience: kafka.patience })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How far it has come on `topic`. The committed offsets are read before the ends of the topic.
    ///
    /// # Errors
    /// [`ReadError::NoTopic`], or [`ReadError::Away`] when Kafka does not answer.
    pub fn progress(&self, topic: &str) -> Result<BTreeMap<i32, Progress>, ReadError> {
        let metadata = self
            .consumer
            .fetch_metadata(Some(topic), self.patience)
            .map_err(|error| away(&self.context, topic, error))?;
        let mut asked = TopicPartitionList::new();
        for partition in metadata.topics().iter().filter(|t| t.name() == topic).flat_map(MetadataTopic::partitions) {
            asked.add_partition(topic, partition.id());
        }
        if asked.count() == 0 {
            return Err(ReadError::NoTopic(topic.to_owned()));
        }
        let committed = self
            .consumer
            .committed_offsets(asked, self.patience)
            .map_err(|error| away(&self.context, topic, error))?
            .to_topic_map();
        let spans = spans(&self.consumer, &self.context, topic, self.patience)?;
        Ok(spans
            .into_iter()
            .map(|(partition, span)| {
                let committed = match committed.get(&(topic.to_owned(), partition)) {
                    Some(Offset::Offset(offset)) => Some(*offset),
                    _ => None,
                };
                (partition, Progress { span, committed })
            })
            .collect())
    }
}

impl std::fmt::Debug for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(low: i64, high: i64, committed: Option<i64>) -> Progress {
        Progress { span: Span { low, high }, committed }
    }

    #[test]
    fn a_group_that_never_committed_has_everything_before_it() {
        let never = progress(10, 25, None);
        assert_eq!((never.position(), never.lag(), never.overrun()), (10, 15, 0));
    }

    #[test]
    fn what_expired_unread_is_overrun_and_not_lag() {
        let slow = progress(10, 25, Some(4));
        assert_eq!((slow.position(), slow.lag(), slow.overrun()), (4, 15, 6));
        let level = progress(10, 25, Some(25));
        assert_eq!((level.lag(), level.overrun()), (0, 0));
    }
}
