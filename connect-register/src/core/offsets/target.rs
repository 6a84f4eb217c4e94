//! A position in a topic as a person gives it: `TOPIC:PARTITION=OFFSET`, and what it means where it is
//! not a number.

use std::fmt;
use std::str::FromStr;

use super::super::plain;

/// Where a partition of a topic is to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The topic.
    pub topic: String,
    /// The partition; all of them where it is not given.
    pub partition: Option<i32>,
    /// Where in it.
    pub position: Position,
}

/// Where in a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// At the record with this offset.
    At(i64),
    /// At the first record that is kept.
    Earliest,
    /// After the last record.
    Latest,
}

impl FromStr for Target {
    type Err = String;

    /// Reads `TOPIC:PARTITION=OFFSET`, where the offset may be `earliest` or `latest`, and
    /// `TOPIC=earliest`, which is about every partition.
    fn from_str(text: &str) -> Result<Self, String> {
        const FORMS: &str = "TOPIC:PARTITION=OFFSET, TOPIC=earliest or TOPIC=latest";
        let wrong = |why: &str| format!("{why}; write {FORMS}");
        let (of, position) = text.split_once('=').ok_or_else(|| wrong("there is no `=` in it"))?;
        let position = match position.trim() {
            "earliest" => Position::Earliest,
            "latest" => Position::Latest,
            number => match number.parse() {
                Ok(offset @ 0..) => Position::At(offset),
                _ => return Err(wrong(&format!("`{}` is no offset", plain::line(number)))),
            },
        };
        // A topic's name has no colon (`[a-zA-Z0-9._-]`).
        let (topic, partition) = match of.split_once(':') {
            None => (of, None),
            Some((topic, number)) => match number.parse() {
                Ok(number @ 0..) => (topic, Some(number)),
                _ => return Err(wrong(&format!("`{}` is no partition", plain::line(number)))),
            },
        };
        if topic.trim().is_empty() {
            return Err(wrong("it names no topic"));
        }
        if partition.is_none() && matches!(position, Position::At(_)) {
            return Err(wrong("an offset is that of one partition"));
        }
        Ok(Self { topic: topic.trim().to_owned(), partition, position })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain::line(&self.topic))?;
        if let Some(partition) = self.partition {
            write!(f, ":{partition}")?;
        }
        match self.position {
            Position::At(offset) => write!(f, "={offset}"),
            Position::Earliest => f.write_str("=earliest"),
            Position::Latest => f.write_str("=latest"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_documented() {
        for good in ["t:0=5", "a.b-c:12=earliest", "t=latest", "t=earliest"] {
            assert_eq!(good.parse::<Target>().unwrap().to_string(), good);
        }
        for bad in ["", "t", "t:0", "t=5", ":0=5", "t:x=5", "t:0=-1", "t:-1=1", "t:0=soon", "t:0="] {
            assert!(bad.parse::<Target>().is_err(), "{bad}");
        }
    }
}
