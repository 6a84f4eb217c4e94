//! Strimzi's `KafkaConnector`, so that the manifests of a cluster on Kubernetes declare the same
//! connectors elsewhere. What its operator does with it beyond Connect's REST API is told and left out.

use super::node::{Item, Kind, take};
use super::{Document, Findings, Member, Scalar, beside};
use crate::core::{DesiredState, Mistake, Place};

/// The form, for hints.
pub(super) const SHAPE: &str =
    "a KafkaConnector has apiVersion: kafka.strimzi.io/…, metadata: {name}, spec: {class, tasksMax, config, state}";

/// The members of a resource, and those of its spec.
const MEMBERS: [&str; 2] = ["metadata", "spec"];
const SPEC: [&str; 9] =
    ["class", "tasksMax", "config", "state", "version", "pause", "autoRestart", "listOffsets", "alterOffsets"];

/// The keys that a spec says in its own words.
const OWN_WORDS: [(&str, &str); 4] = [
    ("connector.class", "spec.class"),
    ("tasks.max", "spec.tasksMax"),
    ("connector.plugin.version", "spec.version"),
    ("name", "metadata.name"),
];

/// Reads a resource of which version and kind are known and taken out.
pub(super) fn read(place: Place, mut items: Vec<Item>, findings: &mut Findings) -> Document {
    let mut document = Document::new(place.clone());
    match take(&mut items, "metadata").map(|item| (item.place, item.value.kind)) {
        Some((_, Kind::Map(mut metadata))) if metadata.iter().any(|item| item.key == "name") => {
            if let Some(name) = take(&mut metadata, "name") {
                document.take_name(name, SHAPE, findings);
            }
        }
        Some((at, Kind::Map(_))) => findings.mistake(Mistake::new(at, "`metadata.name` is missing").hint(SHAPE)),
        Some((at, other)) => {
            findings.mistake(Mistake::new(at, format!("`metadata` is {}", other.word())).hint(SHAPE));
        }
        None => findings.mistake(Mistake::new(place.clone(), "`metadata.name` is missing").hint(SHAPE)),
    }
    match take(&mut items, "spec").map(|item| (item.place, item.value.kind)) {
        Some((at, Kind::Map(items))) => {
            document.config_place = Some(at.clone());
            spec(&mut document, &at, items, findings);
        }
        Some((at, other)) => findings.mistake(Mistake::new(at, format!("`spec` is {}", other.word())).hint(SHAPE)),
        None => findings.mistake(Mistake::new(place, "`spec` is missing").hint(SHAPE)),
    }
    for item in items.into_iter().filter(|item| item.key != "status") {
        beside::unknown(item, &MEMBERS, SHAPE, findings);
    }
    document
}

fn spec(document: &mut Document, place: &Place, items: Vec<Item>, findings: &mut Findings) {
    if items.iter().all(|item| item.key != "class") {
        findings.mistake(Mistake::new(place.clone(), "`spec.class` is missing").hint(SHAPE));
        // Its key would be missed once more.
        document.config_place = None;
    }
    let has_state = items.iter().any(|item| item.key == "state");
    for item in items {
        match item.key.as_str() {
            "class" => own(document, item, "connector.class", findings),
            "tasksMax" => tasks(document, item, findings),
            "version" => own(document, item, "connector.plugin.version", findings),
            "config" => config(document, item, findings),
            "state" => document.state = beside::state(&item, findings),
            "pause" => {
                let state = paused(&item, findings);
                document.state = if has_state { document.state } else { state };
                let note = Mistake::new(item.place, "this is deprecated; `spec.state` takes its place");
                findings.note(note.of_key("spec.pause"));
            }
            "autoRestart" => {
                let note = Mistake::new(item.place, "this is left out").of_key("spec.autoRestart");
                findings.note(note.hint("`watch` restarts what has failed"));
            }
            "listOffsets" | "alterOffsets" => {
                findings.note(Mistake::new(item.place, "this is left out").of_key(format!("spec.{}", item.key)));
            }
            _ => beside::unknown(item, &SPEC, SHAPE, findings),
        }
    }
}

/// A key of Connect that a spec says in its own word; its mistakes are told of that word.
fn own(document: &mut Document, item: Item, key: &str, findings: &mut Findings) {
    match item.value.kind {
        Kind::Text(text) | Kind::Plain(text) => {
            document.config.push(Member { key: key.to_owned(), place: item.place, scalar: Scalar::Text(text) });
        }
        other => {
            let message = format!("this is {}, and a text is wanted", other.word());
            findings.mistake(Mistake::new(item.place, message).of_key(format!("spec.{}", item.key)));
        }
    }
}

fn tasks(document: &mut Document, item: Item, findings: &mut Findings) {
    let is_count = |text: &str| text.parse::<i32>().is_ok_and(|count| count > 0);
    match item.value.kind.scalar() {
        Some(text) if is_count(text) || text.contains("{{") => {
            let scalar = Scalar::Text(text.to_owned());
            document.config.push(Member { key: "tasks.max".to_owned(), place: item.place, scalar });
        }
        _ => {
            findings.mistake(Mistake::new(item.value.place, "this is no number of tasks").of_key("spec.tasksMax"));
        }
    }
}

fn paused(item: &Item, findings: &mut Findings) -> Option<DesiredState> {
    match item.value.kind.scalar() {
        Some("true") => Some(DesiredState::Paused),
        Some("false") => Some(DesiredState::Running),
        _ => {
            let mistake = Mistake::new(item.value.place.clone(), "this is neither true nor false");
            findings.mistake(mistake.of_key("spec.pause"));
            None
        }
    }
}

fn config(document: &mut Document, item: Item, findings: &mut Findings) {
    let items = match item.value.kind {
        Kind::Map(items) => items,
        // An empty `config:` is one without keys.
        Kind::Null => Vec::new(),
        other => {
            findings.mistake(Mistake::new(item.place, format!("`spec.config` is {}", other.word())).hint(SHAPE));
            return;
        }
    };
    for item in items {
        if let Some((_, word)) = OWN_WORDS.iter().find(|(key, _)| *key == item.key) {
            let mistake = Mistake::new(item.place, "this does not belong into `spec.config`").of_key(item.key);
            findings.mistake(mistake.hint(format!("write it as `{word}`")));
            continue;
        }
        if let Kind::Plain(text) = &item.value.kind
            && is_read_otherwise(text)
        {
            let note = Mistake::new(
                item.value.place.clone(),
                format!("{text} is sent as it stands; Kubernetes may read it otherwise"),
            );
            findings.note(note.of_key(&*item.key).hint("put it into quotes"));
        }
        document.take_config(item, findings);
    }
}

/// Whether the YAML 1.1 of Kubernetes' tools takes it for a boolean or a number that is then written in
/// another way.
fn is_read_otherwise(text: &str) -> bool {
    const BOOLEANS: [&str; 6] = ["yes", "no", "on", "off", "y", "n"];
    let lower = text.to_ascii_lowercase();
    if BOOLEANS.contains(&lower.as_str()) || matches!(lower.as_str(), "true" | "false") && lower != text {
        return true;
    }
    let digits = lower.trim_start_matches(['+', '-']).replace('_', "");
    let is_decimal = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') && digits.parse::<f64>().is_ok();
    let is_of_base = |prefix: &&str| {
        let rest = digits.strip_prefix(*prefix).unwrap_or_default();
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_hexdigit())
    };
    let is_written_back = text.parse::<i128>().is_ok_and(|number| number.to_string() == text)
        || text.parse::<f64>().is_ok_and(|number| number.to_string() == text);
    (is_decimal || ["0x", "0o", "0b"].iter().any(is_of_base)) && !is_written_back
}
