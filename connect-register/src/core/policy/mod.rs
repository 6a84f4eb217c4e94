//! A policy: what a connector's configuration may hold. Connect runs the code that a configuration
//! names, reads the files and opens the connections that it asks for; whoever may write one owns the
//! worker. Everything here is pure: configurations are judged by their text, nothing is resolved.

mod allowed;
mod class_name;
mod classes;
mod client_keys;
mod file;
mod finding;
mod jaas;
mod jdbc;
mod references;
mod rule;
mod token_url;

pub use allowed::{Allowed, BUILT_IN};
pub use class_name::Aliases;
pub use classes::Classes;
pub use client_keys::Overrides;
pub use file::DEFAULT;
pub use jdbc::{Jdbc, POSTGRESQL, SslMode};
pub use references::{ReferenceRule, References};
pub use rule::Rule;

use std::sync::Arc;

use super::{ConnectorName, Draft, Entry, Mistake, Variables};
use classes::Plugs;
use finding::Findings;
use references::Connector;

/// What a connector's configuration may hold. What it does not allow of that which it governs is
/// refused; keys that it does not govern are the connector's own business.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Which code may run.
    pub classes: Classes,
    /// Which settings of Kafka clients may be overridden.
    pub overrides: Overrides,
    /// Login modules.
    pub login_modules: Allowed,
    /// Where OAuth tokens and their keys may come from.
    pub token_urls: Allowed,
    /// Keys that are refused unless they are named here.
    pub guarded_keys: Allowed,
    /// References to config providers.
    pub references: References,
    /// Databases and their drivers.
    pub jdbc: Jdbc,
}

impl Policy {
    /// The safe default, for sidecars and CI. Its database is that of `PGHOST` and `PGPORT`.
    ///
    /// # Errors
    /// What is wrong with the variables that it is rendered with.
    pub fn built_in(variables: &Variables) -> Result<Self, Vec<Mistake>> {
        file::read(&BUILT_IN.into(), DEFAULT, variables)
    }

    /// Reads a policy file, YAML or JSON. Its texts are templates, as those of connectors are.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn parse(file: &Arc<str>, text: &str, variables: &Variables) -> Result<Self, Vec<Mistake>> {
        file::read(file, text, variables)
    }

    /// What a configuration holds that is not allowed, each with its place, key, rule and next step.
    pub fn check(&self, name: Option<&ConnectorName>, entries: &[Entry]) -> Vec<Mistake> {
        let mut plugs = Plugs::default();
        for entry in entries {
            plugs.note(&entry.key.to_ascii_lowercase(), entry.value.expose());
        }
        let class = entries.iter().find(|entry| entry.key == "connector.class");
        let class = class.map_or("", |entry| entry.value.expose());
        let about = About {
            connector: Connector {
                name: name.map_or("", ConnectorName::as_str),
                class,
                meant: self.classes.connectors_meant(class),
            },
            is_jdbc: jdbc::is_jdbc(class, entries),
            beside: jdbc::beside(entries),
            plugs,
        };
        let mut mistakes = Vec::new();
        for entry in entries.iter().filter(|entry| entry.key != super::applied::KEY) {
            self.check_entry(&about, &mut Findings::of(entry, &mut mistakes));
        }
        mistakes
    }

    /// What a rendered template holds that is not allowed.
    pub fn check_draft(&self, draft: &Draft) -> Vec<Mistake> {
        self.check(draft.name.as_ref(), &draft.entries)
    }

    fn check_entry(&self, about: &About<'_>, findings: &mut Findings<'_>) {
        let lower = findings.key().to_ascii_lowercase();
        if findings.key().chars().any(is_invisible) {
            let what = "the key has white space or characters that are not seen";
            findings.refuse(
                Rule::KeySpelling,
                what,
                "no policy allows them; write the key as the documentation has it",
            );
        }
        self.references.check(&about.connector, findings);
        if matches!(&*lower, "transforms" | "predicates" | "converters")
            && findings.is_unresolved("the list of what is loaded")
        {
            return;
        }
        if !self.overrides.check(findings) || !client_keys::check_guarded(&self.guarded_keys, findings) {
            return;
        }
        client_keys::check_login(&self.login_modules, &self.token_urls, findings);
        if let Some(kind) = about.plugs.slot(&lower, findings.value()) {
            self.classes.check(kind, findings);
        }
        self.jdbc.check(about.is_jdbc, &about.beside, findings);
    }
}

/// What is known of a configuration as a whole.
struct About<'a> {
    connector: Connector<'a>,
    is_jdbc: bool,
    beside: Vec<&'a str>,
    plugs: Plugs,
}

/// White space, control characters, and those that are not seen (U+200B to U+200F, U+2028 to U+202E,
/// U+2060 to U+206F, U+FEFF and the soft hyphen).
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
