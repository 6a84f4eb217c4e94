//! Which connectors are ours to delete: those that carry our key with the name of this set and are
//! declared no more. Whatever carries no such key, or one that cannot be read, is somebody else's.

use std::collections::BTreeSet;

use super::applied::{self, Applied};
use super::{ConnectorName, Observation, ObservedConfig};

/// What `prune` may delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prune {
    /// Only what carries the name of this set.
    pub set: String,
    /// And only these, where somebody has agreed to these.
    pub only: Option<BTreeSet<ConnectorName>>,
}

/// The set whose name a connector carries.
pub fn owner(config: &ObservedConfig) -> Option<String> {
    config.get(applied::KEY).and_then(|text| Applied::parse(text)).map(|applied| applied.set)
}

impl Prune {
    /// All that carries the name of a set.
    pub fn of_set(set: impl Into<String>) -> Self {
        Self { set: set.into(), only: None }
    }

    /// The connectors that would be deleted, by name.
    pub fn candidates<'a>(
        &self,
        observation: &'a Observation,
        declared: impl IntoIterator<Item = &'a ConnectorName>,
    ) -> Vec<&'a ConnectorName> {
        let declared: BTreeSet<_> = declared.into_iter().collect();
        let is_agreed = |name: &ConnectorName| self.only.as_ref().is_none_or(|only| only.contains(name));
        observation
            .iter()
            .filter(|(name, _)| !declared.contains(name) && is_agreed(name))
            .filter(|(_, observed)| owner(&observed.config).as_deref() == Some(&self.set))
            .map(|(name, _)| name)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Fingerprint, Observed};
    use proptest::prelude::*;

    fn carrying(key: Option<&str>) -> Observed {
        let pair = |text: &str| (applied::KEY.to_owned(), text.to_owned());
        Observed::of_config(key.map(pair).into_iter().collect())
    }

    fn name(name: &str) -> ConnectorName {
        ConnectorName::reported(name)
    }

    #[test]
    fn only_what_carries_the_name_of_this_set_and_is_not_declared_is_deleted() {
        let ours = Applied::new("default", Fingerprint::Unknown).to_string();
        let other = Applied::new("other", Fingerprint::None).to_string();
        let newer = r#"{"set":"default","secrets":"none","since":4}"#;
        let table = [
            ("declared", Some(&*ours)),
            ("gone", Some(&*ours)),
            ("gone-of-a-newer-version", Some(newer)),
            ("of-another-set", Some(&*other)),
            ("made-by-hand", None),
            ("malformed", Some("default")),
            ("malformed-too", Some(r#"{"set":"default"}"#)),
            ("empty", Some("")),
        ];
        let observation: Observation = table.into_iter().map(|(of, key)| (name(of), carrying(key))).collect();
        let (prune, declared) = (Prune::of_set("default"), name("declared"));
        let found = prune.candidates(&observation, [&declared]);
        assert_eq!(found, [&name("gone"), &name("gone-of-a-newer-version")]);

        let agreed = Prune { only: Some(BTreeSet::from([name("gone"), name("made-by-hand")])), ..prune };
        assert_eq!(agreed.candidates(&observation, [&declared]), [&name("gone")]);
    }

    proptest! {
        #[test]
        fn whatever_somebody_else_wrote_there_is_not_ours(text in ".*") {
            let observation = Observation::from([(name("a"), carrying(Some(&text)))]);
            let is_ours = Applied::parse(&text).is_some_and(|applied| applied.set == "default");
            prop_assert_eq!(!Prune::of_set("default").candidates(&observation, []).is_empty(), is_ours);
        }
    }
}
