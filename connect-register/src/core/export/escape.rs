//! Text as a Handlebars template that renders to just that text. A value of a running connector may
//! hold braces, which a template would take for its own.

/// The template that renders to `text`.
///
/// Handlebars takes a `\{{` for two braces, and one of several backslashes before braces away; a
/// comment keeps backslashes that are meant apart from the one that escapes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let (before, braces) = rest.split_at(at);
        out.push_str(before);
        if before.ends_with('\\') {
            out.push_str("\\{{!}}");
        }
        out.push_str("\\{{");
        rest = &braces[2..];
        // An escape takes the next two braces with it.
        if let Some(further) = rest.strip_prefix("{{") {
            out.push_str("{{");
            rest = further;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use handlebars::Template;
    use proptest::prelude::*;

    use super::escape;
    use crate::core::render::render;
    use crate::core::{SecretMode, Variables};

    fn rendered(text: &str) -> String {
        let template = Template::compile(&escape(text)).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        render(&template, &Variables::default(), SecretMode::Reference).unwrap().text
    }

    #[test]
    fn braces_and_backslashes_survive() {
        for text in [
            "{{a}}",
            "{{{a}}}",
            "{{{{a}}}}",
            "{{{{{",
            "{{{{{{",
            "\\{{a",
            "\\\\{{a",
            "a\\",
            "{",
            "}}",
            "{{!x}}",
            "\\{{{{\\{{",
        ] {
            assert_eq!(rendered(text), text, "{}", escape(text));
        }
        assert_eq!(escape("jdbc:postgresql://h/db"), "jdbc:postgresql://h/db");
    }

    proptest! {
        #[test]
        fn any_text_survives(text in "[{}\\\\a!~#/ \n]{0,24}") {
            prop_assert_eq!(rendered(&text), text);
        }
    }
}
