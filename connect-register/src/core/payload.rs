//! What may be sent to a worker as a configuration. The one door for values on their way out: a value
//! that a worker or a tool has masked does not pass, for written back it would destroy the secret.

use std::collections::BTreeMap;
use std::fmt;

/// A whole configuration without masks, ready to be sent. Its `Debug` names the keys alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(BTreeMap<String, String>);

/// Changes of a configuration without masks, ready to be sent: `None` removes a key. Its `Debug`
/// names the keys alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Patch(BTreeMap<String, Option<String>>);

/// The keys whose values are masks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked(pub Vec<String>);

impl Payload {
    /// A configuration that may be sent.
    ///
    /// # Errors
    /// The keys whose values are masks.
    pub fn new(config: BTreeMap<String, String>) -> Result<Self, Masked> {
        refuse_masks(config.iter().map(|(key, value)| (key, Some(value))))?;
        Ok(Self(config))
    }

    /// The configuration, secrets exposed. Every call is a place to look at in a review.
    pub fn expose(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

impl Patch {
    /// Changes that may be sent.
    ///
    /// # Errors
    /// The keys whose values are masks.
    pub fn new(changes: BTreeMap<String, Option<String>>) -> Result<Self, Masked> {
        refuse_masks(changes.iter().map(|(key, value)| (key, value.as_ref())))?;
        Ok(Self(changes))
    }

    /// The changes, secrets exposed. Every call is a place to look at in a review.
    pub fn expose(&self) -> &BTreeMap<String, Option<String>> {
        &self.0
    }
}

fn refuse_masks<'a>(pairs: impl Iterator<Item = (&'a String, Option<&'a String>)>) -> Result<(), Masked> {
    let is_mask = |value: Option<&String>| value.is_some_and(|value| is_masked(value));
    let masked: Vec<_> = pairs.filter(|(_, value)| is_mask(*value)).map(|(key, _)| key.clone()).collect();
    if masked.is_empty() { Ok(()) } else { Err(Masked(masked)) }
}

/// Whether a value is a mask. Confluent's workers show secrets as a run of U+2022 (BULLET), Kafka
/// prints a password as `[hidden]`, and tools, this one too, show asterisks.
pub fn is_masked(value: &str) -> bool {
    let is_run_of = |mask: char, least: usize| value.chars().count() >= least && value.chars().all(|c| c == mask);
    value == "[hidden]" || is_run_of('\u{2022}', 1) || is_run_of('*', service::secret::MASK.len())
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl fmt::Debug for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn no_mask_passes_in_a_configuration_or_in_a_patch() {
        for mask in ["•", "••••••••", "[hidden]", "****", "********", service::secret::MASK] {
            let config = pairs(&[("a", "1"), ("p", mask)]);
            assert_eq!(Payload::new(config.clone()), Err(Masked(vec!["p".to_owned()])), "{mask}");
            let patch = config.into_iter().map(|(key, value)| (key, Some(value))).collect();
            assert_eq!(Patch::new(patch), Err(Masked(vec!["p".to_owned()])), "{mask}");
        }
        for value in ["", "*", "***", ".*", "a•", "**a**", "${env:PW}", "hidden"] {
            assert!(Payload::new(pairs(&[("p", value)])).is_ok(), "{value}");
        }
        assert!(Patch::new(BTreeMap::from([("p".to_owned(), None)])).is_ok());
    }

    #[test]
    fn what_is_sent_does_not_print_itself() {
        let payload = Payload::new(pairs(&[("p", "canary")])).unwrap();
        assert_eq!(format!("{payload:?}"), r#"{"p"}"#);
    }
}
