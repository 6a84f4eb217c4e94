//! Checking a template against recorded plug-in definitions, without a worker: classes, keys, types and
//! the rules of Kafka Connect itself. What only a worker can know is not guessed, but told as not
//! checked.

mod framework;
#[cfg(test)]
mod tests;
mod types;

use serde::Serialize;

use crate::core::lint::{self, Slot, Subject, UnknownKeys, slots};
use crate::core::record::{Found, RecordedPlugin};
use crate::core::{KeyDefinition, Mistake, Place, Record, plain, reference};

/// What a check without a worker finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What is wrong.
    pub mistakes: Vec<Mistake>,
    /// What could not be checked.
    pub unchecked: Vec<Unchecked>,
}

/// Something that only a worker can tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unchecked {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// The config key it is about, if it is about one.
    pub key: Option<String>,
    /// What, and why.
    pub message: String,
}

/// What no record can tell of any template.
pub const NEVER_CHECKED: &str = "a record says which keys there are and of which type; which values a plug-in takes, whether \
     they go together, and whether the worker has the config providers is told by `validate` with a worker";

const CONNECTORS: [&str; 2] = ["sink", "source"];

/// Checks a template, complete or not, against a record.
pub fn check(record: &Record, subject: &Subject<'_>, policy: UnknownKeys) -> Findings {
    let mut check = Check { record, subject, policy, findings: Findings::default() };
    if let Some(class) = subject.value("connector.class") {
        check.connector(class.trim());
    }
    check.findings
}

struct Check<'a> {
    record: &'a Record,
    subject: &'a Subject<'a>,
    policy: UnknownKeys,
    findings: Findings,
}

impl Check<'_> {
    fn connector(&mut self, class: &str) {
        if !reference::find(class).is_empty() {
            return self.unchecked("connector.class", "the class comes from a reference");
        }
        let recorded = match self.record.find(class, &CONNECTORS) {
            Found::One(recorded) => recorded.clone(),
            Found::None | Found::NoneOfItsKind => return self.not_recorded("connector.class", class, &CONNECTORS),
        };
        let RecordedPlugin { plugin, keys } = recorded;
        self.findings.mistakes.extend(framework::breaches(&plugin.kind, self.subject));
        let mut known: Vec<String> = Vec::new();
        match keys {
            Some(keys) => {
                let keys = framework::completed(&plugin.kind, &keys);
                self.values("", &keys);
                known.extend(keys.into_iter().map(|key| key.name));
            }
            None => self.unchecked("connector.class", "the record does not hold the keys of this class"),
        }
        if self.policy == UnknownKeys::Refuse && !known.is_empty() {
            let unknown = lint::unknown_keys(&plugin.class, self.subject.key_names(), &known);
            self.findings.mistakes.extend(unknown.iter().map(|unknown| unknown.mistake(self.subject)));
        }
        for slot in slots(self.subject.entries) {
            self.slot(&slot);
        }
    }

    /// A transform, a predicate or a converter.
    fn slot(&mut self, slot: &Slot) {
        let Some(class) = &slot.class else {
            if !self.subject.has(&slot.class_key) {
                let list = slot.class_key.split('.').next().unwrap_or_default();
                let message = format!("`{}` is missing, which names the class", slot.class_key);
                self.findings.mistakes.push(Mistake::new(self.subject.place_of(list), message).of_key(list));
            } else if self.subject.value(&slot.class_key).is_some() {
                self.unchecked(&slot.class_key, "the class comes from a reference, and so its keys are not known");
            }
            return;
        };
        let kind = slot.kind.of_connect();
        // A class that converts both headers and data is listed under either kind by some versions.
        let kinds: &[&str] = match kind {
            "converter" | "header_converter" => &["converter", "header_converter"],
            _ => &[kind],
        };
        match self.record.find(class, kinds) {
            Found::One(recorded) => {
                let Some(keys) = recorded.keys.clone() else {
                    return self.unchecked(&slot.class_key, "the record does not hold the keys of this class");
                };
                if slot.kind.of_connect() == "transformation" || slot.kind.of_connect() == "predicate" {
                    self.values(&slot.prefix, &keys);
                }
                let defined: Vec<_> = keys.into_iter().map(|key| key.name).collect();
                if self.policy == UnknownKeys::Refuse {
                    let unknown = slot.unknown_keys(self.subject.key_names(), &defined);
                    self.findings.mistakes.extend(unknown.iter().map(|unknown| unknown.mistake(self.subject)));
                }
            }
            Found::None => self.not_recorded(&slot.class_key, class, kinds),
            Found::NoneOfItsKind => {
                self.unchecked(&slot.class_key, &format!("the record holds no {kind} at all"));
            }
        }
    }

    /// Required keys, and the types of values.
    fn values(&mut self, prefix: &str, keys: &[KeyDefinition]) {
        for definition in keys {
            let key = format!("{prefix}{}", definition.name);
            if !self.subject.has(&key) {
                // `name` stands beside the configuration.
                if definition.required && key != "name" {
                    let at = if prefix.is_empty() { "connector.class".to_owned() } else { format!("{prefix}type") };
                    let message = format!("`{key}` is missing, which is required");
                    self.findings.mistakes.push(Mistake::new(self.subject.place_of(&at), message));
                }
                continue;
            }
            let Some(value) = self.subject.value(&key) else { continue };
            if reference::find(value).is_empty() {
                if let Some(complaint) = types::complaint(&definition.kind, value) {
                    self.findings.mistakes.push(Mistake::new(self.subject.place_of(&key), complaint).of_key(key));
                }
            } else if types::complaint(&definition.kind, "").is_some() {
                let message = format!("whether it is of type {} is behind a reference", plain::line(&definition.kind));
                self.unchecked(&key, &message);
            }
        }
    }

    fn not_recorded(&mut self, key: &str, class: &str, kinds: &[&str]) {
        let (place, classes) = (self.subject.place_of(key), self.record.classes(kinds));
        let message = format!("the record has no {} {class:?}", kinds.join(" or "));
        let mistake = Mistake::new(place, message).of_key(key);
        self.findings.mistakes.push(match lint::nearest_class(class, &classes) {
            Some(near) => mistake.hint(format!("did you mean `{near}`?")),
            None => mistake.hint("record it anew with `plugins export` from a worker that has it"),
        });
    }

    fn unchecked(&mut self, key: &str, message: &str) {
        let (place, key) = (self.subject.place_of(key), Some(key.to_owned()));
        self.findings.unchecked.push(Unchecked { place, key, message: message.to_owned() });
    }
}
