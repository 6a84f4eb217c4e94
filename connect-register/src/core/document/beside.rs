//! What stands beside a configuration: the declared state, the keys that are left to others, and
//! members that do not belong there.

use std::collections::BTreeSet;

use super::Findings;
use super::node::{Item, Kind};
use crate::core::{DesiredState, IgnoredKeys, Mistake, lint};

/// The state that a member declares.
pub(super) fn state(item: &Item, findings: &mut Findings) -> Option<DesiredState> {
    let words = DesiredState::ALL.map(DesiredState::word);
    let Some(text) = item.value.kind.text() else {
        let message = format!("the state is {}, and one of {} is wanted", item.value.kind.word(), words.join(", "));
        findings.mistake(Mistake::new(item.place.clone(), message).of_key(&*item.key));
        return None;
    };
    let state = DesiredState::parse(text);
    if state.is_none() {
        let mistake = Mistake::new(item.value.place.clone(), format!("there is no state {text:?}")).of_key(&*item.key);
        findings.mistake(match lint::nearest(&text.to_ascii_lowercase(), words) {
            Some(nearest) => mistake.hint(format!("did you mean `{nearest}`?")),
            None => mistake.hint(format!("it is one of {}, and is not rendered", words.join(", "))),
        });
    }
    state
}

/// The keys that a member leaves to others.
pub(super) fn ignored(item: Item, findings: &mut Findings) -> IgnoredKeys {
    let Item { key, place, value } = item;
    let Kind::List(list) = value.kind else {
        let mistake = Mistake::new(place, format!("this is {}, and a list is wanted", value.kind.word())).of_key(key);
        findings.mistake(mistake.hint(IGNORE_SHAPE));
        return IgnoredKeys::default();
    };
    let mut patterns = BTreeSet::new();
    let mut kept = Vec::new();
    for node in list {
        let Some(pattern) = node.kind.text() else {
            let mistake = Mistake::new(node.place, format!("this is {}, and a key is wanted", node.kind.word()));
            findings.mistake(mistake.of_key(&*key).hint(IGNORE_SHAPE));
            continue;
        };
        if let Err(why) = check(pattern) {
            findings.mistake(Mistake::new(node.place, why).of_key(&*key).hint(IGNORE_SHAPE));
        } else if patterns.insert(pattern.to_owned()) {
            kept.push(pattern.to_owned());
        } else {
            findings.mistake(Mistake::new(node.place, format!("{pattern:?} occurs twice")).of_key(&*key));
        }
    }
    IgnoredKeys::new(kept)
}

const IGNORE_SHAPE: &str =
    r#"ignore_keys is ["tasks.max", "consumer.override.*"]: keys, or beginnings with a * at the end"#;

fn check(pattern: &str) -> Result<(), String> {
    let name = pattern.strip_suffix('*').unwrap_or(pattern);
    if pattern == "*" {
        Err("this would leave everything to others".to_owned())
    } else if name.is_empty() {
        Err("the key is empty".to_owned())
    } else if name.contains('*') {
        Err(format!("{pattern:?} has a * that is not its end"))
    } else if name.contains("{{") || name.contains(char::is_whitespace) {
        Err(format!("{pattern:?} is no key; keys are not rendered"))
    } else if matches!(pattern, "name" | "connector.class") {
        Err(format!("`{pattern}` cannot be left to others"))
    } else {
        Ok(())
    }
}

/// A member that does not belong there, with the one that was meant where one is near.
pub(super) fn unknown(item: Item, members: &[&str], shape: &str, findings: &mut Findings) {
    let nearest = lint::nearest(&item.key, members.iter().copied());
    let mistake = Mistake::new(item.place, "this does not belong here").of_key(item.key);
    findings.mistake(match nearest {
        Some(nearest) => mistake.hint(format!("did you mean `{nearest}`?")),
        None => mistake.hint(shape),
    });
}
