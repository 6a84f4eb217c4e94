//! Keys that a worker does not know: a key of a template that its validation does not name is most
//! likely a slip of the pen, and Connect would ignore it silently.

mod open;
pub mod slot;

pub use slot::{Slot, SlotKind, slots};

use super::{Entry, Mistake, Place};

/// A template as far as it could be rendered.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The connector's name, or what stands for it.
    pub name: &'a str,
    /// The place of the template.
    pub place: &'a Place,
    /// All keys of the template.
    pub keys: &'a [(String, Place)],
    /// Those entries that could be rendered.
    pub entries: &'a [Entry],
}

impl Subject<'_> {
    /// The place of a key, or of the template where it has no such key.
    pub fn place_of(&self, key: &str) -> Place {
        self.keys.iter().find(|(name, _)| name == key).map_or(self.place, |(_, place)| place).clone()
    }

    /// The rendered value of a key.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.expose())
    }

    /// Whether the template has a key, rendered or not.
    pub fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|(name, _)| name == key)
    }

    /// The names of all keys of the template.
    pub fn key_names(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|(key, _)| key.as_str())
    }
}

/// A key that a worker does not know, and those it may have been meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    /// The key.
    pub key: String,
    /// The nearest known key, where one is near.
    pub nearest: Option<String>,
}

impl UnknownKey {
    /// The mistake that it is.
    pub fn mistake(&self, subject: &Subject<'_>) -> Mistake {
        let mistake = Mistake::new(subject.place_of(&self.key), "Connect does not know this key").of_key(&*self.key);
        match &self.nearest {
            Some(nearest) => mistake.hint(format!("did you mean `{nearest}`?")),
            None => mistake.hint("--unknown-keys allow lets it through"),
        }
    }
}

/// The keys that are neither among `known` (what the worker's validation names) nor open by design
/// nor taken by the class undeclared.
pub fn unknown_keys<'a>(class: &str, keys: impl IntoIterator<Item = &'a str>, known: &[String]) -> Vec<UnknownKey> {
    let is_known = |key: &str| known.iter().any(|name| name == key);
    let unknown = |key: &&str| !open::is_open(key) && !open::is_taken_undeclared(class, key) && !is_known(key);
    let told = |key: &str| UnknownKey { key: key.to_owned(), nearest: nearest(key, known.iter().map(String::as_str)) };
    keys.into_iter().filter(unknown).map(told).collect()
}

/// The nearest of `names`, if it is near enough to be what was meant.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    /// Below this likeness a suggestion misleads more often than it helps.
    const NEAR: f64 = 0.7;
    let likeness = |other: &str| strsim::normalized_damerau_levenshtein(name, other);
    names
        .into_iter()
        .map(|other| (likeness(other), other))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, other)| other.to_owned())
}

/// The class among `classes` that was meant: the nearest one, or one of the same simple name in another
/// package.
pub fn nearest_class(class: &str, classes: &[String]) -> Option<String> {
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    let same_last_name = || classes.iter().find(|other| last(other) == last(class)).cloned();
    nearest(class, classes.iter().map(String::as_str)).or_else(same_last_name)
}

/// What a worker's validation says about a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// The keys that it knows.
    pub known: Vec<String>,
    /// What is wrong: key and message, scrubbed.
    pub errors: Vec<(String, String)>,
}

/// What is done about keys that a worker does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownKeys {
    /// They are mistakes.
    #[default]
    Refuse,
    /// They are let through.
    Allow,
}

/// What a worker's validation says about a template, as mistakes with places: errors first, then
/// keys it does not know. Errors of keys that were not sent, because they could not be rendered, are
/// left out.
pub fn findings(class: &str, subject: &Subject<'_>, validation: &Validation, policy: UnknownKeys) -> Vec<Mistake> {
    let is_excused = |key: &str| subject.has(key) && subject.value(key).is_none();
    let mut mistakes: Vec<Mistake> = validation
        .errors
        .iter()
        .filter(|(key, _)| !is_excused(key))
        .map(|(key, message)| Mistake::new(subject.place_of(key), message).of_key(key))
        .collect();
    if policy == UnknownKeys::Refuse && !validation.known.is_empty() {
        let mut unknown = unknown_keys(class, subject.key_names(), &validation.known);
        for slot in slots(subject.entries) {
            unknown.extend(slot.unknown_keys(subject.key_names(), &slot.defined_in(&validation.known)));
        }
        mistakes.extend(unknown.iter().map(|unknown| unknown.mistake(subject)));
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Value;

    #[test]
    fn a_slip_of_the_pen_is_found_and_the_key_that_was_meant_is_named() {
        let known = ["insert.mode", "pk.mode", "topics", "value.converter"].map(str::to_owned);
        let keys = [
            "insert.mod",
            "topics",
            "something.else",
            "transforms.a.type",
            "predicates.p.x",
            "value.converter.schemas.enable",
            "consumer.override.max.poll.records",
            "my.converter.x",
            "connection.sslmode",
            "topic.creation.default.partitions",
            "name",
            "connect-register.applied",
        ];
        let found: Vec<_> = unknown_keys("c", keys, &known).into_iter().map(|u| (u.key, u.nearest)).collect();
        assert_eq!(
            found,
            [("insert.mod".to_owned(), Some("insert.mode".to_owned())), ("something.else".to_owned(), None)]
        );
    }

    #[test]
    fn what_a_validation_tells_of_a_transform_is_used_to_lint_it() {
        let place = Place::file("t.json");
        let entry = |(key, value): (&str, &str)| Entry {
            key: key.to_owned(),
            value: Value::Plain(value.to_owned()),
            place: place.clone(),
        };
        let config = [
            ("transforms", "a,b"),
            ("transforms.a.type", "x.A"),
            ("transforms.a.fieldd", "1"),
            ("transforms.b.type", "x.B"),
            ("transforms.b.fieldd", "1"),
        ];
        let entries: Vec<_> = config.into_iter().map(entry).collect();
        let keys: Vec<_> = entries.iter().map(|entry| (entry.key.clone(), entry.place.clone())).collect();
        let subject = Subject { name: "n", place: &place, keys: &keys, entries: &entries };
        // The class of `b` was not found by the worker, which then tells nothing of its keys.
        let known =
            ["transforms", "transforms.a.type", "transforms.a.predicate", "transforms.a.field", "transforms.b.type"];
        let validation = Validation { known: known.map(str::to_owned).to_vec(), errors: Vec::new() };
        let told =
            |policy| findings("c", &subject, &validation, policy).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            told(UnknownKeys::Refuse),
            ["t.json: transforms.a.fieldd: Connect does not know this key (did you mean `transforms.a.field`?)"]
        );
        assert!(told(UnknownKeys::Allow).is_empty());
    }
}
