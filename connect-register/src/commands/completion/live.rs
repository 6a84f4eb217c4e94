//! Names of what there is, for a shell: asked of the worker that the line so far names, for less than a
//! second. Nothing is said of what goes wrong, and nothing but names is shown.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use clap_complete::CompletionCandidate;

use crate::commands::access::{ConnectArgs, process};
use crate::connect::{Client, HttpTransport};
use crate::core::Fault;
use crate::reconcile::ConnectReader;
use crate::sources::contexts;

/// A person does not wait longer for a completion.
const PATIENCE: Duration = Duration::from_millis(700);
/// A shell that offers more than these offers nothing.
const MOST: usize = 2_000;
/// The key of a sink by which its topic of dead letters is found.
const DEAD_LETTERS: &str = "errors.deadletterqueue.topic.name";

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Connector,
    Class,
    Topic,
    Context,
}

impl Kind {
    /// What a value of this name is.
    pub(super) fn of(value_name: &str) -> Option<Self> {
        match value_name {
            "CONNECTOR" => Some(Self::Connector),
            "CLASS" => Some(Self::Class),
            "TOPIC" => Some(Self::Topic),
            "CONTEXT" => Some(Self::Context),
            _ => None,
        }
    }
}

/// Names that begin as the word that is being written.
pub(super) fn candidates(kind: Kind, words: &[OsString], begun: &OsStr) -> Vec<CompletionCandidate> {
    // An option is being written.
    let Some(begun) = begun.to_str().filter(|begun| !begun.starts_with('-')) else { return Vec::new() };
    let names = match kind {
        Kind::Context => contexts(),
        Kind::Connector | Kind::Class | Kind::Topic => asked(kind, words).unwrap_or_default(),
    };
    let offered = names.into_iter().filter(|name| name.starts_with(begun) && is_harmless(name));
    offered.take(MOST).map(CompletionCandidate::new).collect()
}

/// Whether a name can stand on a command line as it is: bash puts it there without quotes, where `$(…)`
/// would be run.
fn is_harmless(name: &str) -> bool {
    let is_of_it = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '+' | '/' | ',');
    !name.starts_with('-') && name.chars().all(is_of_it)
}

fn contexts() -> BTreeSet<String> {
    let read = contexts::path(&process()).and_then(|path| contexts::read(&path).ok());
    read.map(|contexts| contexts.contexts.into_keys().collect()).unwrap_or_default()
}

fn asked(kind: Kind, words: &[OsString]) -> Option<BTreeSet<String>> {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let client = ConnectArgs::written(&words).silent_client()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let names = runtime.block_on(async { tokio::time::timeout(PATIENCE, names(kind, &client)).await });
    // A resolver may still wait for its answer.
    runtime.shutdown_background();
    names.ok()?.ok()
}

async fn names(kind: Kind, client: &Client<HttpTransport>) -> Result<BTreeSet<String>, Fault> {
    match kind {
        Kind::Connector => Ok(client.names().await?.into_iter().collect()),
        Kind::Class => Ok(client.all_plugins().await?.into_iter().map(|plugin| plugin.class).collect()),
        Kind::Topic => {
            let observed = client.observe().await?;
            Ok(observed.values().filter_map(|observed| observed.config.get(DEAD_LETTERS).cloned()).collect())
        }
        Kind::Context => Ok(BTreeSet::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_could_run_is_not_offered() {
        for name in ["pg-sales", "a.b_c@d+e/f,g", "été"] {
            assert!(is_harmless(name), "{name}");
        }
        for name in [
            "$(id)",
            "`id`",
            "a;b",
            "a b",
            "a|b",
            "a&b",
            "a>b",
            "*",
            "a\nb",
            "a\u{1b}[2J",
            "-rf",
            "~a",
            "'",
            "\"",
            "a:b",
        ] {
            assert!(!is_harmless(name), "{name:?}");
        }
    }
}
