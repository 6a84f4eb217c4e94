//! A plug-in of a worker and the keys that it defines: what Connect tells of itself, as values. Asking
//! a worker for them is not here.

use serde::{Deserialize, Serialize};

/// A plug-in of a worker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Plugin {
    /// Its class, by its full name.
    pub class: String,
    /// `sink`, `source`, `converter`, `transformation`, `predicate` and others; empty where the worker
    /// does not say.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its version, as far as it has one.
    pub version: Option<String>,
}

/// A key that a plug-in defines, as `GET /connector-plugins/{class}/config` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyDefinition {
    /// The key.
    pub name: String,
    /// `STRING`, `INT`, `PASSWORD`, `CLASS` and others.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether a configuration is wrong without it.
    pub required: bool,
    /// What holds where it is absent; never that of a `PASSWORD`.
    pub default_value: Option<String>,
    /// `HIGH`, `MEDIUM` or `LOW`.
    pub importance: String,
    /// What it is for.
    pub documentation: String,
}

impl Plugin {
    /// Whether it is a connector, as far as the worker says.
    pub fn is_connector(&self) -> bool {
        matches!(&*self.kind, "sink" | "source" | "")
    }

    /// The short names by which Connect finds it too, where no other plug-in has them: the simple name
    /// of its class, and that without the word for its kind.
    pub fn aliases(&self) -> Vec<&str> {
        let simple = self.class.rsplit(['.', '$']).next().unwrap_or(&self.class);
        let word = match &*self.kind {
            "sink" | "source" => "Connector",
            "converter" => "Converter",
            "header_converter" => "HeaderConverter",
            "transformation" => "Transformation",
            "predicate" => "Predicate",
            _ => return vec![simple],
        };
        match simple.rfind(word) {
            Some(at) if at > 0 => vec![simple, &simple[..at]],
            _ => vec![simple],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Plugin;

    #[test]
    fn a_plug_in_has_the_short_names_that_connect_gives_it() {
        let aliases = |class: &str, kind: &str| {
            let plugin = Plugin { class: class.to_owned(), kind: kind.to_owned(), version: None };
            plugin.aliases().join(" ")
        };
        assert_eq!(aliases("a.FileStreamSinkConnector", "sink"), "FileStreamSinkConnector FileStreamSink");
        assert_eq!(aliases("a.JsonConverter", "converter"), "JsonConverter Json");
        assert_eq!(aliases("a.SetSchemaMetadata$Value", "transformation"), "Value");
        assert_eq!(aliases("Connector", "sink"), "Connector");
    }
}
