//! Causes: dead letters that failed at the same stage with the same exception and, but for the numbers
//! and names in it, the same message are one cause.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{At, Letter, Stage, Told};

/// What letters of one group have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cause {
    /// The stage.
    pub stage: Stage,
    /// The class of the exception.
    pub exception: Option<String>,
    /// The message, with `#` for what differs from letter to letter: numbers, and what is in quotes.
    pub pattern: String,
}

/// The letters of one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The cause.
    pub cause: Cause,
    /// How many there are.
    pub count: u64,
    /// When the first one was written.
    pub first: Option<Timestamp>,
    /// When the last one was.
    pub last: Option<Timestamp>,
    /// One of them: the last one read.
    pub sample: At,
    /// What it says.
    pub message: Option<String>,
}

impl Cause {
    /// The cause that headers tell.
    pub fn of(told: &Told) -> Self {
        let message = told.message.as_deref().unwrap_or_default();
        Self { stage: told.stage(), exception: told.exception.clone(), pattern: pattern(message) }
    }
}

/// The longest pattern; messages that begin so alike are alike.
const LONGEST: usize = 200;

/// A message without what differs from letter to letter. A number is one wherever it stands, also in a
/// name; quotes are `"`, `'` and `` ` `` around at most a line, and the parentheses that PostgreSQL puts
/// around keys and values.
pub(in crate::core) fn pattern(message: &str) -> String {
    let mut pattern = String::new();
    let mut rest = message.chars().peekable();
    while let Some(c) = rest.next() {
        if pattern.len() >= LONGEST {
            pattern.push('…');
            break;
        }
        match c {
            '0'..='9' => {
                while rest.next_if(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).is_some() {}
                pattern.push('#');
            }
            '"' | '\'' | '`' => match quoted(rest.clone(), c) {
                Some(length) => {
                    rest.nth(length);
                    pattern.extend([c, '#', c]);
                }
                None => pattern.push(c),
            },
            '(' => match quoted(rest.clone(), ')') {
                Some(length) => {
                    rest.nth(length);
                    pattern.push_str("(#)");
                }
                None => pattern.push(c),
            },
            c => pattern.push(c),
        }
    }
    pattern
}

/// How many characters stand before the closing one.
fn quoted(rest: impl Iterator<Item = char>, closing: char) -> Option<usize> {
    const FARTHEST: usize = 200;
    rest.take(FARTHEST).position(|c| c == closing)
}

/// Letters, grouped by cause one after the other.
#[derive(Clone, Debug, Default)]
pub struct Groups(BTreeMap<Cause, Group>);

impl Groups {
    /// Adds a letter.
    pub fn add(&mut self, letter: &Letter) {
        let told = letter.told();
        let cause = Cause::of(&told);
        let group = self.0.entry(cause.clone()).or_insert_with(|| Group {
            cause,
            count: 0,
            first: letter.time,
            last: letter.time,
            sample: letter.at,
            message: None,
        });
        group.count += 1;
        group.first = earlier(group.first, letter.time);
        group.last = group.last.max(letter.time);
        (group.sample, group.message) = (letter.at, told.message);
    }

    /// The groups, the largest first.
    pub fn sorted(self) -> Vec<Group> {
        let mut groups: Vec<_> = self.0.into_values().collect();
        groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.cause.cmp(&b.cause)));
        groups
    }
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_letter_to_letter_is_left_out_of_a_cause() {
        let table = [
            ("sales.csv row 12: qty: 0", "sales.csv row #: qty: #"),
            (
                "ERROR: null value in column \"qty\" of relation \"sales_raw\"",
                "ERROR: null value in column \"#\" of relation \"#\"",
            ),
            ("Key (event_id)=(cj-1-2) already exists.", "Key (#)=(#) already exists."),
            ("Unrecognized token 'abc': was expecting", "Unrecognized token '#': was expecting"),
            ("it's broken", "it's broken"),
            ("at 1.5, 2,000 bytes", "at # # bytes"),
            ("", ""),
        ];
        for (message, expected) in table {
            assert_eq!(pattern(message), expected);
        }
        assert_eq!(pattern(&"x".repeat(500)).chars().count(), 201);
    }

    fn letter(offset: i64, message: &str) -> Letter {
        Letter {
            at: At { partition: 0, offset },
            time: Some(Timestamp::from_second(offset).unwrap()),
            key: None,
            value: None,
            headers: vec![
                ("__connect.errors.stage".to_owned(), Some(b"TASK_PUT".to_vec())),
                ("__connect.errors.exception.message".to_owned(), Some(message.as_bytes().to_vec())),
            ],
        }
    }

    #[test]
    fn letters_are_grouped_by_cause_and_the_largest_group_is_first() {
        let letters = [letter(1, "row 1 is bad"), letter(2, "no table"), letter(3, "row 7 is bad")];
        let mut groups = Groups::default();
        for letter in &letters {
            groups.add(letter);
        }
        let groups = groups.sorted();
        let told: Vec<_> = groups.iter().map(|group| (group.count, group.cause.pattern.as_str())).collect();
        assert_eq!(told, [(2, "row # is bad"), (1, "no table")]);
        assert_eq!((groups[0].first, groups[0].last), (letters[0].time, letters[2].time));
        assert_eq!((groups[0].sample.offset, groups[0].message.as_deref()), (3, Some("row 7 is bad")));
    }
}
