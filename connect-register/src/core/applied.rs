//! What was last applied, remembered as one extra key in the connector's own configuration: the name
//! of the set that manages it, and a fingerprint of the secrets it was rendered with. No store of
//! ours: two sidecars agree, and a rotated secret is told from a masked one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use service::Secret;
use sha2::Sha256;

/// The extra key. Connect and its connectors ignore keys that they do not define.
pub const KEY: &str = "connect-register.applied";

/// The set there is where none is named.
pub const DEFAULT_SET: &str = "default";

/// What the key holds, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The set that manages the connector.
    pub set: String,
    /// The fingerprint of its secrets.
    pub secrets: Fingerprint,
}

impl Applied {
    /// What is remembered of a connector of a set.
    pub fn new(set: impl Into<String>, secrets: Fingerprint) -> Self {
        Self { set: set.into(), secrets }
    }

    /// Reads what was remembered; `None` where it is not ours to read.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A struct of two strings always serialises.
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// A keyed fingerprint of the values of secrets: `none` where there are no secrets, `unknown` where
/// it cannot be known, else `hmac-sha256:<id of the key>:<mac>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Fingerprint {
    /// The template names no secret.
    None,
    /// No key, or a secret whose value this process was not given.
    Unknown,
    /// Known.
    Known {
        /// Tells keys apart, so that two sidecars with different keys do not fight.
        key: String,
        /// The HMAC-SHA256 in hexadecimal digits.
        mac: String,
    },
}

/// What two fingerprints say about the secrets behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretsVerdict {
    /// The same values.
    Unchanged,
    /// Other values.
    Rotated,
    /// It cannot be told.
    Unknown,
}

/// The key of fingerprints.
#[derive(Clone, Debug)]
pub struct FingerprintKey(Secret);

impl FingerprintKey {
    /// A key; anything but empty will do, 32 random bytes are best.
    pub fn new(key: Secret) -> Self {
        Self(key)
    }

    pub(super) fn mac<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose().as_bytes()).ok()?;
        for part in parts {
            // The length in front keeps ("a", "bc") and ("ab", "c") apart.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let digits =
            |byte: &u8| [byte >> 4, byte & 0xf].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]));
        Some(mac.finalize().into_bytes().iter().flat_map(digits).collect())
    }
}

impl Fingerprint {
    /// The fingerprint of the secrets named, where key and values are known.
    pub fn of(names: &BTreeSet<String>, values: &BTreeMap<String, Secret>, key: Option<&FingerprintKey>) -> Self {
        if names.is_empty() {
            return Self::None;
        }
        let parts: Option<Vec<&str>> =
            names.iter().flat_map(|name| [Some(name.as_str()), values.get(name).map(Secret::expose)]).collect();
        let known = key.zip(parts).and_then(|(key, parts)| {
            let id = key.mac(["connect-register fingerprint key"])?;
            Some(Self::Known { key: id.get(..8)?.to_owned(), mac: key.mac(parts)? })
        });
        known.unwrap_or(Self::Unknown)
    }

    /// Compares what was applied with what would be.
    pub fn compare(&self, applied: Option<&Self>) -> SecretsVerdict {
        match (self, applied) {
            (Self::None, _) => SecretsVerdict::Unchanged,
            (Self::Known { key, mac }, Some(Self::Known { key: other_key, mac: other })) if key == other_key => {
                if mac == other { SecretsVerdict::Unchanged } else { SecretsVerdict::Rotated }
            }
            _ => SecretsVerdict::Unknown,
        }
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        match fingerprint {
            Fingerprint::None => "none".to_owned(),
            Fingerprint::Unknown => "unknown".to_owned(),
            Fingerprint::Known { key, mac } => format!("hmac-sha256:{key}:{mac}"),
        }
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "none" => Ok(Self::None),
            "unknown" => Ok(Self::Unknown),
            other => other
                .strip_prefix("hmac-sha256:")
                .and_then(|rest| rest.split_once(':'))
                .map(|(key, mac)| Self::Known { key: key.to_owned(), mac: mac.to_owned() })
                .ok_or_else(|| "this is no fingerprint".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(value: &str, key: Option<&str>) -> Fingerprint {
        let key = key.map(|key| FingerprintKey::new(Secret::new(key)));
        let values = BTreeMap::from([("PW".to_owned(), Secret::new(value))]);
        Fingerprint::of(&BTreeSet::from(["PW".to_owned()]), &values, key.as_ref())
    }

    #[test]
    fn a_rotated_secret_is_told_from_an_unchanged_and_from_an_unknown_one() {
        let before = fingerprint("a", Some("k"));
        assert_eq!(fingerprint("a", Some("k")).compare(Some(&before)), SecretsVerdict::Unchanged);
        assert_eq!(fingerprint("b", Some("k")).compare(Some(&before)), SecretsVerdict::Rotated);
        for unknown in [fingerprint("b", Some("other key")), fingerprint("b", None)] {
            assert_eq!(unknown.compare(Some(&before)), SecretsVerdict::Unknown);
        }
        assert_eq!(before.compare(None), SecretsVerdict::Unknown);
        assert_eq!(before.compare(Some(&Fingerprint::Unknown)), SecretsVerdict::Unknown);
    }

    #[test]
    fn what_is_remembered_survives_the_way_through_connect_and_holds_no_secret() {
        for fingerprint in [Fingerprint::None, Fingerprint::Unknown, fingerprint("canary", Some("k"))] {
            let applied = Applied::new("default", fingerprint);
            assert_eq!(Applied::parse(&applied.to_string()), Some(applied.clone()));
            assert!(!applied.to_string().contains("canary"));
            assert!(!applied.to_string().contains("${"));
        }
        assert_eq!(Applied::parse("made by hand"), None);
    }
}
