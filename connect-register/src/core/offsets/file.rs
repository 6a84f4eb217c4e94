//! Offsets as a file: what `offsets export` writes, what is kept before offsets are changed, and what
//! `offsets import` takes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Offsets;
use crate::core::{DesiredState, plain};

/// What the file says that it is.
pub const KIND: &str = "connect-register.offsets";
/// The version of the file's form.
pub const VERSION: u32 = 1;

/// The offsets of a connector at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// [`VERSION`]
    pub schema_version: u32,
    /// [`KIND`]
    pub kind: String,
    /// The connector.
    pub connector: String,
    /// The Kafka cluster of its workers, where they tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// When they were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Timestamp>,
    /// The state that the connector was in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<DesiredState>,
    /// Of a file that a change kept, whether the connector was stopped when they were read. Where it was not,
    /// the change has not come to touch them.
    #[serde(default, rename = "final", skip_serializing_if = "Option::is_none")]
    pub is_final: Option<bool>,
    /// What was to be done then, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The offsets.
    pub offsets: Offsets,
}

impl Backup {
    /// Reads a file; what Connect itself answers to `GET /connectors/{c}/offsets` is one too, without
    /// a name.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            kind: Option<String>,
            schema_version: Option<u32>,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Bare {
            offsets: Offsets,
        }
        let wrong = |error: serde_json::Error| format!("these are no offsets: {}", plain::line(&error.to_string()));
        let head: Head = serde_json::from_str(text).map_err(wrong)?;
        match (head.kind.as_deref(), head.schema_version) {
            (Some(KIND), Some(VERSION)) => serde_json::from_str(text).map_err(wrong),
            (Some(KIND), version) => {
                let version = version.map_or_else(|| "no version".to_owned(), |version| format!("version {version}"));
                Err(format!("it has {version}, and {VERSION} is known here"))
            }
            (Some(_), _) => Err("it is a file of another kind".to_owned()),
            (None, _) => {
                let Bare { offsets } = serde_json::from_str(text).map_err(wrong)?;
                Ok(Self {
                    schema_version: VERSION,
                    kind: KIND.to_owned(),
                    connector: String::new(),
                    cluster: None,
                    taken_at: None,
                    state: None,
                    is_final: None,
                    before: None,
                    offsets,
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_it_was_written_and_what_is_none_is_told() {
        let bare = r#"{"offsets": [{"partition": {"f": 1}, "offset": {"p": 2}}]}"#;
        let backup =
            Backup { connector: "a".to_owned(), state: Some(DesiredState::Paused), ..Backup::parse(bare).unwrap() };
        assert_eq!(Backup::parse(&serde_json::to_string(&backup).unwrap()), Ok(backup));
        let told = |text: &str| Backup::parse(text).unwrap_err();
        insta::assert_snapshot!([
            told("{"),
            told("[]"),
            told(r#"{"kind": "x", "offsets": []}"#),
            told(r#"{"kind": "connect-register.offsets", "schema_version": 2}"#),
            told(r#"{"offsets": [{"partition": {}, "offset": null}]}"#),
            told(r#"{"offsets": [], "more": 1}"#),
        ].join("\n"), @"
        these are no offsets: EOF while parsing an object at line 1 column 1
        these are no offsets: invalid length 0, expected struct Head with 2 elements at line 1 column 2
        it is a file of another kind
        it has version 2, and 1 is known here
        these are no offsets: invalid type: null, expected a map at line 1 column 45
        these are no offsets: unknown field `more`, expected `offsets` at line 1 column 22
        ");
    }
}
