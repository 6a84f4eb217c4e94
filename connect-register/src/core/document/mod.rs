//! What users hand in, as documents with places: JSON, YAML and properties files, in every form that
//! the world of Connect knows. All that is wrong is found at once; nothing is rendered here.
//!
//! A format (`json`, `yaml`, `properties`) gives trees in which every key knows its place; a form
//! (`envelope`, `flat`, `resource`) makes documents of them.

mod beside;
pub mod encoding;
mod envelope;
pub mod findings;
mod flat;
pub mod format;
mod json;
pub(super) mod node;
mod properties;
mod resource;
mod shape;
mod strimzi;
mod yaml;

use std::sync::Arc;

pub use findings::Findings;
pub use format::Format;

use super::{DesiredState, IgnoredKeys, Mistake, Place};
use node::{Item, Kind, Node};

/// A connector as it stands in a file.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where it begins.
    pub place: Place,
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
    /// A number or a boolean of JSON, as it stands in the file: sent as a string, never rendered.
    Literal(String),
}

/// Reads the connectors of a file; what is wrong is added to the findings, the rest is there all the
/// same.
pub fn read(file: &Arc<str>, text: &str, format: Format, findings: &mut Findings) -> Vec<Document> {
    let before = findings.mistakes.len();
    let roots = trees(file, text, format, findings);
    if roots.is_empty() && findings.mistakes.len() == before {
        let mistake = Mistake::new(Place::file(file.clone()), "there is nothing in it");
        findings.mistake(mistake.hint("where no connector is meant, write []"));
    }
    let mut documents = Vec::new();
    for root in roots {
        shape::read(root, format, &mut documents, findings);
    }
    documents
}

/// The trees of a file, one for each of its documents.
pub(super) fn trees(file: &Arc<str>, text: &str, format: Format, findings: &mut Findings) -> Vec<Node> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        Format::Json => json::read(file, text, findings).into_iter().collect(),
        Format::Yaml => yaml::read(file, text, findings),
        Format::Properties => properties::read(file, text, findings).into_iter().collect(),
    }
}

impl Document {
    fn new(place: Place) -> Self {
        let ignored = IgnoredKeys::default();
        Self { place, name: None, config_place: None, config: Vec::new(), state: None, ignored }
    }

    /// Takes the name of a connector.
    fn take_name(&mut self, item: Item, hint: &str, findings: &mut Findings) {
        match item.value.kind {
            Kind::Text(text) | Kind::Plain(text) => {
                self.name = Some(Member { key: item.key, place: item.place, scalar: Scalar::Text(text) });
            }
            other => findings.mistake(Mistake::new(item.place, format!("`name` is {}", other.word())).hint(hint)),
        }
    }

    /// Takes one key of the configuration.
    fn take_config(&mut self, item: Item, findings: &mut Findings) {
        let Item { key, place, value } = item;
        let scalar = match value.kind {
            Kind::Text(text) | Kind::Plain(text) => Scalar::Text(text),
            Kind::Literal(text) => Scalar::Literal(text),
            other => {
                let message = format!("the value is {}; Connect takes a flat map of strings", other.word());
                let mistake = Mistake::new(place, message).of_key(key);
                let is_null = matches!(other, Kind::Null);
                findings.mistake(if is_null {
                    mistake.hint(r#"an empty value is "", and no key is none"#)
                } else {
                    mistake
                });
                return;
            }
        };
        if key.contains("{{") {
            findings.mistake(Mistake::new(place, "keys are not rendered, only values are").of_key(key));
        } else if key.is_empty() {
            findings.mistake(Mistake::new(place, "the key is empty").of_key(key));
        } else {
            self.config.push(Member { key, place, scalar });
        }
    }
}

#[cfg(test)]
mod tests;
