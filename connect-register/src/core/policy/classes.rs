//! The keys of a configuration that name classes, and whether those classes are allowed. Connect
//! instantiates what stands there, so that whoever writes it chooses which code runs.

use super::class_name::{Aliases, Kind, Said, look_up, of_alias, reads_like_a_class};
use super::finding::Findings;
use super::{Allowed, Rule};

/// The classes that a policy allows.
#[derive(Clone, Debug)]
pub struct Classes {
    /// Whether aliases may be written.
    pub aliases: Aliases,
    /// `connector.class`
    pub connectors: Allowed,
    /// `key.converter`, `value.converter`, `header.converter` and every other `*.converter`
    pub converters: Allowed,
    /// `transforms.<alias>.type`
    pub transforms: Allowed,
    /// `predicates.<alias>.type`
    pub predicates: Allowed,
    /// Every other key that names a class.
    pub others: Allowed,
}

/// The lists of aliases in a configuration, which decide what `<list>.<alias>.type` is.
#[derive(Clone, Debug, Default)]
pub(super) struct Plugs {
    transforms: Vec<String>,
    predicates: Vec<String>,
    converters: Vec<String>,
}

impl Plugs {
    /// Takes note of a key that is a list of aliases.
    pub(super) fn note(&mut self, key: &str, value: &str) {
        let list = match key {
            "transforms" => &mut self.transforms,
            "predicates" => &mut self.predicates,
            "converters" => &mut self.converters,
            _ => return,
        };
        list.extend(value.split(',').map(|alias| alias.trim().to_ascii_lowercase()));
    }

    /// What kind of class a key names, if it names one.
    pub(super) fn slot(&self, key: &str, value: &str) -> Option<Kind> {
        if key == "connector.class" {
            return Some(Kind::Connector);
        }
        if let Some(rest) = key.strip_prefix("transforms.").and_then(|rest| rest.strip_suffix(".type"))
            && is_alias(rest, &self.transforms)
        {
            return Some(Kind::Transform);
        }
        if let Some(rest) = key.strip_prefix("predicates.").and_then(|rest| rest.strip_suffix(".type"))
            && is_alias(rest, &self.predicates)
        {
            return Some(Kind::Predicate);
        }
        // Debezium's own converters, and those that wrap another one.
        let is_custom = key.strip_suffix(".type").is_some_and(|rest| self.converters.iter().any(|alias| alias == rest));
        if is_custom || key == "converter" || key.ends_with(".converter") || key.ends_with(".converter.type") {
            return Some(Kind::Converter);
        }
        (names_a_class(key) || may_name_a_class(key, value)).then_some(Kind::Other)
    }
}

/// Whether a key names a class whatever it holds.
fn names_a_class(key: &str) -> bool {
    let last = last_word(key);
    CLASS_WORDS.iter().any(|word| last.ends_with(word)) || key.ends_with(".class.name") || key.contains(JNDI)
}

/// Whether a key that names a class in some connectors holds one.
fn may_name_a_class(key: &str, value: &str) -> bool {
    let last = last_word(key);
    let mut named = value.split(',').map(str::trim).filter(|one| reads_like_a_class(one));
    if PLUG_WORDS.iter().any(|word| last.ends_with(word)) {
        return named.next().is_some();
    }
    // Hosts, tables and topics stand there too: they seldom begin their last part with a capital.
    let is_capital =
        |one: &str| one.rsplit('.').next().is_some_and(|name| name.starts_with(|c: char| c.is_ascii_uppercase()));
    let is_history = key.ends_with("history") || key.ends_with("history.internal");
    (is_history || OTHER_WORDS.contains(&last)) && named.any(is_capital)
}

fn last_word(key: &str) -> &str {
    key.rsplit(['.', '_']).next().unwrap_or(key)
}

/// Ends of the last word of a key that always names a class.
const CLASS_WORDS: [&str; 5] = ["class", "classes", "classname", "class-name", "clazz"];

/// What JNDI takes its factories from.
const JNDI: &str = "java.naming.factory.";

/// Last words of a key that names a class in a few connectors, and all kinds of things in most.
const OTHER_WORDS: [&str; 4] = ["auth", "client", "filter", "type"];

/// Ends of the last word of a key that names a class in some connectors, and something else in others.
const PLUG_WORDS: [&str; 47] = [
    "assignor",
    "authenticator",
    "builder",
    "chain",
    "codec",
    "converters",
    "creator",
    "customizer",
    "decoder",
    "deserializer",
    "dialect",
    "driver",
    "encoder",
    "extractor",
    "factory",
    "formatter",
    "generator",
    "handler",
    "impl",
    "implementation",
    "interceptor",
    "interceptors",
    "listener",
    "loader",
    "maker",
    "mapper",
    "naming",
    "parser",
    "partitioner",
    "plugin",
    "plugins",
    "policy",
    "processor",
    "processors",
    "provider",
    "providers",
    "reporter",
    "reporters",
    "resolver",
    "selector",
    "serializer",
    "sorter",
    "strategy",
    "supplier",
    "throttler",
    "transformer",
    "validator",
];

/// One word is always an alias, declared or not; with dots in it it may also be a key of a transform,
/// such as `target.type` of Kafka's `TimestampConverter`.
fn is_alias(name: &str, declared: &[String]) -> bool {
    !name.contains('.') || declared.iter().any(|alias| alias == name)
}

impl Classes {
    /// The classes that `connector.class` may stand for: itself, or those that are allowed and have this
    /// alias.
    pub(super) fn connectors_meant<'a>(&'a self, class: &'a str) -> Vec<&'a str> {
        let meant = match self.aliases {
            Aliases::Expand => of_alias(&self.connectors, Kind::Connector, class).collect(),
            Aliases::Refuse => Vec::new(),
        };
        if meant.is_empty() { vec![class] } else { meant }
    }

    /// Checks the value of a key that names a class or several.
    pub(super) fn check(&self, kind: Kind, findings: &mut Findings<'_>) {
        if findings.is_unresolved("the name of a class") {
            return;
        }
        let (rule, allowed) = match kind {
            Kind::Connector => (Rule::ConnectorClass, &self.connectors),
            Kind::Converter => (Rule::ConverterClass, &self.converters),
            Kind::Transform => (Rule::TransformClass, &self.transforms),
            Kind::Predicate => (Rule::PredicateClass, &self.predicates),
            Kind::Other => (Rule::OtherClass, &self.others),
        };
        let value = findings.value();
        // Kafka takes lists of classes for interceptors and the like only.
        let names: Vec<&str> =
            if kind == Kind::Other { value.split(',').map(str::trim).collect() } else { vec![value] };
        for name in names {
            let shown = findings.shown(name);
            match look_up(allowed, kind, self.aliases, name) {
                Said::Allowed => {}
                Said::InFull(class) => {
                    let what = format!("{shown} may be an alias of another class on the worker");
                    findings.refuse(rule, &what, format!("write {class}, or allow `classes: {{aliases: expand}}`"));
                }
                Said::Misspelled(class) => {
                    let what = format!("{shown} is not spelled as the class that is allowed");
                    findings.refuse(rule, &what, format!("write {class}"));
                }
                Said::Refused => {
                    let next = if name.contains('.') {
                        allowed.line_for(&findings.item(name))
                    } else {
                        format!("write it with its package; {}", allowed.line_for("package.Class"))
                    };
                    findings.refuse(rule, &format!("the class {shown} is not allowed"), next);
                }
            }
        }
    }
}
