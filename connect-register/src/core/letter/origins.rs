//! The topics that letters may go back to: those that connectors with these dead letters read.

use std::collections::BTreeSet;

use regex_lite::Regex;

use crate::core::ObservedConfig;

/// Topics by name, and by the expressions that connectors subscribe with.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    names: BTreeSet<String>,
    expressions: Vec<Regex>,
}

impl Origins {
    /// Topics that somebody has named.
    pub fn of(names: impl IntoIterator<Item = String>) -> Self {
        Self { names: names.into_iter().collect(), expressions: Vec::new() }
    }

    /// The topics of all connectors that have this topic for their dead letters. An expression of Java's that
    /// is none here counts for nothing.
    pub fn read_by<'a>(configs: impl IntoIterator<Item = &'a ObservedConfig>, letters: &str) -> Self {
        let mut origins = Self::default();
        let key = "errors.deadletterqueue.topic.name";
        for config in configs.into_iter().filter(|config| config.get(key).is_some_and(|topic| topic.trim() == letters))
        {
            let named = config.get("topics").into_iter().flat_map(|topics| topics.split(','));
            origins.names.extend(named.map(str::trim).filter(|topic| !topic.is_empty()).map(str::to_owned));
            let expression = config.get("topics.regex").and_then(|text| Regex::new(&format!("^(?:{text})$")).ok());
            origins.expressions.extend(expression);
        }
        origins
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.expressions.is_empty()
    }

    /// Whether a topic is one of them. Kafka's own topics and Connect's never are by an expression.
    pub fn have(&self, topic: &str) -> bool {
        let is_internal = topic.starts_with("__") || topic.starts_with("connect-");
        self.names.contains(topic) || !is_internal && self.expressions.iter().any(|it| it.is_match(topic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(pairs: &[(&str, &str)]) -> ObservedConfig {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn topics_of_connectors_with_these_dead_letters_are_origins() {
        let dlq = ("errors.deadletterqueue.topic.name", "x.dlq");
        let configs = [
            config(&[dlq, ("topics", "a, b,")]),
            config(&[dlq, ("topics.regex", "sales-.*")]),
            config(&[dlq, ("topics.regex", "(?<!no)java")]),
            config(&[("errors.deadletterqueue.topic.name", "y.dlq"), ("topics", "c")]),
            config(&[("topics", "d")]),
        ];
        let origins = Origins::read_by(&configs, "x.dlq");
        let all = ["a", "b", "sales-1", "c", "d", "", "sales-", "xsales-1", "__consumer_offsets", "java"];
        assert_eq!(
            all.map(|topic| origins.have(topic)),
            [true, true, true, false, false, false, true, false, false, false]
        );
        assert!(Origins::read_by(&configs, "z.dlq").is_empty());
        let everything = Origins::read_by(&[config(&[dlq, ("topics.regex", ".*")])], "x.dlq");
        assert_eq!(
            ["any", "__consumer_offsets", "connect-configs"].map(|topic| everything.have(topic)),
            [true, false, false]
        );
    }
}
