//! A connector template: a document whose string values are Handlebars, parsed but not rendered.
//! Each value is a template of its own, so that no credential can break or inject anything.

use std::sync::Arc;

use handlebars::Template as Handlebars;
use handlebars::TemplateErrorReason;

use super::document::{self, Findings, Format, Member, Scalar};
use super::{DesiredState, IgnoredKeys, Mistake, Place};

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    /// Where it begins.
    pub place: Place,
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

/// Parses the templates of a file; what is wrong is added to the findings.
pub fn parse(file: &Arc<str>, text: &str, format: Format, findings: &mut Findings) -> Vec<Template> {
    let documents = document::read(file, text, format, findings);
    let mut mistakes = Vec::new();
    let templates = documents.into_iter().map(|document| Template {
        place: document.place,
        name: document.name.map(|member| part(member, &mut mistakes)),
        config_place: document.config_place,
        config: document.config.into_iter().map(|member| part(member, &mut mistakes)).collect(),
        state: document.state,
        ignored: document.ignored,
    });
    let templates = templates.collect();
    findings.mistakes.append(&mut mistakes);
    templates
}

fn part(member: Member, mistakes: &mut Vec<Mistake>) -> Part {
    let content = match member.scalar {
        Scalar::Literal(text) => Some(Content::Literal(text)),
        // Most values name nothing: a tree of each would take most of the time and memory of a large set.
        Scalar::Text(text) if !text.contains("{{") => Some(Content::Literal(text)),
        Scalar::Text(text) => match compile(&text) {
            Ok(template) => Some(Content::Handlebars(Box::new(template))),
            Err((what, next)) => {
                mistakes.push(Mistake::new(member.place.clone(), what).of_key(&*member.key).hint(next));
                None
            }
        },
    };
    Part { key: member.key, place: member.place, content }
}

/// Parses a value. What it takes grows with the square of the braces, so that they are counted before.
fn compile(text: &str) -> Result<Handlebars, (String, &'static str)> {
    const MOST_BRACES: usize = 500;
    const LONGEST: usize = 1 << 20;
    let braces = text.matches("{{").count();
    if braces > MOST_BRACES || text.len() > LONGEST {
        let what =
            format!("the value has {braces} times {{{{ in {} bytes, which is too much for a template", text.len());
        return Err((what, "at most 500 times in 1 MiB; put the whole value into one variable: {{NAME}}"));
    }
    Handlebars::compile(text).map_err(|error| {
        let what = match error.reason() {
            TemplateErrorReason::InvalidSyntax(_) => "invalid Handlebars syntax".to_owned(),
            other => other.to_string(),
        };
        // Handlebars counts columns of the value from 0, lines from 1.
        let column = error.pos().map_or(1, |(_, column)| column + 1);
        (format!("{what}, at character {column} of the value"), r"{{ that is text is written \{{")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_no_handlebars_is_told_with_its_place_and_does_not_hide_the_next() {
        let text = "{\"name\": \"a\", \"config\": {\n \"x\": \"{{#if A}}\",\n \"y\": \"a {{\",\n \"z\": \"{{/if}}\"}}";
        let mut findings = Findings::default();
        parse(&"t.json".into(), text, Format::Json, &mut findings);
        let shown = findings.mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        insta::assert_snapshot!(shown, @r"
        t.json:2:2: x: invalid Handlebars syntax, at character 11 of the value ({{ that is text is written \{{)
        t.json:3:2: y: invalid Handlebars syntax, at character 6 of the value ({{ that is text is written \{{)
        t.json:4:2: z: invalid Handlebars syntax, at character 4 of the value ({{ that is text is written \{{)
        ");
    }

    #[test]
    fn a_value_that_would_take_for_ever_is_refused_before_it_is_parsed() {
        for (braces, is_too_much) in [(500, false), (501, true), (200_000, true)] {
            let text = format!(r#"{{"name": "a", "config": {{"x": "{}"}}}}"#, "{{A}}".repeat(braces));
            let mut findings = Findings::default();
            parse(&"t.json".into(), &text, Format::Json, &mut findings);
            let shown = findings.mistakes.iter().map(ToString::to_string).collect::<String>();
            assert_eq!(shown.starts_with("t.json:1:26: x: the value has "), is_too_much, "{braces}: {shown}");
        }
    }
}
