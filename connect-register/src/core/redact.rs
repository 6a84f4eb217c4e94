//! Taking secrets out of text that others wrote: what a worker says may hold a value that it
//! resolved or that we sent. Also which keys are secret by their name.

use service::Secret;
use service::secret::MASK;

/// Parts of a key, or of a variable's name, that mean its value is secret.
const SECRET_WORDS: [&str; 19] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "private.key",
    "private_key",
    "apikey",
    "api.key",
    "api_key",
    "jaas.config",
    "keystore.key",
    "account.key",
    "accountkey",
    "encryption.key",
    "signing.key",
    ".pwd",
    "_pwd",
];

/// Ends of keys whose value is secret.
const SECRET_ENDS: [&str; 3] = ["basic.auth.user.info", ".authorization", "license"];

/// A key of a JDBC or HTTP URL whose value is secret.
const SECRET_PARAMETERS: [&str; 9] =
    ["password=", "passwd=", "pwd=", "passphrase=", "secret=", "token=", "apikey=", "accesskey=", "accountkey="];

/// What only a secret has in it: headers that let one in, and keys.
const SECRET_TEXTS: [&str; 4] = ["authorization:", "authorization=", "private key-----", "\"private_key\""];

/// Whether the value of `key` must not be shown. A config-provider reference names a secret but is
/// none.
pub fn is_sensitive(key: &str, value: &str) -> bool {
    if super::reference::is_one(value) {
        return false;
    }
    names_a_secret(key) || SECRET_ENDS.iter().any(|end| key.ends_with(end)) || has_credentials(value)
}

/// Whether a name reads like that of a secret.
pub fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

fn has_credentials(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_told = SECRET_PARAMETERS.iter().chain(&SECRET_TEXTS).any(|text| lower.contains(text));
    // Of every address in a list of them.
    let mut authorities = lower.split("://").skip(1).map(|rest| rest.split(['/', '?', '#']).next().unwrap_or(rest));
    let holds_user = |authority: &str| authority.split_once('@').is_some_and(|(user, _)| user.contains(':'));
    // `jdbc:oracle:thin:user/password@host`
    let is_oracle = lower.strip_prefix("jdbc:oracle:").and_then(|rest| rest.split_once('@'));
    is_told || authorities.any(holds_user) || is_oracle.is_some_and(|(user, _)| user.contains('/'))
}

/// Replaces secrets that are known by value, and what reads like one, in text of others.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    known: Vec<Secret>,
}

/// Shorter values are not looked for: they would mask half of any text, and protect nothing.
const SHORTEST: usize = 4;

impl Redactor {
    /// A redactor of the secrets that this process knows.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut known: Vec<_> = secrets.into_iter().filter(|secret| secret.expose().len() >= SHORTEST).collect();
        let in_json = |secret: &Secret| {
            let text = serde_json::to_string(secret.expose()).ok()?;
            text.strip_prefix('"')?.strip_suffix('"').map(Secret::new)
        };
        // Quotes, backslashes and line breaks, as of a key in PEM.
        let is_other = |escaped: &Secret| !known.contains(escaped);
        let escaped: Vec<_> = known.iter().filter_map(in_json).filter(is_other).collect();
        known.extend(escaped);
        // The longest first, so that a secret that holds another one goes whole.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        Self { known }
    }

    /// A redactor that knows what another one does, too.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let more = other.known.iter().filter(|secret| !self.known.contains(secret)).cloned();
        self.clone().and(more.collect::<Vec<_>>())
    }

    /// A redactor that knows these too.
    #[must_use]
    pub fn and(self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        Self::new(self.known.into_iter().chain(secrets))
    }

    /// The text without secrets.
    pub fn scrub(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.known {
            if text.contains(secret.expose()) {
                text = text.replace(secret.expose(), MASK);
            }
        }
        without_invalid_value(&without_parameters(&text))
    }
}

/// `password=x` loses its value, up to the next separator.
fn without_parameters(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some((start, parameter)) = SECRET_PARAMETERS
        .iter()
        .filter_map(|parameter| lower[at..].find(parameter).map(|found| (at + found, parameter)))
        .min()
    {
        let value = start + parameter.len();
        let end = text[value..].find(['&', ';', ',', ' ', '\n', '"', '\'', '}', ')']).map_or(text.len(), |n| value + n);
        out.push_str(&text[at..value]);
        out.push_str(if end > value { MASK } else { "" });
        at = end;
    }
    out.push_str(&text[at..]);
    out
}

/// Kafka's `Invalid value X for configuration K: why` repeats a value that the worker may have
/// resolved from a reference; X goes, K and the reason stay, but for X in the reason. A value may hold
/// the words around it, so that what is in doubt goes too.
fn without_invalid_value(text: &str) -> String {
    const BEFORE: &str = "Invalid value ";
    const AFTER: &str = " for configuration ";
    let mut parts = text.split(BEFORE);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(BEFORE);
        out.push_str(MASK);
        let Some(end) = part.rfind(AFTER) else { continue };
        let (value, reason) = part.split_at(end);
        if value.trim().len() >= SHORTEST {
            out.push_str(&reason.replace(value.trim(), MASK));
        } else {
            out.push_str(reason);
        }
    }
    out
}

/// What the references of a text were resolved to: the parts of `resolved` that stand where `sent` has
/// its references, and the whole of it. Empty where there is no reference, or nothing was resolved.
pub fn resolved_parts(sent: &str, resolved: &str) -> Vec<Secret> {
    if sent == resolved || super::reference::find(sent).is_empty() {
        return Vec::new();
    }
    let mut parts = vec![Secret::new(resolved.trim())];
    let (mut template, mut text) = (sent, resolved);
    while let Some(start) = template.find("${") {
        let Some(length) = template[start..].find('}') else { break };
        let (before, after) = (&template[..start], &template[start + length + 1..]);
        let Some(rest) = text.strip_prefix(before) else { break };
        let next = after.find("${").map_or(after, |next| &after[..next]);
        let end = if next.is_empty() { Some(rest.len()) } else { rest.find(next) };
        let Some(end) = end else { break };
        parts.push(Secret::new(&rest[..end]));
        (template, text) = (after, &rest[end..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_or_a_value_tells_that_it_is_secret() {
        for (key, value) in [
            ("connection.password", "x"),
            ("sasl.jaas.config", "x"),
            ("connection.url", "jdbc:postgresql://h/db?user=u&password=x"),
            ("connection.url", "mongodb://u:x@h/db"),
            ("connection.url", "https://h:9200,https://u:x@other:9200"),
            ("connection.url", "jdbc:oracle:thin:scott/tiger@h:1521/db"),
            ("ssl.keystore.key", "x"),
            ("azblob.account.key", "x"),
            ("db.pwd", "x"),
            ("confluent.license", "x"),
            ("http.headers.authorization", "Bearer x"),
            ("headers", "Accept: */*|Authorization: Bearer x"),
            ("connection.string", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=x"),
            ("keyfile", "{\"private_key\": \"x\"}"),
            ("anything", "-----BEGIN RSA PRIVATE KEY-----\nx"),
        ] {
            assert!(is_sensitive(key, value), "{key}={value}");
        }
        for (key, value) in [
            ("connection.password", "${env:PGPASSWORD}"),
            ("connection.url", "jdbc:postgresql://h:5432/db?ApplicationName=x"),
            ("pk.fields", "event_id,ts"),
            ("key.converter", "org.apache.kafka.connect.json.JsonConverter"),
            ("connection.url", "jdbc:oracle:thin:@//h:1521/db"),
            ("connection.url", "https://h:9200,https://other:9200"),
            ("keyfile", "/run/secrets/connect/key.json"),
            ("message.key.columns", "public.orders:id@x"),
        ] {
            assert!(!is_sensitive(key, value), "{key}={value}");
        }
    }

    #[test]
    fn known_values_parameters_and_echoed_values_go() {
        let redactor = Redactor::new([Secret::new("canary"), Secret::new("canary-long"), Secret::new("x")]);
        assert_eq!(redactor.scrub("a canary-long b canary c x"), "a **** b **** c x");
        assert_eq!(redactor.clone().and([Secret::new("further")]).scrub("canary further"), "**** ****");
        let quoted = Redactor::new([Secret::new("ca\"na\\ry")]);
        assert_eq!(quoted.scrub(r#"{"p": "ca\"na\\ry"} ca"na\ry"#), r#"{"p": "****"} ****"#);
        let lines = Redactor::new([Secret::new("canary\nof lines")]);
        assert_eq!(lines.scrub("canary\nof lines canary\\nof lines"), "**** ****");
        assert_eq!(redactor.scrub("url ?Password=abc&x=1 PWD=;"), "url ?Password=****&x=1 PWD=;");
        assert_eq!(
            redactor.scrub("Invalid value abc for configuration tasks.max: Not a number"),
            "Invalid value **** for configuration tasks.max: Not a number"
        );
    }

    #[test]
    fn an_echoed_value_goes_wherever_it_stands_in_the_message() {
        let redactor = Redactor::default();
        for message in [
            "Invalid value canary for configuration k: Class canary could not be found.",
            "Invalid value canary for configuration canary for configuration k: String must be one of: a, b",
            "2 error(s):\nInvalid value canary for configuration k: not a number\nInvalid value [canary, x] for configuration l",
            "Invalid value canary",
            "Invalid value Invalid value canary for configuration k",
        ] {
            let scrubbed = redactor.scrub(message);
            assert!(!scrubbed.contains("canary"), "{message}: {scrubbed}");
        }
    }

    #[test]
    fn what_a_reference_was_resolved_to_is_found_by_what_was_sent() {
        let parts = |sent: &str, resolved: &str| {
            resolved_parts(sent, resolved).iter().map(|part| part.expose().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(parts("jdbc://${env:H}/d?u=${env:U}", "jdbc://host/d?u=me"), ["jdbc://host/d?u=me", "host", "me"]);
        assert_eq!(parts("${env:A}", "canary"), ["canary", "canary"]);
        assert_eq!(parts("plain", "plain "), Vec::<String>::new());
        assert_eq!(parts("${env:A}", "${env:A}"), Vec::<String>::new());
        assert_eq!(parts("a${env:A}b", "something else"), ["something else"]);
    }

    proptest::proptest! {
        #[test]
        fn no_known_secret_survives(secret in "[a-zA-Z0-9!#$%]{4,20}", before in ".{0,40}", after in ".{0,40}") {
            let scrubbed = Redactor::new([Secret::new(secret.clone())]).scrub(&format!("{before}{secret}{after}"));
            proptest::prop_assert!(!scrubbed.contains(&secret), "{scrubbed}");
        }
    }
}
