//! Names of Java classes, and the aliases by which Connect's workers take the classes of plug-ins:
//! the simple name, and that without what it is (`PluginUtils` of Kafka's Connect runtime).

use super::Allowed;

/// What a class is for, as far as Connect has names for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Connector,
    Converter,
    Transform,
    Predicate,
    Other,
}

/// Whether aliases may be written for classes that are allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aliases {
    /// An alias stands for the allowed classes that have it.
    #[default]
    Expand,
    /// Classes are written in full.
    Refuse,
}

/// What a policy says of the name of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Allowed,
    /// It is an alias of an allowed class, which is to be written in full.
    InFull(String),
    /// It is spelled almost as an allowed class.
    Misspelled(String),
    Refused,
}

/// Looks a name up among the classes that are allowed.
pub(super) fn look_up(allowed: &Allowed, kind: Kind, aliases: Aliases, name: &str) -> Said {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '$');
    if name.is_empty() || !name.chars().all(is_name) {
        return nearest(allowed, name);
    }
    // The two sides of a transform are inner classes of it.
    let sides = if kind == Kind::Transform { ["$Key", "$Value"].as_slice() } else { &[] };
    let outer = sides.iter().find_map(|side| name.strip_suffix(side)).filter(|outer| outer.contains('.'));
    if allowed.has(name, &[]) || outer.is_some_and(|outer| allowed.has(outer, &[])) {
        return Said::Allowed;
    }
    if let Some(class) = of_alias(allowed, kind, name).next() {
        return match aliases {
            Aliases::Expand => Said::Allowed,
            Aliases::Refuse => Said::InFull(class.to_owned()),
        };
    }
    nearest(allowed, name)
}

/// The allowed classes that have this alias.
pub(super) fn of_alias<'a>(allowed: &'a Allowed, kind: Kind, name: &'a str) -> impl Iterator<Item = &'a str> {
    allowed.items().filter(move |class| !name.contains('.') && !class.contains('*') && has_alias(class, kind, name))
}

fn has_alias(class: &str, kind: Kind, name: &str) -> bool {
    let simple = class.rsplit(['.', '$']).next().unwrap_or(class);
    let suffixes: &[&str] = match kind {
        Kind::Connector => &["Connector"],
        Kind::Converter => &["Converter", "HeaderConverter"],
        Kind::Transform => &["Transformation"],
        Kind::Predicate => &["Predicate"],
        Kind::Other => &[],
    };
    let pruned = |suffix: &&str| simple.rfind(suffix).filter(|at| *at > 0).map_or(simple, |at| &simple[..at]);
    simple == name || suffixes.iter().any(|suffix| pruned(suffix) == name)
}

/// What differs from an allowed name only in case or in white space around it was meant to be that.
fn nearest(allowed: &Allowed, name: &str) -> Said {
    let found = allowed.items().find(|item| item.eq_ignore_ascii_case(name.trim()));
    found.map_or(Said::Refused, |found| Said::Misspelled(found.to_owned()))
}

/// Whether a text reads like the full name of a class: identifiers with dots between them.
pub(super) fn reads_like_a_class(text: &str) -> bool {
    let is_identifier = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))
    };
    text.contains('.') && text.split('.').all(is_identifier)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Place;

    fn said(kind: Kind, aliases: Aliases, name: &str) -> Said {
        let items = ["a.b.JsonConverter", "a.SinkConnector", "a.Field", "x.y.*"].map(str::to_owned).to_vec();
        look_up(&Allowed::new("x", Place::file("p"), items), kind, aliases, name)
    }

    #[test]
    fn a_class_is_allowed_by_its_full_name_its_aliases_and_the_sides_of_a_transform() {
        for (kind, name) in [
            (Kind::Converter, "a.b.JsonConverter"),
            (Kind::Converter, "JsonConverter"),
            (Kind::Converter, "Json"),
            (Kind::Connector, "SinkConnector"),
            (Kind::Connector, "Sink"),
            (Kind::Transform, "a.Field$Key"),
            (Kind::Transform, "a.Field$Value"),
            (Kind::Other, "x.y.z.Any$Inner"),
        ] {
            assert_eq!(said(kind, Aliases::Expand, name), Said::Allowed, "{name}");
        }
    }

    #[test]
    fn what_is_not_that_very_class_is_refused() {
        for (kind, name) in [
            (Kind::Converter, ""),
            (Kind::Converter, "Jso"),
            (Kind::Connector, "Json"),
            (Kind::Connector, "a.b.SinkConnector"),
            (Kind::Converter, "a.Field$Key"),
            (Kind::Transform, "a.Field$Other"),
            (Kind::Transform, "Field$Key"),
            (Kind::Other, "x.y"),
            (Kind::Other, "x.y.z, evil.Class"),
            (Kind::Other, "Any"),
        ] {
            assert_eq!(said(kind, Aliases::Expand, name), Said::Refused, "{name}");
        }
        for name in [" a.b.JsonConverter", "A.B.jsonconverter", "a.b.JsonConverter\n"] {
            assert_eq!(said(Kind::Converter, Aliases::Expand, name), Said::Misspelled("a.b.JsonConverter".to_owned()));
        }
        assert_eq!(said(Kind::Converter, Aliases::Refuse, "Json"), Said::InFull("a.b.JsonConverter".to_owned()));
    }
}
