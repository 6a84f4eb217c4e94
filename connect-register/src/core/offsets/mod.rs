//! The offsets of a connector: how far it has come, partition by partition, as Connect tells and takes
//! them (KIP-875). Reading and writing them is not here.

mod edit;
mod file;
mod target;

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::plain;

pub use edit::{Bounds, Edit, Refusal, Shift};
pub use file::{Backup, KIND, VERSION};
pub use target::{Position, Target};

/// What offsets are kept for: `{"kafka_topic": "t", "kafka_partition": 0}` of a sink, whatever a source
/// connector makes of it otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Partition {
    /// Topic and number, where it is that of a sink: the order goes by them.
    topic: Option<(String, i32)>,
    json: String,
}

impl Partition {
    /// The partition that a JSON object names; the order of its keys does not count.
    pub fn new(partition: &Value) -> Self {
        let mut sorted = partition.clone();
        sorted.sort_all_objects();
        // Connect tells numbers as such and takes them as text too.
        if let Some(number) = sorted.get("kafka_partition").and_then(Value::as_str).and_then(|n| n.parse::<i32>().ok())
        {
            sorted["kafka_partition"] = json!(number);
        }
        let number = sorted.get("kafka_partition").and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok());
        let topic = sorted.get("kafka_topic").and_then(Value::as_str).map(str::to_owned);
        Self { topic: topic.zip(number), json: sorted.to_string() }
    }

    /// That of a sink.
    pub fn of_topic(topic: &str, partition: i32) -> Self {
        Self::new(&json!({"kafka_topic": topic, "kafka_partition": partition}))
    }

    /// The object.
    pub fn to_json(&self) -> Value {
        // It was made of one.
        serde_json::from_str(&self.json).unwrap_or_default()
    }

    /// Topic and number, where it is that of a sink.
    pub fn topic(&self) -> Option<(String, i32)> {
        self.topic.clone()
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.topic {
            Some((topic, number)) => write!(f, "{}:{number}", plain::line(topic)),
            None => f.write_str(&plain::line(&self.json)),
        }
    }
}

/// How far it has come: `{"kafka_offset": 5}` of a sink, whatever a source connector makes of it otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Offset(Value);

impl Offset {
    /// The offset that a JSON object tells.
    pub fn new(offset: &Value) -> Self {
        let mut sorted = offset.clone();
        sorted.sort_all_objects();
        if let Some(number) = sorted.get("kafka_offset").and_then(Value::as_str).and_then(|n| n.parse::<i64>().ok()) {
            sorted["kafka_offset"] = json!(number);
        }
        Self(sorted)
    }

    /// That of a sink: the next record that it reads.
    pub fn of_record(offset: i64) -> Self {
        Self(json!({"kafka_offset": offset}))
    }

    /// The object.
    pub fn to_json(&self) -> Value {
        self.0.clone()
    }

    /// The next record, where it is that of a sink.
    pub fn record(&self) -> Option<i64> {
        self.0.get("kafka_offset")?.as_i64()
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.record() {
            Some(record) => write!(f, "{record}"),
            None => f.write_str(&plain::line(&self.0.to_string())),
        }
    }
}

/// The offsets of a connector.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offsets(pub BTreeMap<Partition, Offset>);

/// Changes of offsets; `None` forgets one, and the connector begins there as if it were new.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moves(pub BTreeMap<Partition, Option<Offset>>);

impl Offsets {
    /// The changes that make these of `self`.
    pub fn moves_to(&self, wanted: &Self) -> Moves {
        let set = wanted.0.iter().filter(|(partition, offset)| self.0.get(partition) != Some(offset));
        let set = set.map(|(partition, offset)| (partition.clone(), Some(offset.clone())));
        let gone = self.0.keys().filter(|partition| !wanted.0.contains_key(partition));
        Moves(set.chain(gone.map(|partition| (partition.clone(), None))).collect())
    }

    /// What they are after these changes.
    #[must_use]
    pub fn after(&self, moves: &Moves) -> Self {
        let mut after = self.clone();
        for (partition, offset) in &moves.0 {
            match offset {
                Some(offset) => after.0.insert(partition.clone(), offset.clone()),
                None => after.0.remove(partition),
            };
        }
        after
    }

    /// Whether they are those of a sink, as far as there are any.
    pub fn are_of_a_sink(&self) -> bool {
        self.0.keys().all(|partition| partition.topic().is_some())
    }

    /// The body of `GET` and `PATCH /connectors/{c}/offsets`.
    pub fn to_json(&self) -> Value {
        Moves(self.0.iter().map(|(partition, offset)| (partition.clone(), Some(offset.clone()))).collect()).to_json()
    }
}

impl Moves {
    /// Whether there is nothing to change.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The body of `PATCH /connectors/{c}/offsets`.
    pub fn to_json(&self) -> Value {
        let entries = self.0.iter().map(|(partition, offset)| {
            json!({"partition": partition.to_json(), "offset": offset.as_ref().map(Offset::to_json)})
        });
        json!({"offsets": entries.collect::<Vec<_>>()})
    }
}

/// One entry as Connect has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    partition: Map<String, Value>,
    offset: Map<String, Value>,
}

impl Serialize for Offsets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries = serializer.serialize_seq(Some(self.0.len()))?;
        for (partition, offset) in &self.0 {
            entries.serialize_element(&json!({"partition": partition.to_json(), "offset": offset.to_json()}))?;
        }
        entries.end()
    }
}

impl<'de> Deserialize<'de> for Offsets {
    /// An entry that stands twice is a mistake.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut offsets = BTreeMap::new();
        for Entry { partition, offset } in Vec::<Entry>::deserialize(deserializer)? {
            let partition = Partition::new(&Value::Object(partition));
            let told = partition.to_string();
            if offsets.insert(partition, Offset::new(&Value::Object(offset))).is_some() {
                return Err(serde::de::Error::custom(format!("{told} stands twice")));
            }
        }
        Ok(Self(offsets))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(entries: &[(i32, i64)]) -> Offsets {
        Offsets(entries.iter().map(|(p, o)| (Partition::of_topic("t", *p), Offset::of_record(*o))).collect())
    }

    #[test]
    fn a_partition_is_the_same_however_it_is_written() {
        let one = Partition::new(&json!({"kafka_partition": "3", "kafka_topic": "t"}));
        assert_eq!(one, Partition::of_topic("t", 3));
        assert_eq!(one.to_string(), "t:3");
        let other = Partition::new(&json!({"server": "a\u{1b}[2J"}));
        assert_eq!((other.topic(), other.to_string()), (None, r#"{"server":"a\u001b[2J"}"#.to_owned()));
    }

    #[test]
    fn changes_lead_from_one_to_the_other_and_back() {
        let (first, second) = (offsets(&[(0, 1), (1, 2)]), offsets(&[(1, 5), (2, 7)]));
        let moves = first.moves_to(&second);
        assert_eq!(first.after(&moves), second);
        assert_eq!(second.after(&second.moves_to(&first)), first);
        assert!(first.moves_to(&first).is_empty());
        insta::assert_snapshot!(moves.to_json(), @r#"{"offsets":[{"partition":{"kafka_partition":0,"kafka_topic":"t"},"offset":null},{"partition":{"kafka_partition":1,"kafka_topic":"t"},"offset":{"kafka_offset":5}},{"partition":{"kafka_partition":2,"kafka_topic":"t"},"offset":{"kafka_offset":7}}]}"#);
    }

    #[test]
    fn they_are_read_as_connect_tells_them() {
        let text = r#"[{"partition": {"kafka_topic": "t", "kafka_partition": 0}, "offset": {"kafka_offset": 1}}]"#;
        let read: Offsets = serde_json::from_str(text).unwrap();
        assert_eq!(read, offsets(&[(0, 1)]));
        assert_eq!(serde_json::from_value::<Offsets>(serde_json::to_value(&read).unwrap()).unwrap(), read);
        let twice = format!("[{0}, {0}]", &text[1..text.len() - 1]);
        assert_eq!(serde_json::from_str::<Offsets>(&twice).unwrap_err().to_string(), "t:0 stands twice");
    }
}
