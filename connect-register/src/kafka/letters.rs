//! The letters of a topic, from where it begins (or a point in time) to what it holds now. Reading joins
//! no group, commits nothing and ends on a live topic.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kafka::{Kafka, ReadError, Spans, Topic};
use rdkafka::message::{BorrowedMessage, Headers, Message};
use service::Shutdown;

use crate::core::letter::{At, Header, Letter};

/// A topic of dead letters, and what it held when it was opened.
#[derive(Debug)]
pub struct Letters {
    topic: Topic,
    spans: Spans,
}

impl Letters {
    /// Opens it. Blocks.
    ///
    /// # Errors
    /// When there is no such topic, or Kafka does not answer.
    pub fn open(kafka: &Kafka, topic: &str, since: Option<Timestamp>) -> Result<Self, ReadError> {
        let topic = Topic::open(kafka, topic, since)?;
        let spans = topic.spans()?;
        Ok(Self { topic, spans })
    }

    /// What each partition held when it was opened.
    pub fn spans(&self) -> &Spans {
        &self.spans
    }

    /// Gives each letter to `each`, of one partition in their order. Blocks.
    ///
    /// # Errors
    /// When nothing arrives for long, the topic was made anew, or `stop` was asked for.
    pub fn read(mut self, stop: &Shutdown, mut each: impl FnMut(Letter)) -> Result<(), ReadError> {
        let ends: BTreeMap<i32, i64> = self.spans.iter().map(|(partition, span)| (*partition, span.high)).collect();
        self.topic.read_to(&ends, stop, |message| {
            // Records that arrive meanwhile are of another reading.
            if ends.get(&message.partition()).is_some_and(|end| message.offset() < *end) {
                each(letter(message));
            }
        })
    }
}

fn letter(message: &BorrowedMessage<'_>) -> Letter {
    let headers = message.headers().map(|headers| {
        let owned = headers.iter().map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec)));
        owned.collect::<Vec<Header>>()
    });
    Letter {
        at: At { partition: message.partition(), offset: message.offset() },
        time: message.timestamp().to_millis().and_then(|millis| Timestamp::from_millisecond(millis).ok()),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers: headers.unwrap_or_default(),
    }
}
