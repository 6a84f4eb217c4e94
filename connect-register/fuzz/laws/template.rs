//! Any text as the value of a configuration: it renders or is a mistake, in both modes.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use connect_register::core::document::{Findings, Format};
use connect_register::core::{SecretMode, Value, Variables, draft, template};
use service::Secret;

use super::{CANARY, is_fit_to_be_shown};

/// What is named as a secret; what is only called one is a canary all the same.
const SECRET: &str = "canary-7d41f0-of-a-secret";

pub(crate) fn hold(bytes: &[u8]) {
    let value = String::from_utf8_lossy(bytes);
    for mode in [SecretMode::Reference, SecretMode::Inline] {
        let first = rendered(&value, mode);
        assert_eq!(first, rendered(&value, mode), "equal templates are rendered alike");
    }
}

/// What a document with this value becomes: its keys with what is shown of them, and its mistakes.
fn rendered(value: &str, mode: SecretMode) -> (Vec<(String, String)>, Vec<String>) {
    let text = json_of(value);
    let mut findings = Findings::default();
    let file: Arc<str> = "fuzz.json".into();
    let templates = template::parse(&file, &text, Format::Json, &mut findings);
    let [template] = templates.as_slice() else { unreachable!("one document is one template") };
    let mut mistakes = findings.mistakes;
    let draft = draft::draft(template, &variables(), mode, &mut mistakes);
    let shown = |entry: &connect_register::core::Entry| (entry.key.clone(), format!("{}", entry.value));
    let entries: Vec<_> = draft.entries.iter().map(shown).collect();
    for entry in &draft.entries {
        is_fit_to_be_shown(&format!("{}", entry.value));
        assert!(["connector.class", "value"].contains(&entry.key.as_str()), "a value has made a key: {}", entry.key);
        if entry.value.expose().contains(CANARY) {
            assert!(matches!(entry.value, Value::Secret(_)), "a secret that does not say so");
            let is_sent = entry.value.expose().contains(SECRET);
            assert!(!is_sent || matches!(mode, SecretMode::Inline), "by reference no secret is sent");
        }
    }
    let has_value = draft.entries.iter().any(|entry| entry.key == "value");
    assert!(has_value || !mistakes.is_empty(), "a value is rendered, or it is a mistake");
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    for told in &told {
        is_fit_to_be_shown(told);
    }
    (entries, told)
}

/// A template whose value this is, as JSON writes it.
fn json_of(value: &str) -> String {
    let mut quoted = String::new();
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if u32::from(c) < 0x20 => {
                // Writing to a string does not fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    format!(r#"{{"name": "a", "config": {{"connector.class": "x.Sink", "value": "{quoted}"}}}}"#)
}

fn variables() -> Variables {
    let plain = [("A", "plain"), ("OFF", ""), ("NASTY", "\"},{\u{1b}[2J${env:X}{{B}}"), ("DB_PASSWORD", CANARY)];
    let plain: BTreeMap<_, _> = plain.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let secrets = BTreeMap::from([("PW".to_owned(), Secret::new(SECRET))]);
    Variables { plain, secrets }
}
