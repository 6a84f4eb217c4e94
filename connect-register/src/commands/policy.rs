//! `policy`, and the option by which other commands take one.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use service::{Exit, Failure};

use crate::core::Variables;
use crate::core::policy::{DEFAULT, Policy};
use crate::sources::environment::names;
use crate::sources::policy;

/// Show what connectors may hold by default
///
/// With --policy, `validate`, `plan` and `apply` refuse configurations that hold what a policy does not
/// allow, before the worker is asked anything; `watch` does so by default. The policy that is printed
/// is that of `--policy default`, and what a policy file with `extends: default` adds to.
///
/// Example: connect-register policy show > policy.yaml
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the built-in policy, as a file to begin with
    ///
    /// Example: connect-register policy show | less
    Show,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let Command::Show = args.command;
    service::output::print(DEFAULT)?;
    Ok(Exit::Ok)
}

/// What connectors may hold.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct PolicyArgs {
    /// What connectors may hold: a policy file, `default` (see `policy show`), or `none`
    #[arg(long, env = names::POLICY, hide_env_values = true, value_name = "FILE|default|none")]
    policy: Option<String>,
}

impl PolicyArgs {
    /// The default policy, where none is named.
    #[must_use]
    pub(super) fn or_default(&self) -> Self {
        let named = self.policy.clone().filter(|named| !named.is_empty());
        Self { policy: Some(named.unwrap_or_else(|| "default".to_owned())) }
    }

    /// The file that it stands in.
    pub(super) fn file(&self) -> Option<PathBuf> {
        self.policy.as_deref().filter(|policy| !matches!(*policy, "" | "none" | "default")).map(PathBuf::from)
    }

    /// The policy; `None` where nothing is refused.
    pub(super) fn read(&self, variables: &Variables) -> Result<Option<Policy>, Failure> {
        match self.policy.as_deref() {
            None | Some("" | "none") => Ok(None),
            Some("default") => policy::built_in(variables).map(Some),
            Some(file) => policy::read(Path::new(file), variables).map(Some),
        }
    }
}
