//! What templates mention: variables and secrets, in branches that may not be taken too, so that their
//! values can be fetched before anything is rendered.

use std::collections::BTreeSet;

use handlebars::template::{HelperTemplate, Parameter, TemplateElement};
use handlebars::{Path, PathSeg, Template as Handlebars};

use super::template::{Content, Template};

/// The names that templates mention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Variables.
    pub variables: BTreeSet<String>,
    /// Secrets.
    pub secrets: BTreeSet<String>,
}

impl Mentions {
    /// What these templates mention.
    pub fn of<'a>(templates: impl IntoIterator<Item = &'a Template>) -> Self {
        let mut mentions = Self::default();
        for part in templates.into_iter().flat_map(|template| template.name.iter().chain(&template.config)) {
            if let Some(Content::Handlebars(template)) = &part.content {
                mentions.template(template);
            }
        }
        mentions
    }

    fn template(&mut self, template: &Handlebars) {
        for element in &template.elements {
            if let TemplateElement::Expression(helper)
            | TemplateElement::HtmlExpression(helper)
            | TemplateElement::HelperBlock(helper) = element
            {
                self.helper(helper);
            }
        }
    }

    fn helper(&mut self, helper: &HelperTemplate) {
        if let Some(name) = secret_of(helper) {
            self.secrets.insert(name.to_owned());
        } else if helper.params.is_empty() {
            self.parameter(&helper.name);
        }
        helper.params.iter().for_each(|parameter| self.parameter(parameter));
        helper.template.iter().chain(&helper.inverse).for_each(|inner| self.template(inner));
    }

    fn parameter(&mut self, parameter: &Parameter) {
        if let Parameter::Subexpression(expression) = parameter {
            expression.params().into_iter().flatten().for_each(|parameter| self.parameter(parameter));
        } else {
            self.variables.extend(name_of(parameter).map(str::to_owned));
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

/// The variable that a parameter names.
pub(super) fn name_of(parameter: &Parameter) -> Option<&str> {
    match parameter {
        Parameter::Name(name) => Some(name),
        Parameter::Path(Path::Relative((segments, _))) => match segments.as_slice() {
            [PathSeg::Named(name)] => Some(name),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Mentions;
    use crate::core::document::{Findings, Format};
    use crate::core::template;

    #[test]
    fn variables_and_secrets_are_found_in_every_branch() {
        let text = r#"{"name": "{{N}}", "config": {
            "x": "{{secret \"A\"}}", "z": 1, "d": "{{default E 'F'}}{{{G}}}{{H.i}}",
            "y": "{{#if B}}{{secret 'C'}}{{else if (eq J \"K\")}}{{secret \"D\"}}{{else}}{{L}}{{/if}}"}}"#;
        let mut findings = Findings::default();
        let templates = template::parse(&"t.json".into(), text, Format::Json, &mut findings);
        assert!(findings.mistakes.is_empty(), "{findings:?}");
        let mentions = Mentions::of(&templates);
        assert_eq!(mentions.secrets.into_iter().collect::<Vec<_>>(), ["A", "C", "D"]);
        assert_eq!(mentions.variables.into_iter().collect::<Vec<_>>(), ["B", "E", "G", "J", "L", "N"]);
    }
}
