//! JSON with places.
//!
//! `serde_json` decides what is JSON (strictly, with a limit on depth); `jsonc-parser` tells where
//! things stand and keeps keys that occur twice.

use std::sync::Arc;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::Findings;
use super::node::{Item, Items, Kind, Node};
use crate::core::{Mistake, Place};

pub(super) fn read(file: &Arc<str>, text: &str, findings: &mut Findings) -> Option<Node> {
    if text.trim().is_empty() {
        return None;
    }
    if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
        let place = Place::at(file.clone(), error.line(), error.column());
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
        findings.mistake(Mistake::new(place, format!("this is not JSON: {message}")));
        return None;
    }
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        ..ParseOptions::default()
    };
    let mut reader = Reader { file, text, offset: 0, line: 1, column: 1 };
    match parse_to_ast(text, &CollectOptions::default(), &strict) {
        Ok(parsed) => Some(reader.node(&parsed.value?, findings)),
        Err(error) => {
            let place = reader.place(error.range().start);
            findings.mistake(Mistake::new(place, format!("this is not JSON: {error}")));
            None
        }
    }
}

/// Goes through the tree in the order of the text, so that places are counted once.
struct Reader<'a> {
    file: &'a Arc<str>,
    text: &'a str,
    offset: usize,
    line: usize,
    column: usize,
}

impl Reader<'_> {
    fn node(&mut self, value: &Value<'_>, findings: &mut Findings) -> Node {
        let place = self.place(value.range().start);
        let kind = match value {
            Value::StringLit(text) => Kind::Text(text.value.to_string()),
            Value::NumberLit(number) => Kind::Literal(number.value.to_owned()),
            Value::BooleanLit(boolean) => Kind::Literal(boolean.value.to_string()),
            Value::NullKeyword(_) => Kind::Null,
            Value::Array(array) => Kind::List(array.elements.iter().map(|value| self.node(value, findings)).collect()),
            Value::Object(object) => self.map(object, findings),
        };
        Node { place, kind }
    }

    fn map(&mut self, object: &Object<'_>, findings: &mut Findings) -> Kind {
        let mut items = Items::default();
        for member in &object.properties {
            let place = self.place(member.range.start);
            let value = self.node(&member.value, findings);
            items.push(Item { key: member.name.as_str().to_owned(), place, value }, findings);
        }
        items.into_kind()
    }

    fn place(&mut self, offset: usize) -> Place {
        if offset < self.offset {
            (self.offset, self.line, self.column) = (0, 1, 1);
        }
        for c in self.text.get(self.offset..offset).unwrap_or_default().chars() {
            (self.line, self.column) = if c == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        self.offset = offset;
        Place::at(self.file.clone(), self.line, self.column)
    }
}
