//! Which connectors a command is about: those named, and those whose whole name matches an expression;
//! all of them where neither is given.

use std::collections::BTreeSet;

use regex_lite::Regex;

use super::ConnectorName;

/// How names are printed by `-o name`, and so how they may be given.
pub const PREFIX: &str = "connector/";

/// A choice among connectors.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    names: Vec<String>,
    expressions: Vec<Regex>,
}

impl Selection {
    /// A choice of names, and of expressions that match a whole name.
    ///
    /// # Errors
    /// Which expression is none, and why.
    pub fn new(
        names: impl IntoIterator<Item = String>,
        expressions: impl IntoIterator<Item = String>,
    ) -> Result<Self, String> {
        let compile = |text: String| {
            Regex::new(&format!("^(?:{text})$")).map_err(|error| format!("{text:?} is no regular expression: {error}"))
        };
        let expressions = expressions.into_iter().map(compile).collect::<Result<_, _>>()?;
        Ok(Self { names: names.into_iter().collect(), expressions })
    }

    /// Whether neither a name nor an expression is given.
    pub fn is_all(&self) -> bool {
        self.names.is_empty() && self.expressions.is_empty()
    }

    /// Whether a connector is chosen.
    pub fn has(&self, name: &ConnectorName) -> bool {
        let name = name.as_str();
        self.is_all()
            || self.names.iter().any(|given| given == name || given.strip_prefix(PREFIX) == Some(name))
            || self.expressions.iter().any(|expression| expression.is_match(name))
    }

    /// The names given that are none of those there.
    pub fn absent<'a>(&self, there: impl IntoIterator<Item = &'a ConnectorName>) -> Vec<ConnectorName> {
        let there: BTreeSet<&str> = there.into_iter().map(ConnectorName::as_str).collect();
        let bare = |given: &'_ String| given.strip_prefix(PREFIX).unwrap_or(given).to_owned();
        let absent = self.names.iter().filter(|given| !there.contains(given.as_str())).map(bare);
        absent.filter(|bare| !there.contains(bare.as_str())).map(ConnectorName::reported).collect()
    }

    /// What was given, for messages about a choice that chose nothing.
    pub fn words(&self) -> String {
        let expressions = self.expressions.iter().map(|expression| {
            let text = expression.as_str();
            text.strip_prefix("^(?:").and_then(|text| text.strip_suffix(")$")).unwrap_or(text).to_owned()
        });
        self.names.iter().cloned().chain(expressions).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(names: &[&str], expressions: &[&str]) -> Selection {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Selection::new(owned(names), owned(expressions)).unwrap()
    }

    #[test]
    fn a_connector_is_chosen_by_its_name_or_by_an_expression_that_matches_all_of_it() {
        let table = [
            (selection(&[], &[]), "a", true),
            (selection(&["a"], &[]), "a", true),
            (selection(&["a"], &[]), "ab", false),
            (selection(&["connector/a"], &[]), "a", true),
            (selection(&[], &["pg-.*"]), "pg-sales", true),
            (selection(&[], &["pg"]), "pg-sales", false),
            (selection(&[], &["a|b"]), "ab", false),
            (selection(&["x"], &["b"]), "b", true),
        ];
        for (selection, name, expected) in table {
            assert_eq!(selection.has(&ConnectorName::reported(name)), expected, "{selection:?} {name}");
        }
        assert!(Selection::new([], ["(".to_owned()]).unwrap_err().starts_with("\"(\" is no regular expression"));
    }

    #[test]
    fn names_that_are_not_there_are_known() {
        let there = [ConnectorName::reported("a"), ConnectorName::reported("connector/b")];
        let absent = selection(&["a", "connector/b", "connector/c", "d"], &[".*"]).absent(&there);
        assert_eq!(absent, [ConnectorName::reported("c"), ConnectorName::reported("d")]);
    }
}
