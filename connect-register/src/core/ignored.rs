//! Keys that a template leaves to others: their values are neither compared nor overwritten.

/// The keys of one template's `ignore_keys`: names, or beginnings of names with a `*` at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoredKeys(Vec<String>);

impl IgnoredKeys {
    /// From names, and beginnings of names with a `*` at the end.
    pub fn new(patterns: impl IntoIterator<Item = String>) -> Self {
        Self(patterns.into_iter().collect())
    }

    /// Whether a key is left to others.
    pub fn has(&self, key: &str) -> bool {
        self.0.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(beginning) => key.starts_with(beginning),
            None => key == pattern,
        })
    }

    /// The names and beginnings.
    pub fn patterns(&self) -> &[String] {
        &self.0
    }

    /// Whether no key is left to others.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::IgnoredKeys;

    #[test]
    fn a_key_is_ignored_by_its_name_or_by_its_beginning() {
        let ignored = IgnoredKeys::new(["tasks.max".to_owned(), "consumer.override.*".to_owned()]);
        assert!(ignored.has("tasks.max") && ignored.has("consumer.override.max.poll.records"));
        assert!(!ignored.has("tasks.max.enforce") && !ignored.has("consumer.overrid"));
    }
}
