//! A configuration value as it will be sent: plain text, or text that holds a secret and shows
//! itself as `****` wherever it is printed.

use std::fmt;

use serde::{Serialize, Serializer};
use service::Secret;

/// A rendered value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text that may be shown.
    Plain(String),
    /// Text of which at least a part is secret; shown as a mask, whole.
    Secret(Secret),
}

impl Value {
    /// A value that may be shown unless `key` or the value itself says otherwise.
    pub fn of_key(key: &str, text: impl Into<String>) -> Self {
        let text = text.into();
        if super::redact::is_sensitive(key, &text) { Self::Secret(Secret::new(text)) } else { Self::Plain(text) }
    }

    /// The text that is sent to Connect. Every call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(secret) => secret.expose(),
        }
    }

    /// Whether it holds a secret.
    pub fn is_secret(&self) -> bool {
        matches!(self, Self::Secret(_))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(&super::plain::line(text)),
            Self::Secret(secret) => secret.fmt(f),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(text) => serializer.serialize_str(text),
            Self::Secret(secret) => secret.serialize(serializer),
        }
    }
}
