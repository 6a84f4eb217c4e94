//! The difference between a declared and an observed configuration, key by key. Masked values and
//! keys that workers add are never a difference, for a tool that counts them sees drift for ever.

use serde::Serialize;

use super::applied::{self, Applied, Fingerprint, SecretsVerdict};
use super::payload::is_masked;
use super::{ObservedConfig, Spec, Value, reference};

/// What differs, and what cannot be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The keys that differ, sorted.
    pub changes: Vec<KeyChange>,
    /// Keys whose observed value the worker masks, and whose secret's fingerprint is not known.
    pub cannot_tell: Vec<String>,
    /// What the fingerprint of the secrets says.
    pub secrets: SecretsVerdict,
}

/// One key that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyChange {
    /// The key.
    pub key: String,
    /// The observed value; absent where the key is new.
    pub before: Option<Value>,
    /// The declared value; absent where the key goes.
    pub after: Option<Value>,
}

impl Comparison {
    /// Whether nothing has to be written.
    pub fn is_equal(&self) -> bool {
        self.changes.is_empty() && self.secrets != SecretsVerdict::Rotated
    }
}

/// Compares what is declared with what a worker has.
pub fn compare(spec: &Spec, observed: &ObservedConfig) -> Comparison {
    let declared = spec.config();
    let applied = observed.get(applied::KEY).and_then(|text| Applied::parse(text));
    let remembered = applied.as_ref().map(|applied| &applied.secrets);
    let declared_secrets = spec.applied.as_ref().map_or(&Fingerprint::None, |applied| &applied.secrets);
    let secrets = declared_secrets.compare(remembered);
    // A fingerprint of no secrets tells nothing of a value that the worker masks all the same.
    let is_told = secrets != SecretsVerdict::Unknown && *declared_secrets != Fingerprint::None;
    let mut comparison = Comparison { changes: Vec::new(), cannot_tell: Vec::new(), secrets };
    for (key, value) in declared.iter().filter(|(key, _)| !spec.ignored.has(key)) {
        match observed.get(*key) {
            Some(now) if now == value.expose() => {}
            Some(now) if is_masked(now) => {
                if !is_told {
                    comparison.secrets = SecretsVerdict::Unknown;
                    comparison.cannot_tell.push((*key).to_owned());
                }
            }
            now => comparison.changes.push(KeyChange {
                key: (*key).to_owned(),
                before: now.map(|now| shown(key, now, hides(value, now))),
                after: Some((*value).clone()),
            }),
        }
    }
    for (key, now) in observed {
        if !declared.contains_key(key.as_str()) && !is_workers_own(key) && !spec.ignored.has(key) {
            let before = Some(shown(key, now, false));
            comparison.changes.push(KeyChange { key: key.clone(), before, after: None });
        }
    }
    comparison.changes.sort_by(|a, b| a.key.cmp(&b.key));
    comparison
}

/// Keys that a worker adds to what was declared, and the one that we add.
pub(super) fn is_workers_own(key: &str) -> bool {
    key == "name" || key == applied::KEY || key.starts_with("__internal")
}

/// Whether what a worker has must not be shown because of what is declared: a secret, or a reference where
/// the worker has a text, which then is what is referred to.
pub(super) fn hides(declared: &Value, observed: &str) -> bool {
    let has_reference = |text: &str| !reference::find(text).is_empty();
    declared.is_secret() || has_reference(declared.expose()) && !has_reference(observed)
}

fn shown(key: &str, observed: &str, is_secret: bool) -> Value {
    if is_secret { Value::Secret(service::Secret::new(observed)) } else { Value::of_key(key, observed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{ConnectorName, Entry, IgnoredKeys, Place};
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn known(mac: &str) -> Fingerprint {
        Fingerprint::Known { key: "k".to_owned(), mac: mac.to_owned() }
    }

    fn spec(pairs: &[(&str, &str)], secrets: Fingerprint) -> Spec {
        let place = Place::file("t.json");
        let entry = |(key, value): &(&str, &str)| Entry {
            key: (*key).to_owned(),
            value: Value::of_key(key, *value),
            place: place.clone(),
        };
        Spec {
            name: ConnectorName::parse("n").unwrap(),
            place: place.clone(),
            entries: pairs.iter().map(entry).collect(),
            secrets: BTreeSet::new(),
            applied: Some(Applied::new("default", secrets)),
            state: None,
            ignored: IgnoredKeys::default(),
        }
    }

    fn observed(pairs: &[(&str, &str)]) -> ObservedConfig {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_key_is_added_removed_or_changed_and_secrets_are_masked() {
        let spec = spec(&[("a", "1"), ("b", "2"), ("c", "3"), ("p.password", "canary")], Fingerprint::None);
        let observed = observed(&[("name", "n"), ("b", "2"), ("c", "4"), ("d", "5"), ("p.password", "old-canary")]);
        let comparison = compare(&spec, &observed);
        let shown: Vec<_> = comparison.changes.iter().map(|change| serde_json::to_string(change).unwrap()).collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        {"key":"a","before":null,"after":"1"}
        {"key":"c","before":"4","after":"3"}
        {"key":"d","before":"5","after":null}
        {"key":"p.password","before":"****","after":"****"}
        "#);
    }

    #[test]
    fn what_a_reference_takes_the_place_of_is_not_shown() {
        let spec =
            spec(&[("pin", "${env:PIN}"), ("url", "x://h?u=${env:U}"), ("other", "${env:B}")], Fingerprint::None);
        let comparison =
            compare(&spec, &observed(&[("pin", "canary"), ("url", "x://h?u=canary"), ("other", "${env:A}")]));
        let shown = serde_json::to_string(&comparison.changes).unwrap();
        assert!(!shown.contains("canary") && shown.contains(r#""before":"${env:A}","after":"${env:B}""#), "{shown}");
    }

    #[test]
    fn masks_and_keys_of_the_worker_cause_no_churn() {
        let observed = observed(&[("p", "••••••••"), ("__internal.config.version", "7"), ("name", "n")]);
        for secrets in [Fingerprint::Unknown, Fingerprint::None] {
            let comparison = compare(&spec(&[("p", "${env:PW}")], secrets), &observed);
            assert!(comparison.is_equal());
            assert_eq!((comparison.cannot_tell, comparison.secrets), (vec!["p".to_owned()], SecretsVerdict::Unknown));
        }
    }

    #[test]
    fn a_connector_that_lacks_only_what_we_remember_is_not_written() {
        for secrets in [Fingerprint::None, Fingerprint::Unknown, known("m")] {
            assert!(compare(&spec(&[("a", "1")], secrets), &observed(&[("a", "1")])).is_equal());
        }
    }

    #[test]
    fn keys_that_are_left_to_others_are_not_compared() {
        let ignored = IgnoredKeys::new(["tasks.max".to_owned(), "consumer.override.*".to_owned()]);
        let spec = Spec { ignored, ..spec(&[("a", "1"), ("tasks.max", "1")], Fingerprint::Unknown) };
        let observed = observed(&[("a", "1"), ("tasks.max", "7"), ("consumer.override.x", "••••")]);
        let comparison = compare(&spec, &observed);
        assert!(comparison.is_equal() && comparison.cannot_tell.is_empty(), "{comparison:?}");
    }

    #[test]
    fn a_rotated_secret_behind_a_mask_is_a_difference() {
        let remembered = Applied::new("default", known("before")).to_string();
        let observed = observed(&[("p", "••••"), (applied::KEY, &remembered)]);
        let rotated = compare(&spec(&[("p", "x")], known("after")), &observed);
        assert!(!rotated.is_equal() && rotated.cannot_tell.is_empty());
        assert!(compare(&spec(&[("p", "x")], known("before")), &observed).is_equal());
    }

    proptest! {
        #[test]
        fn what_was_written_equals_what_was_declared(config in proptest::collection::btree_map("[a-z.]{1,8}", ".*", 0..8)) {
            let pairs: Vec<_> = config.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            let spec = spec(&pairs, Fingerprint::Unknown);
            let mut written: BTreeMap<_, _> = spec.payload();
            written.insert("name".to_owned(), "n".to_owned());
            prop_assume!(!config.contains_key("name"));
            prop_assert!(compare(&spec, &written).is_equal());
        }
    }
}
