//! The loggers of a worker and their levels (KIP-495).

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The loggers that were set, and the one that all others go by.
#[derive(Debug)]
pub(crate) struct Loggers(BTreeMap<String, String>);

impl Default for Loggers {
    fn default() -> Self {
        Self([("root".to_owned(), "INFO".to_owned())].into())
    }
}

impl Loggers {
    /// The answer of `GET /admin/loggers`.
    pub(crate) fn told(&self) -> Value {
        self.0.iter().map(|(name, level)| (name.clone(), json!({"level": level, "last_modified": null}))).collect()
    }

    /// Sets a logger and all below it; which they are.
    pub(crate) fn set(&mut self, name: &str, level: &str) -> Vec<String> {
        self.0.insert(name.to_owned(), level.to_owned());
        let below = format!("{name}.");
        let is_below = |of: &String| name == "root" || of == name || of.starts_with(&below);
        self.0
            .iter_mut()
            .filter(|(of, _)| is_below(of))
            .map(|(of, at)| {
                level.clone_into(at);
                of.clone()
            })
            .collect()
    }
}
