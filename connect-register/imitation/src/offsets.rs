//! The offsets of a connector as Connect keeps them (KIP-875): partitions and offsets are JSON objects
//! whose meaning is the connector's business.

use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) const NOT_STOPPED: &str = "Connectors must be in the STOPPED state before their offsets can be modified. \
                                      This can be done for the specified connector by issuing a 'PUT' request to the \
                                      '/connectors/{connector}/stop' endpoint";
pub(crate) const ALTERED: &str = "The offsets for this connector have been altered successfully";
pub(crate) const CLEARED: &str = "The offsets for this connector have been reset successfully";

/// One entry of `PATCH /connectors/{c}/offsets`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Entry {
    partition: Value,
    /// Absent, it is forgotten.
    offset: Option<Value>,
}

/// The body of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Entries {
    pub(crate) offsets: Vec<Entry>,
}

/// The offsets of one connector, in the order in which they came to be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offsets(Vec<(Value, Value)>);

impl Offsets {
    pub(crate) fn alter(&mut self, entries: Vec<Entry>) {
        for Entry { partition, offset } in entries {
            self.0.retain(|(of, _)| *of != partition);
            self.0.extend(offset.map(|offset| (partition, offset)));
        }
    }

    /// The answer of `GET /connectors/{c}/offsets`.
    pub(crate) fn told(&self) -> Value {
        let entry = |(partition, offset): &(Value, Value)| json!({"partition": partition, "offset": offset});
        json!({"offsets": self.0.iter().map(entry).collect::<Vec<_>>()})
    }

    /// The offset of a sink.
    pub(crate) fn of_topic(&self, topic: &str, partition: i32) -> Option<i64> {
        let of = json!({"kafka_topic": topic, "kafka_partition": partition});
        self.0.iter().find(|(partition, _)| *partition == of)?.1["kafka_offset"].as_i64()
    }
}

/// An entry of a sink.
pub(crate) fn of_sink(topic: &str, partition: i32, offset: i64) -> Entry {
    Entry {
        partition: json!({"kafka_topic": topic, "kafka_partition": partition}),
        offset: Some(json!({"kafka_offset": offset})),
    }
}
