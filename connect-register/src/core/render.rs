//! Rendering one value: variables, `{{secret "NAME"}}`, `{{default NAME "text"}}`, `{{#if}}` and
//! `{{#unless}}`, walked over the tree that Handlebars parsed.
//!
//! Handlebars' own renderer stops at the first mistake and lets a missing argument of `{{#if X}}`
//! pass; this one is strict everywhere, tells all mistakes at once, and knows which text is secret.
//! HTML is not escaped. Config values are flat strings, so loops, partials and look-ups are refused.

use std::collections::{BTreeMap, BTreeSet};

use handlebars::Template;
use handlebars::template::{HelperTemplate, Parameter, Subexpression, TemplateElement};
use service::Secret;

use super::{mentions, redact, reference};

/// What a template can name: variables and secrets by their names.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// Variables of the environment. An empty one is set for `{{#if}}`, and unset for `{{X}}`.
    pub plain: BTreeMap<String, String>,
    /// Values of those secrets that this process was given.
    pub secrets: BTreeMap<String, Secret>,
}

/// How a secret reaches Connect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecretMode {
    /// As `${env:NAME}`, which the worker resolves: the value is never in Connect's config topic nor
    /// on its REST API.
    #[default]
    Reference,
    /// As its value.
    Inline,
}

/// A rendered value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// Whether some of it is secret.
    pub is_secret: bool,
    /// The secrets it was made of.
    pub secrets: BTreeSet<String>,
}

/// A mistake in one value, and the next step.
pub type Problem = (String, String);

/// Renders one value.
///
/// # Errors
/// All that is wrong with it.
pub fn render(template: &Template, variables: &Variables, mode: SecretMode) -> Result<Rendered, Vec<Problem>> {
    let mut walk = Walk { variables, mode, out: Rendered::default(), problems: Vec::new() };
    walk.template(template);
    if walk.problems.is_empty() { Ok(walk.out) } else { Err(walk.problems) }
}

struct Walk<'a> {
    variables: &'a Variables,
    mode: SecretMode,
    out: Rendered,
    problems: Vec<Problem>,
}

impl Walk<'_> {
    fn template(&mut self, template: &Template) {
        for element in &template.elements {
            match element {
                TemplateElement::RawString(text) => self.out.text.push_str(text),
                TemplateElement::Comment(_) => {}
                TemplateElement::Expression(helper) | TemplateElement::HtmlExpression(helper) => {
                    self.expression(helper);
                }
                TemplateElement::HelperBlock(block) => self.block(block),
                _ => {
                    self.problem("partials and decorators are not available", HELPERS);
                }
            }
        }
    }

    fn expression(&mut self, helper: &HelperTemplate) {
        let has_arguments = !helper.params.is_empty() || !helper.hash.is_empty();
        match helper.name.as_name() {
            Some("secret") => self.secret(helper),
            Some("default") => self.default(helper),
            Some(name) if has_arguments => self.problem(format!("there is no helper named {name:?}"), HELPERS),
            _ => self.variable(&helper.name),
        }
    }

    /// `{{NAME}}`
    fn variable(&mut self, parameter: &Parameter) {
        let Some(name) = self.variable_name(parameter) else { return };
        match self.variables.plain.get(name) {
            Some(value) if !value.is_empty() => self.push(name, value),
            Some(_) => self.problem(format!("the variable {name} is empty"), default_hint(name)),
            None => self.problem(format!("the variable {name} is not set"), default_hint(name)),
        }
    }

    /// `{{default NAME "text"}}`
    fn default(&mut self, helper: &HelperTemplate) {
        let [parameter, Parameter::Literal(default)] = helper.params.as_slice() else {
            return self.problem("`default` takes a variable and a text", DEFAULT_USE);
        };
        let Some(default) = literal(default) else {
            return self.problem("`default` takes a text, a number or a boolean", DEFAULT_USE);
        };
        let Some(name) = self.variable_name(parameter) else { return };
        let value = self.variables.plain.get(name).filter(|value| !value.is_empty()).cloned().unwrap_or(default);
        self.push(name, &value);
    }

    /// `{{secret "NAME"}}`
    fn secret(&mut self, helper: &HelperTemplate) {
        let Some(name) = mentions::secret_of(helper) else {
            return self.problem("`secret` takes one name in quotes", r#"{{secret "PGPASSWORD"}}"#);
        };
        if !is_variable_name(name) {
            return self.problem(
                format!("{name:?} is no name of an environment variable"),
                "letters, digits and _, not a digit first",
            );
        }
        if name.starts_with("CONNECT_") {
            return self.problem(
                format!("the secret {name} may not start with CONNECT_"),
                "Connect's images turn such variables into worker properties; use another name",
            );
        }
        self.out.secrets.insert(name.to_owned());
        match (self.mode, self.variables.secrets.get(name)) {
            (SecretMode::Reference, _) => {
                self.out.text.push_str("${env:");
                self.out.text.push_str(name);
                self.out.text.push('}');
            }
            (SecretMode::Inline, Some(value)) if !reference::find(value.expose()).is_empty() => self.problem(
                format!("the secret {name} holds what Connect would resolve as a reference"),
                "apply it with --secrets reference",
            ),
            (SecretMode::Inline, Some(value)) => {
                self.out.text.push_str(value.expose());
                self.out.is_secret = true;
            }
            (SecretMode::Inline, None) => {
                self.problem(
                    format!("the secret {name} is not set (nor {name}_FILE)"),
                    "--secrets inline needs its value",
                );
            }
        }
    }

    /// `{{#if NAME}}…{{else}}…{{/if}}` and `{{#unless NAME}}…{{/unless}}`
    fn block(&mut self, block: &HelperTemplate) {
        let name = block.name.as_name().unwrap_or_default();
        let wanted = match name {
            "if" => true,
            "unless" => false,
            other => return self.problem(format!("there is no block helper named {other:?}"), HELPERS),
        };
        let [condition] = block.params.as_slice() else {
            return self.problem(format!("`{name}` takes one condition"), "{{#if NAME}}…{{/if}}");
        };
        let Some(truth) = self.condition(condition) else { return };
        let taken = if truth == wanted { &block.template } else { &block.inverse };
        if let Some(taken) = taken {
            self.template(taken);
        }
    }

    fn condition(&mut self, parameter: &Parameter) -> Option<bool> {
        match parameter {
            Parameter::Subexpression(expression) => self.comparison(expression),
            Parameter::Literal(value) => Some(literal(value).is_some_and(|text| !text.is_empty() && text != "false")),
            _ => self.operand(parameter).map(|value| !value.is_empty()),
        }
    }

    /// `(eq NAME "text")`, `(ne NAME "text")`
    fn comparison(&mut self, expression: &Subexpression) -> Option<bool> {
        let wanted = match expression.name() {
            "eq" => true,
            "ne" => false,
            other => {
                self.problem(
                    format!("there is no comparison named {other:?}"),
                    r#"(eq NAME "text") or (ne NAME "text")"#,
                );
                return None;
            }
        };
        let Some([left, right]) = expression.params().map(Vec::as_slice) else {
            self.problem(format!("`{}` compares two things", expression.name()), r#"(eq NAME "text")"#);
            return None;
        };
        let (left, right) = (self.operand(left), self.operand(right));
        Some((left? == right?) == wanted)
    }

    /// The text of a variable that must be set (it may be empty), or of a literal.
    fn operand(&mut self, parameter: &Parameter) -> Option<String> {
        if let Parameter::Literal(value) = parameter {
            return literal(value);
        }
        let name = self.variable_name(parameter)?;
        let value = self.variables.plain.get(name).cloned();
        if value.is_none() {
            self.problem(format!("the variable {name} is not set"), "set it; an empty value means no");
        }
        value
    }

    fn variable_name<'p>(&mut self, parameter: &'p Parameter) -> Option<&'p str> {
        let name = mentions::name_of(parameter);
        if name.is_none() {
            self.problem("only variables of the environment can be named here", "{{NAME}}");
        }
        name
    }

    fn push(&mut self, name: &str, value: &str) {
        self.out.text.push_str(value);
        self.out.is_secret |= redact::names_a_secret(name) && !reference::is_one(value);
    }

    fn problem(&mut self, what: impl Into<String>, hint: impl Into<String>) {
        self.problems.push((what.into(), hint.into()));
    }
}

const HELPERS: &str = "there are secret, default, #if and #unless";
const DEFAULT_USE: &str = r#"{{default NAME "text"}}"#;

fn default_hint(name: &str) -> String {
    if redact::names_a_secret(name) {
        format!(r#"a secret is written {{{{secret "{name}"}}}}"#)
    } else {
        format!(r#"set it, or write {{{{default {name} "…"}}}}"#)
    }
}

fn literal(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(boolean) => Some(boolean.to_string()),
        _ => None,
    }
}

fn is_variable_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
