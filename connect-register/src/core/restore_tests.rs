use super::*;
use crate::core::applied::{Applied, Fingerprint};
use crate::core::{Care, ObservedConfig, Write, write::writes};
use proptest::prelude::*;

const MASK: &str = "••••";
const NEW: Option<KafkaVersion> = Some(KafkaVersion(4, 0));

fn observed(pairs: &[(&str, &str)]) -> Observed {
    Observed::of_config(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

fn name() -> ConnectorName {
    ConnectorName::reported("n")
}

fn after(config: &ObservedConfig, writes: Vec<Write>) -> ObservedConfig {
    let mut config = config.clone();
    for write in writes {
        match write {
            Write::Put(payload) | Write::Create(payload, _) => config = payload.expose().clone(),
            Write::Patch(patch) => {
                for (key, value) in patch.expose() {
                    match value {
                        Some(value) => config.insert(key.clone(), value.clone()),
                        None => config.remove(key),
                    };
                }
            }
            Write::State(_) | Write::Delete => {}
        }
    }
    config
}

#[test]
fn going_back_changes_what_was_changed_and_leaves_masks_alone() {
    let key = Applied::new("default", Fingerprint::Unknown).to_string();
    let before = observed(&[("a", "1"), ("p", MASK), ("gone", "x"), ("name", "n"), ("__internal.config.version", "1")]);
    let now =
        observed(&[("a", "2"), ("p", MASK), ("new", "y"), (applied::KEY, &key), ("__internal.config.version", "2")]);
    let spec = spec(&name(), &before, RestoreState::AsItIs);
    let difference = Difference::of(&spec, Some(&now));
    let writes = writes(&spec, Some(&now.config), &difference, NEW, Care::Declared).unwrap();
    let [Write::Patch(patch)] = &writes[..] else { panic!("{writes:?}") };
    let shown: Vec<_> = patch.expose().iter().map(|(key, value)| format!("{key}={value:?}")).collect();
    assert_eq!(
        shown,
        [r#"a=Some("1")"#, "connect-register.applied=None", r#"gone=Some("x")"#, "new=None"],
        "what was remembered goes too: it was not there before"
    );
}

#[test]
fn what_could_not_be_taken_back_is_told_with_its_reason() {
    let place = Place::file("t.json");
    let rotated = Difference {
        action: Action::Update(crate::core::Comparison {
            changes: Vec::new(),
            cannot_tell: Vec::new(),
            secrets: SecretsVerdict::Rotated,
        }),
        state: None,
    };
    let told = |before: &Observed, difference: &Difference, worker| {
        let mistakes = obstacles(&name(), &place, Some(before), difference, worker);
        mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let masked = observed(&[("a", "1"), ("p", MASK)]);
    insta::assert_snapshot!(told(&masked, &rotated, NEW), @"t.json: p: n: is to be changed, and its former value could not be restored: the worker masks it (--atomic takes back all or begins nothing; apply this one without it)");
    insta::assert_snapshot!(told(&masked, &Difference::delete(), NEW), @"t.json: p: n: could not be created again: the worker masks it (--atomic takes back all or begins nothing; apply this one without it)");
    assert_eq!(told(&observed(&[("a", "1")]), &rotated, None), "");
    assert!(obstacles(&name(), &place, None, &rotated, None).is_empty());
}

proptest! {
    /// Forward to anything and back again is where it was.
    #[test]
    fn there_and_back_again(
        before in proptest::collection::btree_map("[a-d]", prop_oneof!["[a-z]{0,3}", Just(MASK.to_owned())], 0..4),
        mut now in proptest::collection::btree_map("[a-e]", "[a-z]{0,3}", 0..5),
    ) {
        for (key, _) in before.iter().filter(|(_, value)| *value == MASK) {
            now.insert(key.clone(), MASK.to_owned());
        }
        let was = Observed::of_config(before.clone());
        let spec = spec(&name(), &was, RestoreState::AsItIs);
        let is = Observed::of_config(now.clone());
        let difference = Difference::of(&spec, Some(&is));
        let back = if difference.is_nothing() { Vec::new() } else {
            writes(&spec, Some(&now), &difference, NEW, Care::Declared).unwrap()
        };
        prop_assert_eq!(after(&now, back), before);
    }
}
