//! What the connectors of a cluster tell: which have failed, which secrets can be read by whoever asks,
//! and whether what they refer to can be resolved.

use std::collections::BTreeMap;

use super::{Check, some};
use crate::core::{Observation, Verdict, payload, plain, redact, reference};

/// Which connectors have failed.
pub fn failed(observation: &Observation) -> Check {
    const NAME: &str = "connectors";
    let (mut failed, mut starting) = (Vec::new(), Vec::new());
    for (name, observed) in observation {
        match Verdict::of(observed.status.as_ref()) {
            Verdict::Failed { .. } => failed.push(name.to_string()),
            Verdict::Starting | Verdict::Missing => starting.push(name.to_string()),
            Verdict::Running | Verdict::Paused | Verdict::Stopped => {}
        }
    }
    let count = observation.len();
    if !failed.is_empty() {
        let message = format!("{} of {count} have failed: {}", failed.len(), some(&failed));
        return Check::fail(NAME, message, "`connect-register status` tells why, in words");
    }
    if !starting.is_empty() {
        let message = format!("{} of {count} are not running yet: {}", starting.len(), some(&starting));
        return Check::warn(NAME, message, "ask again: after a lost worker its tasks wait for up to five minutes");
    }
    Check::ok(NAME, format!("{count}, none failed"))
}

/// Whether secrets stand in configurations so that whoever asks the worker can read them. Only names are
/// told.
pub fn exposed(observation: &Observation) -> Check {
    const NAME: &str = "secrets";
    let (mut plain_text, mut masked) = (Vec::new(), 0_usize);
    for (name, observed) in observation {
        for (key, value) in &observed.config {
            if payload::is_masked(value) {
                masked += 1;
            } else if !value.is_empty() && redact::is_sensitive(key, value) {
                plain_text.push(format!("{name} {}", plain::line(key)));
            }
        }
    }
    match (plain_text.len(), masked) {
        (0, 0) => Check::ok(NAME, "none stands in a configuration"),
        (0, masked) => Check::ok(NAME, format!("the worker masks them ({masked})")),
        (count, _) => Check::warn(
            NAME,
            format!("{count} can be read by whoever may ask the worker: {}", some(&plain_text)),
            "change them, and put references in their places, such as ${env:NAME}; `apply` does so by itself",
        ),
    }
}

/// The names of the config providers that configurations refer to, each with a class that does.
pub fn referred(observation: &Observation) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for observed in observation.values() {
        let Some(class) = observed.config.get("connector.class") else { continue };
        for reference in observed.config.values().flat_map(|value| reference::find(value)) {
            found.entry(reference.provider).or_insert_with(|| class.clone());
        }
    }
    found
}

/// Whether the worker has the config providers that it should have: those that configurations refer to,
/// and `env`. Of each it is given whether it is there, as far as that can be told without asking for a
/// secret, and whether a configuration refers to it.
pub fn providers(found: &BTreeMap<String, (Option<bool>, bool)>) -> Check {
    const NAME: &str = "config providers";
    let of = |wanted: Option<bool>, is_used: Option<bool>| -> Vec<String> {
        let is_so = |(is, used): &(Option<bool>, bool)| *is == wanted && is_used.is_none_or(|is_used| *used == is_used);
        found.iter().filter(|(_, found)| is_so(found)).map(|(name, _)| plain::line(name)).collect()
    };
    let missing = of(Some(false), Some(true));
    if !missing.is_empty() {
        return Check::fail(
            NAME,
            format!("connectors refer to {}, which the worker does not have", some(&missing)),
            "set config.providers of the worker, and restart it; until then the text of a reference is the value",
        );
    }
    let unused = of(Some(false), Some(false));
    if !unused.is_empty() {
        return Check::warn(
            NAME,
            format!("the worker does not have {}", some(&unused)),
            "secrets go by reference where it is there: docs/adr/0006-secrets-as-references.md",
        );
    }
    let (there, unknown) = (of(Some(true), None), of(None, None));
    let mut message = if there.is_empty() { String::new() } else { some(&there) };
    if !unknown.is_empty() {
        let told = format!("of {} it cannot be told without a secret", some(&unknown));
        message = if message.is_empty() { told } else { format!("{message}; {told}") };
    }
    Check::ok(NAME, message)
}
