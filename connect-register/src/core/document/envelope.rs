//! The form that Connect's REST API takes and gives, `{name, config}`, with what else a connector is
//! declared by beside it.

use super::beside;
use super::node::{Item, Kind};
use super::{Document, Findings};
use crate::core::{Mistake, Place};

/// The form, for hints.
pub(super) const SHAPE: &str = r#"a template is {"name": "…", "config": {"key": "value", …}}"#;

/// The members that there are.
const MEMBERS: [&str; 4] = ["name", "config", "state", "ignore_keys"];

pub(super) fn read(place: &Place, items: Vec<Item>, findings: &mut Findings) -> Document {
    let mut document = Document::new(place.clone());
    let has = |key: &str| items.iter().any(|item| item.key == key);
    let missing: Vec<_> = ["name", "config"].into_iter().filter(|key| !has(key)).collect();
    for item in items {
        match item.key.as_str() {
            "name" => document.take_name(item, SHAPE, findings),
            "config" => config(&mut document, item, findings),
            "state" => document.state = beside::state(&item, findings),
            "ignore_keys" => document.ignored = beside::ignored(item, findings),
            // What Connect answers beside name and config.
            "tasks" | "type" => {}
            "initial_state" => {
                let mistake = Mistake::new(item.place, "this does not belong here").of_key(item.key);
                findings.mistake(mistake.hint("write `state`: a connector begins in it, and is kept in it"));
            }
            _ => beside::unknown(item, &MEMBERS, SHAPE, findings),
        }
    }
    for key in missing {
        findings.mistake(Mistake::new(place.clone(), format!("`{key}` is missing")).hint(SHAPE));
    }
    document
}

fn config(document: &mut Document, item: Item, findings: &mut Findings) {
    match item.value.kind {
        Kind::Map(items) => {
            document.config_place = Some(item.place);
            for item in items {
                document.take_config(item, findings);
            }
        }
        other => findings.mistake(Mistake::new(item.place, format!("`config` is {}", other.word())).hint(SHAPE)),
    }
}
