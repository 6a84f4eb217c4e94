//! All mistakes in one run: those of the templates, and those that only the worker can see. A
//! template that could not be rendered whole is shown to the worker as far as it goes.

use service::Failure;
use tokio::time::Instant;

use super::options::backoff;
use super::progress::Progress;
use crate::core::lint::UnknownKeys;
use crate::core::{ConnectorName, Draft, Fault, Mistake};
use crate::reconcile::ConnectReader;
use crate::reconcile::inspect::{Subject, inspect_subject};
use crate::reconcile::persist::persist;
use crate::sources::Loaded;
use crate::sources::templates::invalid;

/// What the worker has against the drafts.
pub(super) async fn ask(
    reader: &impl ConnectReader,
    drafts: &[Draft],
    policy: UnknownKeys,
    deadline: Instant,
) -> Result<Vec<Mistake>, Fault> {
    let (mut mistakes, backoff) = (Vec::new(), backoff());
    for draft in drafts {
        let name = draft.name.as_ref().map_or("unnamed", ConnectorName::as_str);
        let subject = Subject { name, place: &draft.place, keys: &draft.keys, entries: &draft.entries };
        mistakes.extend(persist(deadline, &backoff, || inspect_subject(reader, subject, policy)).await?);
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
