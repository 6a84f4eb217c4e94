//! A template file as JSON with places: every key knows its line and column, and all that is wrong
//! with the shape is found at once. Nothing is rendered here.
//!
//! `serde_json` decides what is JSON (strictly, with a limit on depth); `jsonc-parser` tells where
//! things stand and keeps keys that occur twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use jsonc_parser::ast::{self, Object, ObjectProp};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{DesiredState, IgnoredKeys, Mistake, Place};

/// The members of a template file, as they stand.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The connector's name.
    pub name: Option<Member>,
    /// Where the configuration stands, if there is one.
    pub config_place: Option<Place>,
    /// The configuration, in the file's order, without those members that are mistakes.
    pub config: Vec<Member>,
    /// The state it is to be in, where one is declared.
    pub state: Option<DesiredState>,
    /// Keys that are left to others.
    pub ignored: IgnoredKeys,
}

/// A key with its value and its place.
#[derive(Clone, Debug)]
pub struct Member {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub place: Place,
    /// Its value.
    pub scalar: Scalar,
}

/// A value of a flat configuration.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A string: a template.
    Text(String),
    /// A number or a boolean, as it stands in the file: sent as a string, never rendered.
    Literal(String),
}

/// Reads a template file; what is wrong is added to `mistakes`, the rest is there all the same.
pub fn read(file: &Arc<str>, text: &str, mistakes: &mut Vec<Mistake>) -> Document {
    let reader = Reader { file, text: text.strip_prefix('\u{feff}').unwrap_or(text) };
    reader.read(mistakes)
}

struct Reader<'a> {
    file: &'a Arc<str>,
    text: &'a str,
}

impl Reader<'_> {
    fn read(&self, mistakes: &mut Vec<Mistake>) -> Document {
        let mut document = Document::default();
        if let Err(error) = serde_json::from_str::<serde_json::Value>(self.text) {
            let place = Place::at(self.file.clone(), error.line(), error.column());
            let message = error.to_string();
            let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
            mistakes.push(Mistake::new(place, format!("this is not JSON: {message}")));
            return document;
        }
        let strict = ParseOptions {
            allow_comments: false,
            allow_loose_object_property_names: false,
            allow_trailing_commas: false,
            ..ParseOptions::default()
        };
        let root = match parse_to_ast(self.text, &CollectOptions::default(), &strict) {
            Ok(parsed) => parsed.value,
            Err(error) => {
                mistakes.push(Mistake::new(self.place(error.range().start), format!("this is not JSON: {error}")));
                return document;
            }
        };
        let Some(ast::Value::Object(root)) = root else {
            mistakes.push(Mistake::new(Place::file(self.file.clone()), "this is no JSON object").hint(SHAPE));
            return document;
        };
        self.root(&root, &mut document, mistakes);
        document
    }

    fn root(&self, root: &Object<'_>, document: &mut Document, mistakes: &mut Vec<Mistake>) {
        let mut has_config = false;
        for member in self.unique(root, mistakes) {
            match (member.name.as_str(), &member.value) {
                ("name", ast::Value::StringLit(_)) => document.name = self.member(member, mistakes),
                ("name", other) => {
                    mistakes
                        .push(Mistake::new(self.place_of(member), format!("`name` is {}", kind(other))).hint(SHAPE));
                }
                ("config", ast::Value::Object(config)) => {
                    has_config = true;
                    document.config_place = Some(self.place_of(member));
                    let members = self.unique(config, mistakes);
                    document.config = members.into_iter().filter_map(|m| self.member(m, mistakes)).collect();
                }
                ("config", other) => {
                    has_config = true;
                    mistakes
                        .push(Mistake::new(self.place_of(member), format!("`config` is {}", kind(other))).hint(SHAPE));
                }
                (other, _) => mistakes
                    .push(Mistake::new(self.place_of(member), "this does not belong here").of_key(other).hint(SHAPE)),
            }
        }
        let whole = self.place(root.range.start);
        if root.properties.iter().all(|member| member.name.as_str() != "name") {
            mistakes.push(Mistake::new(whole.clone(), "`name` is missing").hint(SHAPE));
        }
        if !has_config {
            mistakes.push(Mistake::new(whole, "`config` is missing").hint(SHAPE));
        }
    }

    /// The members of an object, of which each key counts once; what occurs again is a mistake.
    fn unique<'b, 'c>(&self, object: &'b Object<'c>, mistakes: &mut Vec<Mistake>) -> Vec<&'b ObjectProp<'c>> {
        let mut first: BTreeMap<&str, Place> = BTreeMap::new();
        let mut members = Vec::new();
        for member in &object.properties {
            let place = self.place_of(member);
            if let Some(first) = first.get(member.name.as_str()) {
                let message = format!("this key occurs twice; the first is at line {}", first.line.unwrap_or(0));
                mistakes.push(Mistake::new(place, message).of_key(member.name.as_str()));
            } else {
                first.insert(member.name.as_str(), place);
                members.push(member);
            }
        }
        members
    }

    fn member(&self, member: &ObjectProp<'_>, mistakes: &mut Vec<Mistake>) -> Option<Member> {
        let (key, place) = (member.name.as_str(), self.place_of(member));
        let scalar = match &member.value {
            ast::Value::StringLit(text) => Ok(Scalar::Text(text.value.to_string())),
            ast::Value::NumberLit(number) => Ok(Scalar::Literal(number.value.to_owned())),
            ast::Value::BooleanLit(boolean) => Ok(Scalar::Literal(boolean.value.to_string())),
            other => Err(kind(other)),
        };
        let mistake = match scalar {
            Ok(_) if key.contains("{{") => "keys are not rendered, only values are".to_owned(),
            Ok(_) if key.is_empty() => "the key is empty".to_owned(),
            Ok(scalar) => return Some(Member { key: key.to_owned(), place, scalar }),
            Err(kind) => format!("the value is {kind}; Connect takes a flat map of strings"),
        };
        mistakes.push(Mistake::new(place, mistake).of_key(key));
        None
    }

    fn place_of(&self, member: &ObjectProp<'_>) -> Place {
        self.place(member.range.start)
    }

    fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let (line, rest) = (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap_or(before));
        Place::at(self.file.clone(), line, rest.chars().count() + 1)
    }
}

const SHAPE: &str = r#"a template is {"name": "…", "config": {"key": "value", …}}"#;

fn kind(value: &ast::Value<'_>) -> &'static str {
    match value {
        ast::Value::StringLit(_) => "a string",
        ast::Value::NumberLit(_) => "a number",
        ast::Value::BooleanLit(_) => "a boolean",
        ast::Value::Object(_) => "an object",
        ast::Value::Array(_) => "a list",
        ast::Value::NullKeyword(_) => "null",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes_of(text: &str) -> String {
        let mut mistakes = Vec::new();
        read(&"t.json".into(), text, &mut mistakes);
        mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_key_knows_its_place_and_numbers_stay_as_they_stand() {
        let text = "\u{feff}{\"name\": \"a\",\r\n \"config\": {\r\n  \"é\": \"x\", \"n\": 3000,\r\n  \"b\": true}}";
        let mut mistakes = Vec::new();
        let document = read(&"t.json".into(), text, &mut mistakes);
        assert!(mistakes.is_empty());
        let members: Vec<_> = document.config.iter().map(|m| format!("{}={:?}", m.place, m.scalar)).collect();
        assert_eq!(
            members,
            [r#"t.json:3:3=Text("x")"#, r#"t.json:3:13=Literal("3000")"#, r#"t.json:4:3=Literal("true")"#]
        );
    }

    #[test]
    fn all_that_is_wrong_with_a_shape_is_told_at_once() {
        let text = "{\n \"config\": {\n  \"a\": {},\n  \"b\": [1],\n  \"c\": null,\n  \"d\": 1,\n  \"d\": 2,\n  \"{{e}}\": 1\n },\n \"extra\": 1\n}";
        insta::assert_snapshot!(mistakes_of(text), @r#"
        t.json:7:3: d: this key occurs twice; the first is at line 6
        t.json:3:3: a: the value is an object; Connect takes a flat map of strings
        t.json:4:3: b: the value is a list; Connect takes a flat map of strings
        t.json:5:3: c: the value is null; Connect takes a flat map of strings
        t.json:8:3: {{e}}: keys are not rendered, only values are
        t.json:10:2: extra: this does not belong here (a template is {"name": "…", "config": {"key": "value", …}})
        t.json:1:1: `name` is missing (a template is {"name": "…", "config": {"key": "value", …}})
        "#);
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        insta::assert_snapshot!(mistakes_of("{\"name\": \"a\",}"), @"t.json:1:14: this is not JSON: trailing comma");
        insta::assert_snapshot!(mistakes_of("[1]"), @r#"t.json: this is no JSON object (a template is {"name": "…", "config": {"key": "value", …}})"#);
        assert!(mistakes_of(&"[".repeat(100_000)).contains("recursion limit"));
    }
}
