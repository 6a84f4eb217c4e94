//! Asking a worker for what its plug-ins define. A worker that will not tell of one (it is older than
//! Kafka 3.2, or the plug-in throws) keeps nothing else from being known.

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::Instant;

use super::access::ConnectReader;
use super::persist::persist;
use crate::core::record::RecordedPlugin;
use crate::core::{Backoff, Class, Fault, KeyDefinition, Plugin, Record};

/// The kinds of plug-ins that a worker tells the keys of.
const DEFINING: [&str; 6] = ["sink", "source", "converter", "header_converter", "transformation", "predicate"];

/// What a class defines; `None` where the worker would not tell.
///
/// # Errors
/// When the worker cannot be asked at all.
pub async fn definition(
    reader: &impl ConnectReader,
    class: &str,
    deadline: Instant,
    backoff: &Backoff,
) -> Result<Option<Vec<KeyDefinition>>, Fault> {
    match persist(deadline, backoff, || reader.definition(class)).await {
        Ok(keys) => Ok(Some(keys)),
        Err(fault) if matches!(fault.class, Class::Denied | Class::Unreachable | Class::Transient) => Err(fault),
        Err(fault) => {
            tracing::debug!(%fault, "no definition");
            Ok(None)
        }
    }
}

/// The keys of each class that are defined as passwords. Classes of which the worker would not tell are
/// not among them.
///
/// # Errors
/// When the worker cannot be asked at all.
pub async fn passwords<'a>(
    reader: &impl ConnectReader,
    classes: impl IntoIterator<Item = &'a str>,
    deadline: Instant,
    backoff: &Backoff,
) -> Result<BTreeMap<String, BTreeSet<String>>, Fault> {
    let classes: BTreeSet<&str> = classes.into_iter().collect();
    let mut passwords = BTreeMap::new();
    for class in classes {
        if let Some(keys) = definition(reader, class, deadline, backoff).await? {
            let secret = keys.into_iter().filter(|key| key.kind == "PASSWORD").map(|key| key.name);
            passwords.insert(class.to_owned(), secret.collect());
        }
    }
    Ok(passwords)
}

/// All that a worker tells of its plug-ins. `on_plugin` is told which one is asked for.
///
/// # Errors
/// When the worker cannot be asked.
pub async fn record(
    reader: &impl ConnectReader,
    deadline: Instant,
    backoff: &Backoff,
    mut on_plugin: impl FnMut(&Plugin),
) -> Result<Record, Fault> {
    let worker = persist(deadline, backoff, || reader.worker()).await?;
    let mut plugins = persist(deadline, backoff, || reader.all_plugins()).await?;
    plugins.sort();
    plugins.dedup();
    let mut recorded = Vec::new();
    for plugin in plugins {
        on_plugin(&plugin);
        let is_defining = plugin.kind.is_empty() || DEFINING.contains(&&*plugin.kind);
        let keys = if is_defining { definition(reader, &plugin.class, deadline, backoff).await? } else { None };
        recorded.push(RecordedPlugin { plugin, keys });
    }
    Ok(Record::new(worker.version, recorded))
}
