//! What Kafka Connect itself demands of any connector, whatever its class: the keys of
//! `ConnectorConfig`, `SinkConnectorConfig` and `SourceConnectorConfig`, and the rules between them.
//!
//! Workers tell these keys with those of a plug-in since Kafka 3.5 (3.4.1, 3.3.3; KAFKA-14843); of what
//! an older one told they are missing, and so they are here, as Kafka 3.3 has them.

use crate::core::lint::Subject;
use crate::core::lint::slot::aliases;
use crate::core::{KeyDefinition, Mistake, reference};

/// Keys of every connector: name, type, whether it is required.
const COMMON: [(&str, &str, bool); 14] = [
    ("name", "STRING", true),
    ("connector.class", "STRING", true),
    ("tasks.max", "INT", false),
    ("key.converter", "CLASS", false),
    ("value.converter", "CLASS", false),
    ("header.converter", "CLASS", false),
    ("transforms", "LIST", false),
    ("predicates", "LIST", false),
    ("config.action.reload", "STRING", false),
    ("errors.retry.timeout", "LONG", false),
    ("errors.retry.delay.max.ms", "LONG", false),
    ("errors.tolerance", "STRING", false),
    ("errors.log.enable", "BOOLEAN", false),
    ("errors.log.include.messages", "BOOLEAN", false),
];
const OF_SINKS: [(&str, &str, bool); 5] = [
    ("topics", "LIST", false),
    ("topics.regex", "STRING", false),
    ("errors.deadletterqueue.topic.name", "STRING", false),
    ("errors.deadletterqueue.topic.replication.factor", "SHORT", false),
    ("errors.deadletterqueue.context.headers.enable", "BOOLEAN", false),
];
const OF_SOURCES: [(&str, &str, bool); 5] = [
    ("topic.creation.groups", "LIST", false),
    ("exactly.once.support", "STRING", false),
    ("transaction.boundary", "STRING", false),
    ("transaction.boundary.interval.ms", "LONG", false),
    ("offsets.storage.topic", "STRING", false),
];

const DEAD_LETTERS: &str = "errors.deadletterqueue.topic.name";

/// A plug-in's definition with the framework's own keys, where the worker left them out.
pub(super) fn completed(kind: &str, keys: &[KeyDefinition]) -> Vec<KeyDefinition> {
    let mut keys = keys.to_vec();
    if keys.iter().any(|key| key.name == "connector.class") {
        return keys;
    }
    let own = match kind {
        "sink" => &OF_SINKS[..],
        "source" => &OF_SOURCES[..],
        _ => &[],
    };
    for (name, kind, required) in COMMON.iter().chain(own) {
        if keys.iter().all(|key| key.name != *name) {
            keys.push(KeyDefinition {
                name: (*name).to_owned(),
                kind: (*kind).to_owned(),
                required: *required,
                default_value: None,
                importance: String::new(),
                documentation: String::new(),
            });
        }
    }
    keys
}

/// What a template breaks of the framework's rules, as far as its values are known.
pub(super) fn breaches(kind: &str, subject: &Subject<'_>) -> Vec<Mistake> {
    let mut breaches = Breaches { subject, mistakes: Vec::new() };
    breaches.one_of("errors.tolerance", &["none", "all"], str::eq);
    breaches.one_of("config.action.reload", &["none", "restart"], str::eq);
    breaches.tasks_max();
    breaches.unique("transforms");
    breaches.unique("predicates");
    breaches.predicates();
    match kind {
        "sink" => breaches.topics(),
        "source" => {
            breaches.one_of("exactly.once.support", &["requested", "required"], str::eq_ignore_ascii_case);
            breaches.one_of("transaction.boundary", &["poll", "connector", "interval"], str::eq_ignore_ascii_case);
            breaches.unique("topic.creation.groups");
        }
        _ => {}
    }
    breaches.mistakes
}

struct Breaches<'a> {
    subject: &'a Subject<'a>,
    mistakes: Vec<Mistake>,
}

impl Breaches<'_> {
    fn tell(&mut self, key: &str, message: impl Into<String>) {
        self.mistakes.push(Mistake::new(self.subject.place_of(key), message).of_key(key));
    }

    /// The value of a key, trimmed; `None` where it is absent, empty or not known here.
    fn known(&self, key: &str) -> Option<String> {
        let value = self.subject.value(key)?.trim();
        (!value.is_empty() && reference::find(value).is_empty()).then(|| value.to_owned())
    }

    fn one_of(&mut self, key: &str, words: &[&str], is_same: fn(&str, &str) -> bool) {
        if let Some(value) = self.known(key)
            && !words.iter().any(|word| is_same(&value, word))
        {
            self.tell(key, format!("this is none of {}", words.join(", ")));
        }
    }

    fn tasks_max(&mut self) {
        let tasks = self.known("tasks.max").and_then(|value| value.parse::<i32>().ok());
        if tasks.is_some_and(|tasks| tasks < 1) {
            self.tell("tasks.max", "this has to be at least 1");
        }
    }

    fn unique(&mut self, key: &str) {
        let Some(list) = self.known(key) else { return };
        let names = list.split(',').map(str::trim).filter(|name| !name.is_empty()).count();
        if names > aliases(&list).len() {
            self.tell(key, "a name occurs twice");
        }
    }

    /// `negate` negates a predicate, and the predicate is one of the list.
    fn predicates(&mut self) {
        let declared = match self.subject.value("predicates") {
            Some(list) if !reference::find(list).is_empty() => return,
            list => list.unwrap_or_default().to_owned(),
        };
        for alias in aliases(&self.known("transforms").unwrap_or_default()) {
            let (negate, predicate) = (format!("transforms.{alias}.negate"), format!("transforms.{alias}.predicate"));
            if self.subject.has(&negate) && !self.subject.has(&predicate) {
                self.tell(&negate, format!("there is no `{predicate}` to be negated"));
            }
            if let Some(name) = self.known(&predicate)
                && !aliases(&declared).contains(&name.as_str())
            {
                self.tell(&predicate, "this is none of the names in `predicates`");
            }
        }
    }

    fn topics(&mut self) {
        let is_set =
            |key: &str| self.subject.value(key).map_or(self.subject.has(key), |value| !value.trim().is_empty());
        let (topics, regex) = (is_set("topics"), is_set("topics.regex"));
        if topics && regex {
            self.tell("topics.regex", "topics and topics.regex exclude each other, and both are set");
        }
        if !topics && !regex {
            let place = self.subject.place_of("connector.class");
            self.mistakes.push(Mistake::new(place, "a sink needs one of topics and topics.regex"));
        }
        if let (Some(topics), Some(dead)) = (self.known("topics"), self.known(DEAD_LETTERS))
            && aliases(&topics).contains(&dead.as_str())
        {
            self.tell(DEAD_LETTERS, "the topic of the dead letters is among the topics that are consumed");
        }
    }
}
