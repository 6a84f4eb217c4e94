//! Any text as a template file: the first line names the file, and with it the format, and the rest
//! is what is in it. It is read, or every mistake has a place in it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use connect_register::core::document::{Findings, Format};
use connect_register::core::policy::Policy;
use connect_register::core::{SecretMode, Variables, draft, template};
use service::Secret;

use super::{CANARY, is_fit_to_be_shown};

pub(crate) fn hold(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (name, text) = text.split_once('\n').unwrap_or(("fuzz.json", &text));
    let file: Arc<str> = name.into();
    let mut findings = Findings::default();
    let format = Format::of_name(Path::new(name)).unwrap_or_else(|| Format::guess(text));
    let templates = template::parse(&file, text, format, &mut findings);
    let variables = Variables {
        plain: BTreeMap::from([("A".to_owned(), "plain".to_owned())]),
        secrets: BTreeMap::from([("PW".to_owned(), Secret::new(CANARY))]),
    };
    let Findings { mut mistakes, notes } = findings;
    let drawn = |template| draft::draft(template, &variables, SecretMode::Inline, &mut mistakes);
    let drafts: Vec<_> = templates.iter().map(drawn).collect();
    draft::check_names(&drafts, &mut mistakes);
    for told in mistakes.iter().chain(&notes) {
        is_fit_to_be_shown(&told.to_string());
    }
    for draft in drafts {
        let is_whole = draft.name.is_some() && draft.entries.iter().any(|entry| entry.key == "connector.class");
        assert!(is_whole || !mistakes.is_empty(), "what is not whole is a mistake");
        for entry in &draft.entries {
            is_fit_to_be_shown(&entry.value.to_string());
        }
        if let Some(spec) = draft.into_spec("fuzz", &variables, None) {
            is_fit_to_be_shown(&spec.name.to_string());
        }
    }
    // A policy is read from the same trees, and nothing but a policy is one.
    for mistake in Policy::parse(&file, text, &variables).err().into_iter().flatten() {
        is_fit_to_be_shown(&mistake.to_string());
    }
}
