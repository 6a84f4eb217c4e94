//! Settings of Kafka clients in a connector's configuration: which of them it may override, and those
//! that no connector needs but an attacker does, under whatever prefix they come.

use super::finding::Findings;
use super::{Allowed, Rule, jaas, token_url};

/// The settings that connectors may override, by client.
#[derive(Clone, Debug)]
pub struct Overrides {
    /// `producer.override.*`
    pub producer: Allowed,
    /// `consumer.override.*`
    pub consumer: Allowed,
    /// `admin.override.*`
    pub admin: Allowed,
}

impl Overrides {
    /// The list for a key, and the setting that it overrides; `None` for other keys.
    fn of<'a, 'k>(&'a self, key: &'k str) -> Option<(&'a Allowed, &'k str)> {
        let lists = [
            ("producer.override.", &self.producer),
            ("consumer.override.", &self.consumer),
            ("admin.override.", &self.admin),
        ];
        lists.into_iter().find_map(|(prefix, allowed)| {
            let head = key.get(..prefix.len())?;
            head.eq_ignore_ascii_case(prefix).then(|| (allowed, &key[prefix.len()..]))
        })
    }

    /// Checks a key that overrides a client's setting. Returns whether the setting is allowed, or the
    /// key none.
    pub(super) fn check(&self, findings: &mut Findings<'_>) -> bool {
        let Some((allowed, setting)) = self.of(findings.key()) else { return true };
        if allowed.has(setting, &[]) {
            return true;
        }
        let what = format!("connectors may not override {setting:?} of a client");
        let next = match allowed.in_other_case(setting) {
            Some(other) => format!("did you mean `{other}`?"),
            None => allowed.line_for(&format!("{setting:?}")),
        };
        findings.refuse(Rule::ClientOverride, &what, next);
        false
    }
}

/// Ends of keys that are dangerous in every Kafka client and in every worker, after a dot or alone.
const GUARDED_ENDS: [&str; 24] = [
    // Code of the caller's choice.
    "interceptor.classes",
    "metric.reporters",
    "security.providers",
    "sasl.login.class",
    "sasl.login.callback.handler.class",
    "sasl.client.callback.handler.class",
    "sasl.server.callback.handler.class",
    "ssl.engine.factory.class",
    "sasl.oauthbearer.jwt.retriever.class",
    "sasl.oauthbearer.jwt.validator.class",
    "rest.extension.classes",
    "connector.client.config.override.policy",
    // A command.
    "sasl.kerberos.kinit.cmd",
    // Files.
    "sasl.oauthbearer.assertion.file",
    "sasl.oauthbearer.assertion.private.key.file",
    "sasl.oauthbearer.assertion.template.file",
    "java.security.auth.login.config",
    // Where a worker looks for code.
    "plugin.path",
    "plugin.discovery",
    "plugin.version",
    "config.providers",
    // Who may reach a worker.
    "admin.listeners",
    "rest.advertised.listener",
    "automatic.config.providers",
];

/// Whether a key belongs to a worker, or is dangerous in any client.
fn is_guarded(key: &str) -> bool {
    let is_end = |end: &&str| key.strip_suffix(*end).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    GUARDED_ENDS.iter().any(is_end)
        || key.ends_with(".callback.handler.class")
        || key.starts_with("config.providers")
        || key.contains(".config.providers.")
        || key.starts_with("org.apache.kafka.")
}

/// Checks a key that no connector needs. Returns whether it is allowed, or none of those.
pub(super) fn check_guarded(allowed: &Allowed, findings: &mut Findings<'_>) -> bool {
    let key = findings.key();
    if !is_guarded(&key.to_ascii_lowercase()) || allowed.has(key, &[]) {
        return true;
    }
    let next = allowed.line_for(&format!("{key:?}"));
    findings.refuse(Rule::GuardedKey, "this key loads code, runs a command or belongs to the worker", next);
    false
}

/// Checks settings of login, wherever a client is embedded.
pub(super) fn check_login(modules: &Allowed, urls: &Allowed, findings: &mut Findings<'_>) {
    let key = findings.key().to_ascii_lowercase();
    // Some connectors spell them as names of their own: `saslJaasConfig`, `sasl_jaas_config`.
    let letters: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    if letters.ends_with("sasljaasconfig") {
        jaas::check(modules, findings);
    }
    if letters.contains("sasloauthbearer") && (key.ends_with("url") || key.ends_with("uri")) {
        token_url::check(urls, findings);
    }
}
