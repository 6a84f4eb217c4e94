//! References to config providers: which of them may stand in which key of which connector. The
//! worker resolves them, so that whoever may write `${env:PGPASSWORD}` where it is shown, or sent to
//! a host of his choice, has the password.

use super::super::reference::{self, Reference};
use super::super::{Place, redact};
use super::Rule;
use super::allowed::{matches, next_step};
use super::finding::Findings;

/// References that are allowed. Patterns may hold `*`.
#[derive(Clone, Debug)]
pub struct ReferenceRule {
    /// Where the rule stands.
    pub place: Place,
    /// The provider's name.
    pub provider: String,
    /// The paths; one that is empty where the provider has none. A `*` stays within one segment.
    pub paths: Vec<String>,
    /// The keys inside the path.
    pub keys: Vec<String>,
    /// The connectors, by name.
    pub connectors: Vec<String>,
    /// The connectors, by full class.
    pub classes: Vec<String>,
    /// The configuration keys; where there are none, those that hold a user or a secret by their name.
    pub inside: Vec<String>,
}

/// All references that a policy allows.
#[derive(Clone, Debug)]
pub struct References {
    /// Where they stand.
    pub place: Place,
    /// The rules, of which one has to fit.
    pub rules: Vec<ReferenceRule>,
}

/// The connector that a reference stands in.
#[derive(Clone, Debug)]
pub(super) struct Connector<'a> {
    pub(super) name: &'a str,
    /// Its class as it is written.
    pub(super) class: &'a str,
    /// The classes by full name that this may mean; all of them have to be allowed.
    pub(super) meant: Vec<&'a str>,
}

/// What a reference stands in.
#[derive(Clone, Copy, Debug)]
struct Where<'a> {
    connector: &'a Connector<'a>,
    key: &'a str,
}

impl References {
    /// Checks the references in a value.
    pub(super) fn check(&self, connector: &Connector<'_>, findings: &mut Findings<'_>) {
        let here = Where { connector, key: findings.key() };
        for found in reference::find(findings.value()) {
            let told = tell(&found, findings);
            if let Some(why) = spelling(&found) {
                findings.refuse(Rule::Reference, &format!("{told} {why}"), "write the path and the key in full");
                continue;
            }
            let fitting: Vec<_> = self.rules.iter().filter(|rule| rule.names(&found)).collect();
            if fitting.iter().any(|rule| rule.covers(here)) {
                continue;
            }
            let what = match fitting.first() {
                None => format!("{told} is not allowed"),
                Some(rule) => format!("{told} is not allowed {}", rule.objection(here)),
            };
            let next = if findings.is_secret() {
                "let the value be the reference and nothing else".to_owned()
            } else {
                self.next_step(&found, here)
            };
            findings.refuse(Rule::Reference, &what, next);
        }
    }

    fn next_step(&self, found: &Reference, here: Where<'_>) -> String {
        let path = if found.path.is_empty() { String::new() } else { format!("paths: [{:?}], ", found.path) };
        let (provider, key) = (&found.provider, &found.key);
        let line = format!(
            "[{{provider: {provider}, {path}keys: [{key:?}], connectors: [{:?}], in: [{:?}]}}]",
            here.connector.name, here.key
        );
        next_step("references", &self.place, &line)
    }
}

impl ReferenceRule {
    /// Whether it is about this value of a provider.
    fn names(&self, found: &Reference) -> bool {
        self.provider == found.provider
            && self.paths.iter().any(|path| matches(path, &found.path, &['/']))
            && self.keys.iter().any(|key| matches(key, &found.key, &['/']))
    }

    fn covers(&self, here: Where<'_>) -> bool {
        self.has_connector(here) && self.has_class(here) && self.has_key(here)
    }

    fn has_connector(&self, here: Where<'_>) -> bool {
        self.connectors.iter().any(|name| matches(name, here.connector.name, &[]))
    }

    fn has_class(&self, here: Where<'_>) -> bool {
        let has = |meant: &&str| self.classes.iter().any(|class| matches(class, meant, &[]));
        here.connector.meant.iter().all(has)
    }

    fn has_key(&self, here: Where<'_>) -> bool {
        if self.inside.is_empty() {
            return holds_credentials(here.key);
        }
        self.inside.iter().any(|key| matches(key, here.key, &[]))
    }

    fn objection(&self, here: Where<'_>) -> String {
        if !self.has_connector(here) {
            format!("in the connector {:?}", here.connector.name)
        } else if !self.has_class(here) {
            format!("in a connector of class {:?}", here.connector.class)
        } else {
            "in this key, which may be shown, stored or sent elsewhere".to_owned()
        }
    }
}

/// Whether a key holds a user or a secret by its name.
fn holds_credentials(key: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or(key);
    redact::names_a_secret(key) || matches!(last, "user" | "username") || key.ends_with("user.info")
}

/// Why a reference is none that may be resolved.
fn spelling(found: &Reference) -> Option<&'static str> {
    let is_up = |text: &str| text.split(['/', '\\']).any(|segment| matches!(segment, ".." | "."));
    let is_odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '\\' | '%' | '$' | '{');
    if is_up(&found.path) || is_up(&found.key) || found.path.contains("//") {
        Some("leaves the path that it names")
    } else if [&found.provider, &found.path, &found.key].iter().any(|part| part.contains(is_odd)) {
        Some("has characters that no provider, path or key has")
    } else {
        None
    }
}

/// A reference as it may be shown: one in a secret value may hold a part of the secret.
fn tell(found: &Reference, findings: &Findings<'_>) -> String {
    if findings.is_secret() {
        return "a reference".to_owned();
    }
    let Reference { provider, path, key } = found;
    let path = if path.is_empty() { String::new() } else { format!("{path}:") };
    format!("${{{provider}:{path}{key}}}")
}
