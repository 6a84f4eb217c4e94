//! Slots: places of a configuration that name a class of their own (a transform, a predicate, a
//! converter) and hold its keys beneath a prefix. Where that class's definition is known, its keys are
//! linted too; where it is not, nothing is said.

use std::collections::BTreeSet;

use super::{UnknownKey, nearest};
use crate::core::{Entry, reference};

/// What kind of class a slot names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotKind {
    /// A single-message transform.
    Transform,
    /// A predicate of transforms.
    Predicate,
    /// A converter of keys or values.
    Converter,
    /// A converter of headers.
    HeaderConverter,
}

/// A place that names a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// What kind of class.
    pub kind: SlotKind,
    /// The key that names the class.
    pub class_key: String,
    /// What its keys begin with.
    pub prefix: String,
    /// The class, where it is named and is no reference.
    pub class: Option<String>,
}

impl SlotKind {
    /// The kind as Connect's list of plug-ins has it.
    pub fn of_connect(self) -> &'static str {
        match self {
            Self::Transform => "transformation",
            Self::Predicate => "predicate",
            Self::Converter => "converter",
            Self::HeaderConverter => "header_converter",
        }
    }

    /// Keys that Connect itself takes beneath such a slot
    /// (`ConnectorConfig.EnrichablePlugin`; `plugin.version` since Kafka 4.1).
    fn implicit(self) -> &'static [&'static str] {
        match self {
            Self::Transform => &["type", "predicate", "negate", "plugin.version"],
            Self::Predicate => &["type", "plugin.version"],
            Self::Converter | Self::HeaderConverter => &["plugin.version"],
        }
    }

    /// Whether a class of this kind declares all that it takes. Converters hand keys on to clients of
    /// their own, such as those of a schema registry.
    fn declares_all(self) -> bool {
        matches!(self, Self::Transform | Self::Predicate)
    }
}

/// The slots of a configuration: the converters that it names, and the transforms and predicates of
/// its lists.
pub fn slots(entries: &[Entry]) -> Vec<Slot> {
    let value = |key: &str| {
        let value = entries.iter().find(|entry| entry.key == key)?.value.expose().trim();
        (!value.is_empty() && reference::find(value).is_empty()).then(|| value.to_owned())
    };
    let converters = [
        ("key.converter", SlotKind::Converter),
        ("value.converter", SlotKind::Converter),
        ("header.converter", SlotKind::HeaderConverter),
    ];
    let mut slots = Vec::new();
    for (key, kind) in converters {
        if let Some(class) = value(key) {
            slots.push(Slot { kind, class_key: key.to_owned(), prefix: format!("{key}."), class: Some(class) });
        }
    }
    for (list, kind) in [("transforms", SlotKind::Transform), ("predicates", SlotKind::Predicate)] {
        for alias in aliases(&value(list).unwrap_or_default()) {
            let prefix = format!("{list}.{alias}.");
            let class_key = format!("{prefix}type");
            let class = value(&class_key);
            slots.push(Slot { kind, class_key, prefix, class });
        }
    }
    slots
}

/// The names of a list, each once.
pub fn aliases(list: &str) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    list.split(',').map(str::trim).filter(|alias| !alias.is_empty() && seen.insert(*alias)).collect()
}

impl Slot {
    /// What stands behind the prefix in those keys that belong to this slot.
    fn own<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        keys.into_iter().filter_map(|key| key.strip_prefix(self.prefix.as_str())).collect()
    }

    /// What a validation tells of the class's own keys: those that it names beneath the prefix, without
    /// those that are there for any class. Empty where it tells nothing.
    pub fn defined_in(&self, known: &[String]) -> Vec<String> {
        let own = self.own(known.iter().map(String::as_str));
        own.into_iter().filter(|key| !self.kind.implicit().contains(key)).map(str::to_owned).collect()
    }

    /// The keys of this slot that its class does not know, by their whole names. Without a definition
    /// nothing is unknown.
    pub fn unknown_keys<'a>(&self, keys: impl IntoIterator<Item = &'a str>, defined: &[String]) -> Vec<UnknownKey> {
        if defined.is_empty() {
            return Vec::new();
        }
        let own = self.own(keys);
        let is_defined = |key: &str| defined.iter().any(|name| name == key);
        // What stands below a key that is defined belongs to a class or a map that it names.
        let is_below = |key: &str| {
            defined.iter().any(|name| key.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.')))
        };
        let implicit = self.kind.implicit();
        let mut unknown = Vec::new();
        for key in &own {
            if is_defined(key) || implicit.contains(key) || is_below(key) || key.contains("converter.") {
                continue;
            }
            let open = defined.iter().map(String::as_str).chain(implicit.iter().copied());
            let nearest = nearest(key, open.filter(|name| !own.contains(name)));
            if nearest.is_some() || self.kind.declares_all() {
                let whole = |key: &str| format!("{}{key}", self.prefix);
                unknown.push(UnknownKey { key: whole(key), nearest: nearest.as_deref().map(whole) });
            }
        }
        unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Place, Value};

    fn entries(pairs: &[(&str, &str)]) -> Vec<Entry> {
        let entry = |(key, value): &(&str, &str)| Entry {
            key: (*key).to_owned(),
            value: Value::of_key(key, *value),
            place: Place::file("t.json"),
        };
        pairs.iter().map(entry).collect()
    }

    fn unknown(pairs: &[(&str, &str)], prefix: &str, defined: &[&str]) -> Vec<String> {
        let slots = slots(&entries(pairs));
        let slot = slots.iter().find(|slot| slot.prefix == prefix).unwrap();
        let defined: Vec<_> = defined.iter().map(|key| (*key).to_owned()).collect();
        let found = slot.unknown_keys(pairs.iter().map(|(key, _)| *key), &defined);
        found.into_iter().map(|unknown| format!("{} -> {:?}", unknown.key, unknown.nearest)).collect()
    }

    #[test]
    fn the_slots_are_those_that_the_lists_name_and_the_converters_that_are_set() {
        let slots = slots(&entries(&[
            ("transforms", "a, b,,a"),
            ("transforms.a.type", "x.A"),
            ("transforms.c.type", "x.C"),
            ("predicates", "p"),
            ("predicates.p.type", "${env:CLASS}"),
            ("value.converter", "x.Json"),
            ("key.converter.schemas.enable", "false"),
        ]));
        let shown: Vec<_> = slots.iter().map(|slot| format!("{} {:?}", slot.class_key, slot.class)).collect();
        assert_eq!(
            shown,
            [
                r#"value.converter Some("x.Json")"#,
                r#"transforms.a.type Some("x.A")"#,
                "transforms.b.type None",
                "predicates.p.type None"
            ]
        );
    }

    #[test]
    fn a_transform_is_linted_by_its_own_definition_and_not_without_one() {
        let config = [
            ("transforms", "t"),
            ("transforms.t.type", "x.T"),
            ("transforms.t.fieldd", "a"),
            ("transforms.t.negate", "true"),
            ("transforms.t.map.any", "b"),
            ("transforms.t.what.is.this", "c"),
        ];
        let found = unknown(&config, "transforms.t.", &["field", "map"]);
        assert_eq!(
            found,
            [r#"transforms.t.fieldd -> Some("transforms.t.field")"#, "transforms.t.what.is.this -> None"]
        );
        assert!(unknown(&config, "transforms.t.", &[]).is_empty());
    }

    #[test]
    fn of_a_converter_only_slips_of_the_pen_are_told() {
        let config = [
            ("value.converter", "x.Json"),
            ("value.converter.schemas.enabled", "true"),
            ("value.converter.schema.registry.ssl.keystore.location", "/x"),
        ];
        let found = unknown(&config, "value.converter.", &["schemas.enable", "schemas.cache.size"]);
        assert_eq!(found, [r#"value.converter.schemas.enabled -> Some("value.converter.schemas.enable")"#]);
    }
}
