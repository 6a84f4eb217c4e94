//! Asking a worker whether a template is right, before anything is written: its plug-in's own
//! validation, keys it does not know, and config providers it does not have.

use std::collections::{BTreeMap, BTreeSet};

use super::access::{ConnectReader, ProviderVerdict};
pub use crate::core::lint::Subject;
use crate::core::lint::{self, UnknownKeys};
use crate::core::{Class, Entry, Fault, Mistake, Spec};

/// What the worker has against a spec.
///
/// # Errors
/// When the worker cannot be asked.
pub async fn inspect(reader: &impl ConnectReader, spec: &Spec, policy: UnknownKeys) -> Result<Vec<Mistake>, Fault> {
    let keys: Vec<_> = spec.entries.iter().map(|entry| (entry.key.clone(), entry.place.clone())).collect();
    let subject = Subject { name: spec.name.as_str(), place: &spec.place, keys: &keys, entries: &spec.entries };
    let mut mistakes = inspect_subject(reader, subject, policy).await?;
    // What is left to others is not ours to judge: the worker may have values that are not declared.
    mistakes.retain(|mistake| !mistake.key.as_ref().is_some_and(|key| spec.ignored.has(key)));
    Ok(mistakes)
}

/// What the worker has against a template that may not be complete.
///
/// # Errors
/// When the worker cannot be asked.
pub async fn inspect_subject(
    reader: &impl ConnectReader,
    subject: Subject<'_>,
    policy: UnknownKeys,
) -> Result<Vec<Mistake>, Fault> {
    let config: BTreeMap<String, String> =
        subject.entries.iter().map(|entry| (entry.key.clone(), entry.value.expose().to_owned())).collect();
    let Some(class) = config.get("connector.class").cloned() else { return Ok(Vec::new()) };
    let mut body = config.clone();
    body.insert("name".to_owned(), subject.name.to_owned());
    let validation = match reader.validate(&class, body).await {
        Err(fault) if fault.class == Class::UnknownPlugin => return no_such_class(reader, &subject, &class).await,
        other => other?,
    };
    let mut mistakes = lint::findings(&class, &subject, &validation, policy);
    mistakes.extend(missing_providers(reader, subject.entries, &class).await?);
    Ok(mistakes)
}

async fn no_such_class(reader: &impl ConnectReader, subject: &Subject<'_>, class: &str) -> Result<Vec<Mistake>, Fault> {
    let plugins = reader.plugins().await?;
    let place = subject.place_of("connector.class");
    let mistake = Mistake::new(place, format!("the worker has no connector {class:?}")).of_key("connector.class");
    let hint = match lint::nearest_class(class, &plugins) {
        Some(near) => format!("did you mean `{near}`?"),
        None if plugins.is_empty() => "it has none at all; look at its plugin.path".to_owned(),
        None => format!("it has {}", plugins.join(", ")),
    };
    Ok(vec![mistake.hint(hint)])
}

/// The references to providers that the worker does not have: it would take the text literally.
///
/// # Errors
/// When the worker cannot be asked.
pub async fn missing_providers(
    reader: &impl ConnectReader,
    entries: &[Entry],
    class: &str,
) -> Result<Vec<Mistake>, Fault> {
    let of_entry = |entry: &Entry| crate::core::reference::find(entry.value.expose());
    let providers: BTreeSet<String> = entries.iter().flat_map(of_entry).map(|found| found.provider).collect();
    let mut mistakes = Vec::new();
    for provider in providers {
        if reader.provider(class, &provider).await? != ProviderVerdict::Missing {
            continue;
        }
        for entry in entries {
            if let Some(reference) = of_entry(entry).into_iter().find(|reference| reference.provider == provider) {
                let message = format!(
                    "the worker has no config provider named {provider:?}; it would take ${{{provider}:{}}} literally",
                    reference.key
                );
                let mistake = Mistake::new(entry.place.clone(), message).of_key(&*entry.key);
                mistakes.push(mistake.hint(provider_hint(&provider)));
            }
        }
    }
    Ok(mistakes)
}

fn provider_hint(provider: &str) -> String {
    if provider == "env" {
        "give the worker config.providers=env and \
         config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider \
         (Kafka 3.6 or newer), or use --secrets inline"
            .to_owned()
    } else {
        format!("give the worker config.providers={provider} and config.providers.{provider}.class")
    }
}
