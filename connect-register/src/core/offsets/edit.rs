//! What is to become of offsets, worked out from what they are: set, forgotten, shifted, or taken from a
//! file. What cannot be is told, all of it at once.

use std::collections::BTreeMap;
use std::fmt;

use super::{Moves, Offset, Offsets, Partition, Position, Target};

/// What a partition of a topic holds: its first record, and the offset after its last one.
pub type Bounds = BTreeMap<(String, i32), (i64, i64)>;

/// What is to become of offsets.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// These positions; what is not named stays.
    To {
        /// The positions.
        targets: Vec<Target>,
        /// What the topics hold, as far as it is known.
        bounds: Bounds,
    },
    /// So many records on or back.
    Shift(Shift),
    /// These are set; what is not named stays.
    Set(Offsets),
    /// Exactly these.
    Exactly(Offsets),
    /// What belongs to these is forgotten: topics, or single partitions of them.
    Forget(Vec<(String, Option<i32>)>),
    /// All are forgotten.
    Clear,
}

/// So many records on or back.
#[derive(Clone, Debug, PartialEq)]
pub struct Shift {
    /// By how many.
    pub by: i64,
    /// Only those of these topics, where any are named.
    pub topics: Vec<String>,
    /// What the topics hold, as far as it is known.
    pub bounds: Bounds,
}

/// Why offsets cannot be changed so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// They are not those of a sink, which alone have records to count.
    NotOfASink(Partition),
    /// The connector has no offset there, so that there is nothing to count from.
    NoOffset(String),
    /// What a partition holds is not known.
    Unknown(String),
    /// There is no such record.
    Beyond {
        /// Of which partition.
        partition: Partition,
        /// The record.
        offset: i64,
        /// The first one that is kept, and the one after the last.
        bounds: (i64, i64),
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOfASink(partition) => {
                write!(f, "{partition} is a source connector's own, and has no records to count")
            }
            Self::NoOffset(of) => write!(f, "the connector has no offset of {of}"),
            Self::Unknown(of) => write!(f, "what {of} holds is not known: there is no such topic or partition"),
            Self::Beyond { partition, offset, bounds: (low, high) } => {
                write!(f, "{partition} holds {low} to {high}, and not {offset}")
            }
        }
    }
}

impl Edit {
    /// The changes that this makes of what the offsets are.
    ///
    /// # Errors
    /// All that cannot be, at once.
    pub fn moves(&self, now: &Offsets) -> Result<Moves, Vec<Refusal>> {
        let (wanted, refusals) = self.wanted(now);
        if refusals.is_empty() { Ok(now.moves_to(&wanted)) } else { Err(refusals) }
    }

    /// Whether all is forgotten, for which Connect has a request of its own.
    pub fn is_clear(&self) -> bool {
        match self {
            Self::Clear => true,
            Self::Exactly(offsets) => offsets.0.is_empty(),
            _ => false,
        }
    }

    fn wanted(&self, now: &Offsets) -> (Offsets, Vec<Refusal>) {
        let (mut wanted, mut refusals) = (now.clone(), Vec::new());
        match self {
            Self::To { targets, bounds } => {
                for target in targets {
                    goes_to(target, bounds, &mut wanted, &mut refusals);
                }
            }
            Self::Shift(shift) => shift.of(now, &mut wanted, &mut refusals),
            Self::Set(offsets) => wanted.0.extend(offsets.0.clone()),
            Self::Exactly(offsets) => wanted = offsets.clone(),
            Self::Forget(topics) => {
                for (topic, number) in topics {
                    let before = wanted.0.len();
                    wanted.0.retain(|partition, _| {
                        partition.topic().is_none_or(|(of, n)| of != *topic || number.is_some_and(|number| number != n))
                    });
                    if wanted.0.len() == before {
                        let of = number.map_or_else(|| topic.clone(), |number| format!("{topic}:{number}"));
                        refusals.push(Refusal::NoOffset(of));
                    }
                }
            }
            Self::Clear => wanted = Offsets::default(),
        }
        (wanted, refusals)
    }
}

fn goes_to(target: &Target, bounds: &Bounds, wanted: &mut Offsets, refusals: &mut Vec<Refusal>) {
    let Target { topic, partition, position } = target;
    let is_of = |of: &str, number: i32| of == topic && partition.is_none_or(|partition| partition == number);
    let held: Vec<_> = bounds.iter().filter(|((of, number), _)| is_of(of, *number)).collect();
    match (position, partition) {
        // Of what is not known nothing can be said against it.
        (Position::At(offset), Some(number)) if held.is_empty() => {
            wanted.0.insert(Partition::of_topic(topic, *number), Offset::of_record(*offset));
        }
        _ if held.is_empty() => {
            let of = partition.map_or_else(|| topic.clone(), |number| format!("{topic}:{number}"));
            refusals.push(Refusal::Unknown(of));
        }
        _ => {
            for ((topic, number), (low, high)) in held {
                let partition = Partition::of_topic(topic, *number);
                let offset = match position {
                    Position::At(offset) if offset < low || offset > high => {
                        refusals.push(Refusal::Beyond { partition, offset: *offset, bounds: (*low, *high) });
                        continue;
                    }
                    Position::At(offset) => *offset,
                    Position::Earliest => *low,
                    Position::Latest => *high,
                };
                wanted.0.insert(partition, Offset::of_record(offset));
            }
        }
    }
}

impl Shift {
    /// No farther than to the first record that is kept, and to the end.
    fn of(&self, now: &Offsets, wanted: &mut Offsets, refusals: &mut Vec<Refusal>) {
        for topic in &self.topics {
            if !now.0.keys().any(|partition| partition.topic().is_some_and(|(of, _)| of == *topic)) {
                refusals.push(Refusal::NoOffset(topic.clone()));
            }
        }
        for (partition, offset) in &now.0 {
            let (Some((topic, number)), Some(offset)) = (partition.topic(), offset.record()) else {
                refusals.push(Refusal::NotOfASink(partition.clone()));
                continue;
            };
            if !self.topics.is_empty() && !self.topics.contains(&topic) {
                continue;
            }
            let (low, high) = self.bounds.get(&(topic, number)).copied().unwrap_or((0, i64::MAX));
            // What the topics hold may be older than the offsets.
            let moved = offset.saturating_add(self.by).clamp(low.min(offset), high.max(offset));
            wanted.0.insert(partition.clone(), Offset::of_record(moved));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn offsets(entries: &[(&str, i32, i64)]) -> Offsets {
        let entry = |(topic, number, offset): &(&str, i32, i64)| {
            (Partition::of_topic(topic, *number), Offset::of_record(*offset))
        };
        Offsets(entries.iter().map(entry).collect())
    }

    fn bounds() -> Bounds {
        [(("t", 0), (10, 100)), (("t", 1), (0, 50))].map(|((t, p), b)| ((t.to_owned(), p), b)).into()
    }

    fn told(edit: &Edit, now: &Offsets) -> String {
        match edit.moves(now) {
            Ok(moves) => {
                let one = |(partition, offset): (&Partition, &Option<Offset>)| match offset {
                    Some(offset) => format!("{partition}={offset}"),
                    None => format!("{partition} forgotten"),
                };
                moves.0.iter().map(one).collect::<Vec<_>>().join(", ")
            }
            Err(refusals) => refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        }
    }

    #[test]
    fn every_edit_changes_what_it_names_and_nothing_else() {
        let now = offsets(&[("t", 0, 60), ("t", 1, 50), ("u", 0, 3)]);
        let shift = |by, topics: &[&str]| {
            let topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
            Edit::Shift(Shift { by, topics, bounds: bounds() })
        };
        let to = |targets: &[&str]| Edit::To {
            targets: targets.iter().map(|target| target.parse().unwrap()).collect(),
            bounds: bounds(),
        };
        let table = [
            (to(&["t:0=20"]), "t:0=20"),
            (to(&["t:0=60"]), ""),
            (to(&["t=earliest"]), "t:0=10, t:1=0"),
            (to(&["t=latest", "u:0=9"]), "t:0=100, u:0=9"),
            (
                to(&["t:0=101", "t:0=9", "v=latest"]),
                "t:0 holds 10 to 100, and not 101; t:0 holds 10 to 100, and not 9; what v holds is not known: there is no such topic or partition",
            ),
            (shift(-5, &["t"]), "t:0=55, t:1=45"),
            (shift(-1000, &[]), "t:0=10, t:1=0, u:0=0"),
            (shift(1000, &["t"]), "t:0=100"),
            (
                Edit::Shift(Shift { by: 5, topics: vec![], bounds: [(("u".to_owned(), 0), (1, 2))].into() }),
                "t:0=65, t:1=55",
            ),
            (shift(1, &["w"]), "the connector has no offset of w"),
            (Edit::Set(offsets(&[("t", 0, 1), ("x", 0, 2)])), "t:0=1, x:0=2"),
            (Edit::Exactly(offsets(&[("t", 0, 1)])), "t:0=1, t:1 forgotten, u:0 forgotten"),
            (Edit::Forget(vec![("t".to_owned(), Some(1))]), "t:1 forgotten"),
            (Edit::Forget(vec![("t".to_owned(), None)]), "t:0 forgotten, t:1 forgotten"),
            (Edit::Forget(vec![("t".to_owned(), Some(7))]), "the connector has no offset of t:7"),
            (Edit::Clear, "t:0 forgotten, t:1 forgotten, u:0 forgotten"),
        ];
        for (edit, expected) in table {
            assert_eq!(told(&edit, &now), expected, "{edit:?}");
        }
    }

    #[test]
    fn a_source_has_no_records_to_count() {
        let partition = Partition::new(&json!({"file": "a"}));
        let now = Offsets([(partition, Offset::new(&json!({"position": 5})))].into());
        let shift = Edit::Shift(Shift { by: 1, topics: vec![], bounds: Bounds::new() });
        assert_eq!(told(&shift, &now), r#"{"file":"a"} is a source connector's own, and has no records to count"#);
        assert_eq!(told(&Edit::Clear, &now), r#"{"file":"a"} forgotten"#);
    }
}
