//! All mistakes in one run: those of the templates, and those that only the worker can see. A
//! template that could not be rendered whole is shown to the worker as far as it goes.

use std::collections::BTreeMap;

use service::Failure;
use tokio::time::Instant;

use super::options::backoff;
use super::progress::Progress;
use crate::core::lint::{SlotKind, Subject, UnknownKeys, slots};
use crate::core::{ConnectorName, Draft, Fault, Mistake};
use crate::reconcile::ConnectReader;
use crate::reconcile::inspect::inspect_subject;
use crate::reconcile::persist::persist;
use crate::sources::Loaded;
use crate::sources::templates::invalid;

/// A draft as what is asked about.
pub(super) fn subject(draft: &Draft) -> Subject<'_> {
    let name = draft.name.as_ref().map_or("unnamed", ConnectorName::as_str);
    Subject { name, place: &draft.place, keys: &draft.keys, entries: &draft.entries }
}

/// What the worker has against the drafts.
pub(super) async fn ask(
    reader: &impl ConnectReader,
    drafts: &[Draft],
    policy: UnknownKeys,
    deadline: Instant,
) -> Result<Vec<Mistake>, Fault> {
    let (mut mistakes, backoff) = (Vec::new(), backoff());
    for draft in drafts {
        let subject = subject(draft);
        let found = persist(deadline, &backoff, || inspect_subject(reader, subject, policy)).await?;
        // What is left to others is not ours to judge.
        mistakes
            .extend(found.into_iter().filter(|found| !found.key.as_ref().is_some_and(|key| draft.ignored.has(key))));
    }
    Ok(mistakes)
}

/// The same, and slips of the pen in the keys of converters, which a worker's validation does not name
/// before Kafka 3.8: their classes are asked for what they define, each once.
pub(super) async fn ask_thoroughly(
    reader: &impl ConnectReader,
    drafts: &[Draft],
    policy: UnknownKeys,
    deadline: Instant,
) -> Result<Vec<Mistake>, Fault> {
    let mut mistakes = ask(reader, drafts, policy, deadline).await?;
    if policy == UnknownKeys::Allow {
        return Ok(mistakes);
    }
    let mut definitions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for draft in drafts {
        let subject = subject(draft);
        for slot in slots(&draft.entries) {
            let is_converter = matches!(slot.kind, SlotKind::Converter | SlotKind::HeaderConverter);
            let has_keys = subject.key_names().any(|key| key.starts_with(&slot.prefix));
            let Some(class) = slot.class.as_ref().filter(|_| is_converter && has_keys) else { continue };
            if !definitions.contains_key(class) {
                // Without a definition nothing is said.
                let defined = reader.definition(class).await.unwrap_or_default();
                definitions.insert(class.clone(), defined.into_iter().map(|key| key.name).collect());
            }
            let unknown = slot.unknown_keys(subject.key_names(), &definitions[class]);
            let ours = unknown.iter().filter(|unknown| !draft.ignored.has(&unknown.key));
            mistakes.extend(ours.map(|unknown| unknown.mistake(&subject)));
        }
    }
    Ok(mistakes)
}

/// The failure of templates with mistakes, with what the worker has to add where it can be asked.
pub(super) async fn failure(
    loaded: &Loaded,
    reader: &impl ConnectReader,
    policy: UnknownKeys,
    deadline: Instant,
) -> Failure {
    let mut mistakes = loaded.mistakes.clone();
    match ask(reader, &loaded.drafts, policy, deadline).await {
        Ok(more) => mistakes.extend(more),
        Err(fault) => Progress::new().line(&format!("the worker could not be asked about the keys: {fault}")),
    }
    mistakes.sort();
    mistakes.dedup();
    invalid(&mistakes)
}
