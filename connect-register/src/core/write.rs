//! Which requests make a connector as declared: PUT, POST or PATCH of its configuration, and its
//! state, in an order in which it never runs for a moment what it is not to run. Sending is not here.

use std::collections::BTreeMap;

use super::applied::{self, Applied, Fingerprint};
use super::payload::{Masked, is_masked};
use super::{
    Comparison, DesiredState, Difference, KafkaVersion, Mistake, ObservedConfig, Patch, Payload, Spec, compare,
};

/// One request that changes a connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Replaces the whole configuration, or creates it.
    Put(Payload),
    /// Creates the connector in a state (Kafka 3.7 and newer).
    Create(Payload, DesiredState),
    /// Changes single keys; all others keep the values that the worker has (Kafka 3.8 and newer).
    Patch(Patch),
    /// Asks for a state.
    State(DesiredState),
    /// Deletes the connector.
    Delete,
}

/// What is done about values that the worker masks, and that nobody could restore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Care {
    /// What is declared is written.
    #[default]
    Declared,
    /// What could not be restored is not touched.
    Reversible,
}

/// Whether the version of the worker decides which requests these are.
pub fn needs_version(spec: &Spec, seen: Option<&ObservedConfig>, difference: &Difference, care: Care) -> bool {
    let Some(seen) = seen else { return !matches!(spec.state, None | Some(DesiredState::Running)) };
    let asks_to_stop = difference.state.as_ref().is_some_and(|change| change.after == DesiredState::Stopped);
    let keeps = seen.keys().any(|key| spec.ignored.has(key));
    let is_careful = care == Care::Reversible && seen.values().any(|value| is_masked(value));
    asks_to_stop || !difference.action.is_nothing() && (keeps || is_careful)
}

/// The requests, in their order. `seen` is what the worker has, `worker` its version where that is
/// known; an unknown one counts as old.
///
/// # Errors
/// Why the connector cannot be made as declared on this worker.
pub fn writes(
    spec: &Spec,
    seen: Option<&ObservedConfig>,
    difference: &Difference,
    worker: Option<KafkaVersion>,
    care: Care,
) -> Result<Vec<Write>, Vec<Mistake>> {
    let state = difference.state.as_ref().map(|change| change.after);
    if state == Some(DesiredState::Stopped) && worker.is_some_and(|version| !version.has_stop()) {
        let mistake = Mistake::new(spec.place.clone(), format!("{}: the worker cannot stop a connector", spec.name));
        return Err(vec![mistake.hint("that takes Kafka 3.5 or newer; `paused` is known to all")]);
    }
    let Some(seen) = seen else {
        let payload = Payload::new(spec.payload()).map_err(|masked| masks(spec, &masked))?;
        return Ok(match state.filter(|state| *state != DesiredState::Running) {
            Some(state) if worker.is_some_and(KafkaVersion::has_initial_state) => vec![Write::Create(payload, state)],
            Some(state) => vec![Write::Put(payload), Write::State(state)],
            None => vec![Write::Put(payload)],
        });
    };
    let config = if difference.action.is_nothing() { None } else { Some(update(spec, seen, worker, care)?) };
    let state = state.map(Write::State);
    // On its way to a pause it does not run the new configuration, and on its way back not the old one.
    Ok(match state {
        Some(Write::State(DesiredState::Running)) | None => config.into_iter().chain(state).collect(),
        Some(_) => state.into_iter().chain(config).collect(),
    })
}

/// A PUT replaces everything: it will do where there is nothing to keep, or what is to be kept can be
/// sent along. Else it takes a PATCH.
fn update(spec: &Spec, seen: &ObservedConfig, worker: Option<KafkaVersion>, care: Care) -> Result<Write, Vec<Mistake>> {
    let comparison = compare(spec, seen);
    let is_kept = |key: &str| spec.ignored.has(key) && !super::diff::is_workers_own(key);
    let untouchable = care == Care::Reversible && !comparison.cannot_tell.is_empty();
    if untouchable || seen.keys().any(|key| is_kept(key)) {
        if worker.is_some_and(KafkaVersion::has_patch) {
            let patch = Patch::new(patch(spec, seen, &comparison, care)).map_err(|masked| masks(spec, &masked))?;
            return Ok(Write::Patch(patch));
        }
        let without_patch = |key: &String| {
            let message = "the worker masks it, and without PATCH a write would destroy it";
            let mistake = Mistake::new(spec.place_of(key), format!("{}: {message}", spec.name)).of_key(key);
            mistake.hint("PATCH takes Kafka 3.8 or newer; a key that is declared, and not ignored, can be written")
        };
        let kept_masks = seen.iter().filter(|(key, value)| is_kept(key) && is_masked(value)).map(|(key, _)| key);
        let untouchable = comparison.cannot_tell.iter().filter(|_| untouchable);
        let lost: Vec<_> = kept_masks.chain(untouchable).map(without_patch).collect();
        if !lost.is_empty() {
            return Err(lost);
        }
    }
    let mut payload = spec.payload();
    payload.retain(|key, _| !is_kept(key));
    payload.extend(seen.iter().filter(|(key, _)| is_kept(key)).map(|(key, value)| (key.clone(), value.clone())));
    Payload::new(payload).map(Write::Put).map_err(|masked| masks(spec, &masked))
}

/// The keys that change, and what is remembered beside them.
fn patch(spec: &Spec, seen: &ObservedConfig, comparison: &Comparison, care: Care) -> BTreeMap<String, Option<String>> {
    let after = |value: &super::Value| value.expose().to_owned();
    let mut patch: BTreeMap<_, _> =
        comparison.changes.iter().map(|change| (change.key.clone(), change.after.as_ref().map(after))).collect();
    let declared = spec.entries.iter().filter(|entry| !spec.ignored.has(&entry.key));
    let is_masked_now = |key: &str| seen.get(key).is_some_and(|value| is_masked(value));
    let mut applied = spec.applied.clone();
    match care {
        // What may differ behind a mask is written, as a PUT would.
        Care::Declared => patch.extend(
            declared
                .filter(|entry| is_masked_now(&entry.key))
                .map(|entry| (entry.key.clone(), Some(after(&entry.value)))),
        ),
        // What is left as it was is remembered as it was.
        Care::Reversible if !comparison.cannot_tell.is_empty() => {
            let before = seen.get(applied::KEY).and_then(|text| Applied::parse(text)).map(|applied| applied.secrets);
            applied = applied.map(|applied| Applied { secrets: before.unwrap_or(Fingerprint::Unknown), ..applied });
        }
        Care::Reversible => {}
    }
    let remembered = applied.map(|applied| applied.to_string());
    if spec.config().contains_key(applied::KEY) || seen.get(applied::KEY) == remembered.as_ref() {
        return patch;
    }
    patch.insert(applied::KEY.to_owned(), remembered);
    patch
}

fn masks(spec: &Spec, masked: &Masked) -> Vec<Mistake> {
    let mistake = |key: &String| {
        let mistake = Mistake::new(spec.place_of(key), format!("{}: this is a mask, not a value", spec.name));
        mistake.of_key(key).hint("a mask is never sent: it would destroy the secret")
    };
    masked.0.iter().map(mistake).collect()
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
