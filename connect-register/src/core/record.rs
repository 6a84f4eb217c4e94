//! Recorded plug-in definitions: what `plugins export` writes and `validate --offline` reads, so that
//! templates can be checked where there is no worker. A record says the same of the same worker, byte
//! for byte, so that two of them can be compared.

use serde::{Deserialize, Serialize};

use super::{KeyDefinition, Plugin};

/// What a record is, as its file says.
pub const KIND: &str = "connect-plugins";
/// The version of its shape.
pub const VERSION: u32 = 1;

/// The plug-ins of a worker with all keys that they define.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The version of this shape.
    pub schema_version: u32,
    /// What this is: [`KIND`].
    pub kind: String,
    /// The worker.
    pub worker: RecordedWorker,
    /// Its plug-ins, by class and kind.
    pub plugins: Vec<RecordedPlugin>,
}

/// The worker that a record is of. Its address is not told: records of equal workers are equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedWorker {
    /// Its version, as `GET /` has it.
    pub version: String,
}

/// A plug-in with the keys that it defines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedPlugin {
    /// The plug-in.
    #[serde(flatten)]
    pub plugin: Plugin,
    /// Its keys by name; absent where the worker would not tell.
    pub keys: Option<Vec<KeyDefinition>>,
}

/// What a name of a class finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// One plug-in.
    One(&'a RecordedPlugin),
    /// None, although plug-ins of that kind are recorded.
    None,
    /// No plug-in of that kind is recorded at all: it cannot be told.
    NoneOfItsKind,
}

impl Record {
    /// A record, in its order whatever that of its parts.
    pub fn new(version: impl Into<String>, plugins: impl IntoIterator<Item = RecordedPlugin>) -> Self {
        let mut plugins: Vec<_> = plugins.into_iter().collect();
        for plugin in &mut plugins {
            if let Some(keys) = &mut plugin.keys {
                keys.sort_by(|a, b| a.name.cmp(&b.name));
            }
        }
        plugins.sort_by(|a, b| a.plugin.cmp(&b.plugin));
        plugins.dedup_by(|a, b| a.plugin == b.plugin);
        let worker = RecordedWorker { version: version.into() };
        Self { schema_version: VERSION, kind: KIND.to_owned(), worker, plugins }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            schema_version: Option<u32>,
            kind: Option<String>,
        }
        let head: Head = serde_json::from_str(text).map_err(|error| format!("it is no JSON of a record: {error}"))?;
        if head.kind.as_deref() != Some(KIND) {
            return Err("it is no record of plug-ins".to_owned());
        }
        match head.schema_version {
            Some(VERSION) => {}
            Some(newer) if newer > VERSION => {
                return Err(format!("it is of version {newer}; this program reads version {VERSION}"));
            }
            _ => return Err("it has no version that this program reads".to_owned()),
        }
        serde_json::from_str(text).map_err(|error| format!("it is damaged: {error}"))
    }

    /// The plug-in that Connect would find by a name, full or short, among those of some kinds.
    pub fn find(&self, name: &str, kinds: &[&str]) -> Found<'_> {
        let mut of_kind = self.plugins.iter().filter(|recorded| kinds.contains(&&*recorded.plugin.kind)).peekable();
        if of_kind.peek().is_none() {
            return Found::NoneOfItsKind;
        }
        let candidates: Vec<_> = of_kind.collect();
        if let Some(found) = candidates.iter().find(|recorded| recorded.plugin.class == name) {
            return Found::One(found);
        }
        let mut aliased = candidates.iter().filter(|recorded| recorded.plugin.aliases().contains(&name));
        match (aliased.next(), aliased.next()) {
            (Some(one), None) => Found::One(one),
            _ => Found::None,
        }
    }

    /// The classes of some kinds.
    pub fn classes(&self, kinds: &[&str]) -> Vec<String> {
        let of_kind = self.plugins.iter().filter(|recorded| kinds.contains(&&*recorded.plugin.kind));
        of_kind.map(|recorded| recorded.plugin.class.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugin(class: &str, kind: &str) -> RecordedPlugin {
        let key = |name: &str| KeyDefinition {
            name: name.to_owned(),
            kind: "STRING".to_owned(),
            required: false,
            default_value: None,
            importance: "LOW".to_owned(),
            documentation: String::new(),
        };
        let plugin = Plugin { class: class.to_owned(), kind: kind.to_owned(), version: Some("1".to_owned()) };
        RecordedPlugin { plugin, keys: Some(vec![key("b"), key("a")]) }
    }

    #[test]
    fn a_record_is_the_same_whatever_the_order_that_a_worker_tells() {
        let plugins = [plugin("x.B", "sink"), plugin("x.A", "converter"), plugin("x.A", "header_converter")];
        let one = Record::new("3.9.1", plugins.clone());
        let other = Record::new("3.9.1", plugins.into_iter().rev().chain([plugin("x.B", "sink")]));
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(text, serde_json::to_string(&other).unwrap());
        assert_eq!(Record::parse(&text), Ok(one));
    }

    #[test]
    fn what_is_no_record_or_a_newer_one_is_refused() {
        for (text, why) in [
            ("[]", "it is no JSON of a record"),
            ("{\"schema_version\": 1}", "it is no record of plug-ins"),
            ("{\"schema_version\": 2, \"kind\": \"connect-plugins\"}", "it is of version 2"),
            ("{\"kind\": \"connect-plugins\"}", "it has no version"),
            ("{\"schema_version\": 1, \"kind\": \"connect-plugins\"}", "it is damaged"),
        ] {
            let error = Record::parse(text).unwrap_err();
            assert!(error.starts_with(why), "{text}: {error}");
        }
    }

    #[test]
    fn a_class_is_found_by_the_names_that_connect_finds_it_by() {
        let record = Record::new("1", [plugin("x.FileSinkConnector", "sink"), plugin("y.Value", "transformation")]);
        let found = |name: &str, kinds: &[&str]| match record.find(name, kinds) {
            Found::One(recorded) => recorded.plugin.class.clone(),
            other => format!("{other:?}"),
        };
        assert_eq!(found("x.FileSinkConnector", &["sink", "source"]), "x.FileSinkConnector");
        assert_eq!(found("FileSink", &["sink"]), "x.FileSinkConnector");
        assert_eq!(found("Value", &["sink"]), "None");
        assert_eq!(found("Json", &["converter"]), "NoneOfItsKind");
        let twice = Record::new("1", [plugin("x.Value", "predicate"), plugin("y.Value", "predicate")]);
        assert_eq!(twice.find("Value", &["predicate"]), Found::None);
    }
}
