//! The name of a connector. What Connect itself refuses is refused here, before it is sent.

use std::fmt;

use serde::{Serialize, Serializer};

use super::plain;

/// A connector's name: not empty, without control characters. `Display` is safe on a terminal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectorName(String);

impl ConnectorName {
    /// Takes a name that somebody declared.
    ///
    /// # Errors
    /// Why it is no name, where it is none.
    pub fn parse(name: &str) -> Result<Self, String> {
        if name.trim().is_empty() {
            return Err("the name is empty".to_owned());
        }
        if name.chars().any(char::is_control) {
            return Err(format!("the name {:?} has a control character; Connect refuses it", plain::line(name)));
        }
        if matches!(name, "." | "..") {
            return Err(format!("the name {name:?} cannot stand in a URL"));
        }
        Ok(Self(name.to_owned()))
    }

    /// Takes a name as a worker reports it, whatever it is.
    pub fn reported(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as Connect knows it; for requests, not for showing.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&plain::line(&self.0))
    }
}

impl Serialize for ConnectorName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::ConnectorName;

    #[test]
    fn a_name_that_connect_would_refuse_is_refused_here() {
        assert!(ConnectorName::parse("pg-sales-jdbc-sink").is_ok());
        for bad in ["", "  ", ".", "..", "a\nb", "a\u{1b}[2J"] {
            assert!(ConnectorName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_reported_name_cannot_drive_the_terminal() {
        assert_eq!(ConnectorName::reported("a\u{1b}]0;x\u{7}b").to_string(), "a�]0;x�b");
    }
}
