//! A file as a tree with places, the same for every format.

use std::collections::BTreeMap;

use super::Findings;
use crate::core::{Mistake, Place};

/// A part of a file.
#[derive(Clone, Debug)]
pub(in crate::core) struct Node {
    pub(in crate::core) place: Place,
    pub(in crate::core) kind: Kind,
}

/// What a part is.
#[derive(Clone, Debug)]
pub(in crate::core) enum Kind {
    /// A text that can be nothing else.
    Text(String),
    /// YAML without quotes, as it stands: a number or a boolean for some, a text for us.
    Plain(String),
    /// A number or a boolean of JSON, as it stands.
    Literal(String),
    Null,
    List(Vec<Node>),
    Map(Vec<Item>),
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(in crate::core) struct Item {
    pub(in crate::core) key: String,
    pub(in crate::core) place: Place,
    pub(in crate::core) value: Node,
}

impl Kind {
    /// What it is, in words.
    pub(in crate::core) fn word(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Plain(_) => "a string",
            Self::Literal(text) if matches!(text.as_str(), "true" | "false") => "a boolean",
            Self::Literal(_) => "a number",
            Self::Null => "null",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
        }
    }

    /// The text of a string.
    pub(in crate::core) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Plain(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string, a number or a boolean.
    pub(in crate::core) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            other => other.text(),
        }
    }
}

/// Takes the item of a key out.
pub(in crate::core) fn take(items: &mut Vec<Item>, key: &str) -> Option<Item> {
    items.iter().position(|item| item.key == key).map(|at| items.remove(at))
}

/// The items of a map, of which each key counts once; what occurs again is a mistake.
#[derive(Debug, Default)]
pub(in crate::core) struct Items {
    items: Vec<Item>,
    lines: BTreeMap<String, usize>,
}

impl Items {
    pub(in crate::core) fn push(&mut self, item: Item, findings: &mut Findings) {
        if let Some(first) = self.lines.get(&item.key) {
            let message = format!("this key occurs twice; the first is at line {first}");
            findings.mistake(Mistake::new(item.place, message).of_key(item.key));
        } else {
            self.lines.insert(item.key.clone(), item.place.line.unwrap_or(0));
            self.items.push(item);
        }
    }

    /// Adds an item unless there is one of its key.
    pub(in crate::core) fn push_absent(&mut self, item: Item) {
        if !self.lines.contains_key(&item.key) {
            self.lines.insert(item.key.clone(), item.place.line.unwrap_or(0));
            self.items.push(item);
        }
    }

    pub(in crate::core) fn into_kind(self) -> Kind {
        Kind::Map(self.items)
    }
}
