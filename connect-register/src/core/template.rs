//! A connector template: a document whose string values are Handlebars, parsed but not rendered.
//! Each value is a template of its own, so that no credential can break or inject JSON.

use std::collections::BTreeSet;
use std::sync::Arc;

use handlebars::Template as Handlebars;
use handlebars::TemplateErrorReason;
use handlebars::template::{HelperTemplate, Parameter, TemplateElement};

use super::document::{self, Member, Scalar};
use super::{DesiredState, IgnoredKeys, Mistake, Place};

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    /// The file it came from.
    pub file: Arc<str>,
    /// The connector's name.
    pub name: Option<Part>,
    /// Where the configuration stands, if there is one.
    pub config_place: Option<Place>,
    /// The configuration, in the file's order.
    pub config: Vec<Part>,
    /// The state it is to be in, where one is declared.
    pub state: Option<DesiredState>,
    /// Keys that are left to others.
    pub ignored: IgnoredKeys,
}

/// A key with its parsed value.
#[derive(Clone, Debug)]
pub struct Part {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub place: Place,
    /// Its value; `None` where it could not be parsed (which is a mistake told elsewhere).
    pub content: Option<Content>,
}

/// A value before it is rendered.
#[derive(Clone, Debug)]
pub enum Content {
    /// A number, a boolean, or a text in which nothing is to be rendered.
    Literal(String),
    /// A parsed Handlebars template.
    Handlebars(Box<Handlebars>),
}

/// Parses a template file; what is wrong is added to `mistakes`.
pub fn parse(file: &Arc<str>, text: &str, mistakes: &mut Vec<Mistake>) -> Template {
    let document = document::read(file, text, mistakes);
    Template {
        file: file.clone(),
        name: document.name.map(|member| part(member, mistakes)),
        config_place: document.config_place,
        config: document.config.into_iter().map(|member| part(member, mistakes)).collect(),
        state: document.state,
        ignored: document.ignored,
    }
}

fn part(member: Member, mistakes: &mut Vec<Mistake>) -> Part {
    let content = match member.scalar {
        Scalar::Literal(text) => Some(Content::Literal(text)),
        // Most values name nothing: a tree of each would take most of the time and memory of a large set.
        Scalar::Text(text) if !text.contains("{{") => Some(Content::Literal(text)),
        Scalar::Text(text) => match Handlebars::compile(&text) {
            Ok(template) => Some(Content::Handlebars(Box::new(template))),
            Err(error) => {
                let what = match error.reason() {
                    TemplateErrorReason::InvalidSyntax(_) => "invalid Handlebars syntax".to_owned(),
                    other => other.to_string(),
                };
                // Handlebars counts columns of the value from 0, lines from 1.
                let column = error.pos().map_or(1, |(_, column)| column + 1);
                let message = format!("{what}, at character {column} of the value");
                mistakes.push(Mistake::new(member.place.clone(), message).of_key(&*member.key));
                None
            }
        },
    };
    Part { key: member.key, place: member.place, content }
}

impl Template {
    /// The names of all secrets it mentions, in branches that may not be taken too, so that their
    /// values can be fetched before it is rendered.
    pub fn secret_names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for part in self.name.iter().chain(&self.config) {
            if let Some(Content::Handlebars(template)) = &part.content {
                collect(template, &mut names);
            }
        }
        names
    }
}

fn collect(template: &Handlebars, names: &mut BTreeSet<String>) {
    for element in &template.elements {
        let (TemplateElement::Expression(helper)
        | TemplateElement::HtmlExpression(helper)
        | TemplateElement::HelperBlock(helper)) = element
        else {
            continue;
        };
        if let Some(name) = secret_of(helper) {
            names.insert(name.to_owned());
        }
        for inner in helper.template.iter().chain(&helper.inverse) {
            collect(inner, names);
        }
    }
}

/// The name in `{{secret "NAME"}}`.
pub(super) fn secret_of(helper: &HelperTemplate) -> Option<&str> {
    match helper.params.as_slice() {
        [Parameter::Literal(name)] if helper.name.as_name() == Some("secret") => name.as_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_in_every_branch() {
        let text = r#"{"name": "a", "config": {
            "x": "{{secret \"A\"}}", "y": "{{#if B}}{{secret 'C'}}{{else}}{{secret \"D\"}}{{/if}}", "z": 1}}"#;
        let mut mistakes = Vec::new();
        let template = parse(&"t.json".into(), text, &mut mistakes);
        assert!(mistakes.is_empty(), "{mistakes:?}");
        assert_eq!(template.secret_names().into_iter().collect::<Vec<_>>(), ["A", "C", "D"]);
    }

    #[test]
    fn a_value_that_is_no_handlebars_is_told_with_its_place_and_does_not_hide_the_next() {
        let text = "{\"name\": \"a\", \"config\": {\n \"x\": \"{{#if A}}\",\n \"y\": \"a {{\",\n \"z\": \"{{/if}}\"}}";
        let mut mistakes = Vec::new();
        parse(&"t.json".into(), text, &mut mistakes);
        let shown = mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        insta::assert_snapshot!(shown, @r"
        t.json:2:2: x: invalid Handlebars syntax, at character 11 of the value
        t.json:3:2: y: invalid Handlebars syntax, at character 6 of the value
        t.json:4:2: z: invalid Handlebars syntax, at character 4 of the value
        ");
    }
}
