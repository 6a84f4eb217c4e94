//! The difference between two clusters, connector by connector and key by key. Neither is taken for
//! right; what a worker masks, and what workers add by themselves, is no difference.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use service::Secret;

use super::diff::{hides, is_workers_own};
use super::payload::is_masked;
use super::{ConnectorName, DesiredState, KeyChange, Observation, Observed, Selection, Value};

/// How one connector of two clusters differs. `before` is what the first cluster has, `after` what the
/// second one has.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contrast {
    /// Its name.
    pub name: ConnectorName,
    /// In which of them it is, and whether it is the same.
    pub result: Sides,
    /// The keys that differ, sorted.
    pub changes: Vec<KeyChange>,
    /// Keys of which it cannot be told, for a worker masks them.
    pub cannot_tell: Vec<String>,
    /// The states that were asked for, where they differ.
    pub state: Option<States>,
}

/// In which clusters a connector is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// In the first alone.
    OnlyFirst,
    /// In the second alone.
    OnlySecond,
    /// In both, and not the same.
    Differs,
    /// In both, and the same as far as can be told.
    Same,
}

/// Two states that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct States {
    /// That of the first cluster.
    pub before: DesiredState,
    /// That of the second cluster.
    pub after: DesiredState,
}

/// How many connectors are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// In the first alone.
    pub only_first: usize,
    /// In the second alone.
    pub only_second: usize,
    /// In both, and not the same.
    pub differs: usize,
    /// In both, and the same as far as can be told.
    pub same: usize,
}

/// The keys of each class whose values are secret by definition.
pub type Passwords = BTreeMap<String, BTreeSet<String>>;

/// Compares those connectors of two clusters that are chosen.
pub fn contrast(first: &Observation, second: &Observation, chosen: &Selection, passwords: &Passwords) -> Vec<Contrast> {
    let names: BTreeSet<_> = first.keys().chain(second.keys()).filter(|name| chosen.has(name)).collect();
    names.into_iter().map(|name| of(name, first.get(name), second.get(name), passwords)).collect()
}

/// Counts what was found.
pub fn counts(found: &[Contrast]) -> Counts {
    let mut counts = Counts::default();
    for contrast in found {
        *match contrast.result {
            Sides::OnlyFirst => &mut counts.only_first,
            Sides::OnlySecond => &mut counts.only_second,
            Sides::Differs => &mut counts.differs,
            Sides::Same => &mut counts.same,
        } += 1;
    }
    counts
}

fn of(name: &ConnectorName, first: Option<&Observed>, second: Option<&Observed>, passwords: &Passwords) -> Contrast {
    let mut contrast = Contrast {
        name: name.clone(),
        result: match (first, second) {
            (Some(_), None) => Sides::OnlyFirst,
            (None, _) => Sides::OnlySecond,
            (Some(_), Some(_)) => Sides::Same,
        },
        changes: Vec::new(),
        cannot_tell: Vec::new(),
        state: None,
    };
    let (Some(first), Some(second)) = (first, second) else { return contrast };
    let class = |observed: &Observed| observed.config.get("connector.class").cloned().unwrap_or_default();
    let is_secret = |key: &str| {
        [first, second].iter().any(|side| passwords.get(&class(side)).is_some_and(|secret| secret.contains(key)))
    };
    let keys: BTreeSet<_> = first.config.keys().chain(second.config.keys()).collect();
    for key in keys.into_iter().filter(|key| !is_workers_own(key)) {
        let (before, after) = (first.config.get(key), second.config.get(key));
        let masks = [before, after].into_iter().flatten().filter(|value| is_masked(value)).count();
        if masks > 0 && before.is_some() && after.is_some() {
            contrast.cannot_tell.push(key.clone());
        } else if before != after {
            let is_hidden = |value: &str, other: Option<&String>| {
                other.is_some_and(|other| hides(&Value::of_key(key, other), value))
            };
            let shown = |value: &String| {
                if is_secret(key) || is_hidden(value, before) || is_hidden(value, after) {
                    Value::Secret(Secret::new(value.clone()))
                } else {
                    Value::of_key(key, value)
                }
            };
            contrast.changes.push(KeyChange { key: key.clone(), before: before.map(shown), after: after.map(shown) });
        }
    }
    let asked = |observed: &Observed| DesiredState::reported(&observed.status.as_ref()?.state);
    if let (Some(before), Some(after)) = (asked(first), asked(second))
        && before != after
    {
        contrast.state = Some(States { before, after });
    }
    if !contrast.changes.is_empty() || contrast.state.is_some() {
        contrast.result = Sides::Differs;
    }
    contrast
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{ConnectorStatus, State};

    fn observed(state: &str, pairs: &[(&str, &str)]) -> Observed {
        let mut config: BTreeMap<_, _> =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        config.insert("connector.class".to_owned(), "x.Sink".to_owned());
        let status = ConnectorStatus {
            kind: "sink".to_owned(),
            state: State::parse(state),
            worker: "w".to_owned(),
            trace: None,
            tasks: Vec::new(),
        };
        Observed { config, status: Some(status) }
    }

    fn clusters() -> (Observation, Observation) {
        let name = ConnectorName::reported;
        let first = Observation::from([
            (name("only-a"), observed("RUNNING", &[])),
            (name("same"), observed("FAILED", &[("name", "same"), ("p", "••••"), ("__internal.version", "1")])),
            (
                name("other"),
                observed(
                    "RUNNING",
                    &[("k", "1"), ("gone", "x"), ("pin", "1234"), ("db.password", "one"), ("ref", "${env:X}")],
                ),
            ),
            (name("paused"), observed("PAUSED", &[])),
        ]);
        let second = Observation::from([
            (name("only-b"), observed("RUNNING", &[])),
            (name("same"), observed("RUNNING", &[("name", "same"), ("p", "secret")])),
            (
                name("other"),
                observed(
                    "RUNNING",
                    &[("k", "2"), ("new", "y"), ("pin", "4321"), ("db.password", "two"), ("ref", "of X")],
                ),
            ),
            (name("paused"), observed("RUNNING", &[])),
        ]);
        (first, second)
    }

    #[test]
    fn what_differs_is_told_by_key_and_no_secret_with_it() {
        let (first, second) = clusters();
        let passwords = Passwords::from([("x.Sink".to_owned(), BTreeSet::from(["pin".to_owned()]))]);
        let found = contrast(&first, &second, &Selection::default(), &passwords);
        let shown: Vec<_> = found.iter().map(|contrast| serde_json::to_string(contrast).unwrap()).collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        {"name":"only-a","result":"only_first","changes":[],"cannot_tell":[],"state":null}
        {"name":"only-b","result":"only_second","changes":[],"cannot_tell":[],"state":null}
        {"name":"other","result":"differs","changes":[{"key":"db.password","before":"****","after":"****"},{"key":"gone","before":"x","after":null},{"key":"k","before":"1","after":"2"},{"key":"new","before":null,"after":"y"},{"key":"pin","before":"****","after":"****"},{"key":"ref","before":"${env:X}","after":"****"}],"cannot_tell":[],"state":null}
        {"name":"paused","result":"differs","changes":[],"cannot_tell":[],"state":{"before":"paused","after":"running"}}
        {"name":"same","result":"same","changes":[],"cannot_tell":["p"],"state":null}
        "#);
        assert_eq!(counts(&found), Counts { only_first: 1, only_second: 1, differs: 2, same: 1 });
    }

    #[test]
    fn a_cluster_does_not_differ_from_itself() {
        let (first, _) = clusters();
        let found = contrast(&first, &first, &Selection::default(), &Passwords::new());
        assert!(found.iter().all(|contrast| contrast.result == Sides::Same), "{found:?}");
    }
}
