//! Keys that a worker does not know: a key of a template that its validation does not name is most
//! likely a slip of the pen, and Connect would ignore it silently.

use super::{Mistake, Place, applied};

/// Beginnings and middles of keys that are open by design: what stands behind them is known only to
/// a transform, a converter, a driver or a Kafka client.
const OPEN_PREFIXES: [&str; 9] = [
    "transforms.",
    "predicates.",
    "key.converter.",
    "value.converter.",
    "header.converter.",
    "connection.",
    "producer.override.",
    "consumer.override.",
    "admin.override.",
];

/// Keys that a connector takes although its plug-in does not declare them, seen at the version named.
const UNDECLARED: [(&str, &str); 1] = [
    // 3.5.0.Final reads it, and leaves it out of what it declares.
    ("io.debezium.connector.jdbc.JdbcSinkConnector", "use.reduction.buffer"),
];

/// Whether any key may stand here, whatever the worker says of it.
fn is_open(key: &str) -> bool {
    let is_of_converter_or_client = key.contains(".converter.") || key.contains(".override.");
    is_of_converter_or_client
        || OPEN_PREFIXES.iter().any(|prefix| key.starts_with(prefix))
        || key == "name"
        || key == applied::KEY
}

/// A key that a worker does not know, and those it may have been meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    /// The key.
    pub key: String,
    /// The nearest known key, where one is near.
    pub nearest: Option<String>,
}

/// The keys that are neither among `known` (what the worker's validation names) nor open by design
/// nor taken by the class undeclared.
pub fn unknown_keys<'a>(class: &str, keys: impl IntoIterator<Item = &'a str>, known: &[String]) -> Vec<UnknownKey> {
    let is_undeclared = |key: &str| UNDECLARED.contains(&(class, key));
    let unknown = |key: &&str| !is_open(key) && !is_undeclared(key) && !known.iter().any(|name| name == key);
    let told = |key: &str| UnknownKey { key: key.to_owned(), nearest: nearest(key, known.iter().map(String::as_str)) };
    keys.into_iter().filter(unknown).map(told).collect()
}

/// The nearest of `names`, if it is near enough to be what was meant.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    /// Below this likeness a suggestion misleads more often than it helps.
    const NEAR: f64 = 0.7;
    let likeness = |other: &str| strsim::normalized_damerau_levenshtein(name, other);
    names
        .into_iter()
        .map(|other| (likeness(other), other))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, other)| other.to_owned())
}

/// What a worker's validation says about a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// The keys that it knows.
    pub known: Vec<String>,
    /// What is wrong: key and message, scrubbed.
    pub errors: Vec<(String, String)>,
}

/// What is done about keys that a worker does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownKeys {
    /// They are mistakes.
    #[default]
    Refuse,
    /// They are let through.
    Allow,
}

/// What a worker's validation says about a template, as mistakes with places: errors first, then
/// keys it does not know. Errors of keys in `excused` are left out: those keys were not sent whole.
pub fn findings(
    class: &str,
    keys: &[(String, Place)],
    whole: &Place,
    excused: &[String],
    validation: &Validation,
    policy: UnknownKeys,
) -> Vec<Mistake> {
    let place = |key: &str| keys.iter().find(|(name, _)| name == key).map_or(whole, |(_, place)| place).clone();
    let mut mistakes: Vec<Mistake> = validation
        .errors
        .iter()
        .filter(|(key, _)| !excused.contains(key))
        .map(|(key, message)| Mistake::new(place(key), message).of_key(key))
        .collect();
    if policy == UnknownKeys::Refuse && !validation.known.is_empty() {
        for unknown in unknown_keys(class, keys.iter().map(|(key, _)| key.as_str()), &validation.known) {
            let mistake = Mistake::new(place(&unknown.key), "Connect does not know this key").of_key(&*unknown.key);
            mistakes.push(match unknown.nearest {
                Some(nearest) => mistake.hint(format!("did you mean `{nearest}`?")),
                None => mistake.hint("--unknown-keys allow lets it through"),
            });
        }
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_found_and_the_key_that_was_meant_is_named() {
        let known = ["insert.mode", "pk.mode", "topics", "value.converter"].map(str::to_owned);
        let keys = [
            "insert.mod",
            "topics",
            "something.else",
            "transforms.a.type",
            "predicates.p.x",
            "value.converter.schemas.enable",
            "consumer.override.max.poll.records",
            "my.converter.x",
            "connection.sslmode",
            "name",
            "connect-register.applied",
        ];
        let found: Vec<_> = unknown_keys("c", keys, &known).into_iter().map(|u| (u.key, u.nearest)).collect();
        assert_eq!(
            found,
            [("insert.mod".to_owned(), Some("insert.mode".to_owned())), ("something.else".to_owned(), None)]
        );
    }
}
