//! Which set the templates are, and whether what is declared no more is deleted: only what carries
//! the name of the set, and only after somebody has agreed.

use std::collections::BTreeSet;
use std::sync::Arc;

use service::{Exit, Failure};

use super::consent;
use crate::core::applied::DEFAULT_SET;
use crate::core::{ConnectorName, Prune, Spec};
use crate::sources::Loaded;
use crate::sources::environment::names;

/// Which set the templates are.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SetArgs {
    /// The name of this set of templates: connectors carry it, and `--prune` deletes only those that do
    #[arg(long, env = names::SET_NAME, hide_env_values = true, value_name = "NAME", default_value = DEFAULT_SET, value_parser = set_name)]
    set_name: String,
}

fn set_name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() || text.chars().any(char::is_control) || text.contains("${") {
        return Err("a name of a set is not empty, and has neither control characters nor ${".to_owned());
    }
    Ok(text.to_owned())
}

impl SetArgs {
    /// The name.
    pub(super) fn name(&self) -> &str {
        &self.set_name
    }

    /// The specs as those of this set.
    pub(super) fn own(&self, mut specs: Vec<Arc<Spec>>) -> Vec<Arc<Spec>> {
        if self.set_name != DEFAULT_SET {
            for spec in &mut specs {
                if let Some(applied) = &mut Arc::make_mut(spec).applied {
                    applied.set.clone_from(&self.set_name);
                }
            }
        }
        specs
    }
}

/// Whether what is declared no more is deleted.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct PruneArgs {
    /// Delete connectors that carry the name of this set and are declared no more
    #[arg(long)]
    prune: bool,
    /// Let --prune delete all of them where nothing is declared at all
    #[arg(long, requires = "prune")]
    allow_empty: bool,
}

impl PruneArgs {
    /// Whether it is meant that nothing is declared.
    pub(super) fn allows_empty(self) -> bool {
        self.allow_empty
    }

    /// What may be deleted. An empty input is more often a slip than a wish.
    pub(super) fn prune(self, set: &SetArgs, declared: &Loaded) -> Result<Option<Prune>, Failure> {
        if !self.prune {
            return Ok(None);
        }
        // Where there are mistakes, these are told, and nothing is deleted anyway.
        if declared.drafts.is_empty() && declared.mistakes.is_empty() && !self.allow_empty {
            let what = format!("nothing is declared, and --prune would delete all of the set {}", set.name());
            return Err(Failure::new(Exit::Usage, what).hint("if that is meant, say --allow-empty too"));
        }
        Ok(Some(Prune::of_set(set.name())))
    }
}

/// Asks on a terminal whether these may be deleted; without a terminal it is refused.
pub(super) fn agree(names: &[&ConnectorName]) -> Result<BTreeSet<ConnectorName>, Failure> {
    consent::ask(&consent::Question {
        fact: "These connectors are declared no more and will be deleted",
        offer: "Delete them?",
        unasked: "--prune would delete, and nobody can be asked",
        hint: "look at `plan --prune`, then say --yes; nothing was changed",
        names,
    })?;
    Ok(names.iter().map(|name| (*name).clone()).collect())
}
