//! `context`: the clusters that somebody works with, by name, in a file that holds no secret.

mod set;
mod shown;

use std::path::PathBuf;

use clap::Subcommand;
use service::{Exit, Failure};

use super::access::process;
use crate::core::context::{Contexts, check_name};
use crate::sources::contexts::{path, read, warning, write};
use crate::sources::environment::names;

/// Name the clusters that you work with, and choose among them with --context
///
/// A context is where the workers of a cluster are, and where the secrets are that let you in: in a
/// variable, a file, or what a command prints, and never in the file itself. What the command line and
/// the environment set goes before a context. They are kept in `$CONNECT_REGISTER_CONFIG`, else in
/// `~/.config/connect-register/config.yaml`.
///
/// Example: `connect-register context set prod --url https://connect:8083 --username me --password-env PROD_PASSWORD`
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(shown::ListArgs),
    Show(shown::ShowArgs),
    Use(UseArgs),
    Set(set::Args),
    Delete(DeleteArgs),
}

/// Make a context the current one: it counts where no other one and no address is named
///
/// Example: connect-register context use prod
#[derive(Debug, clap::Args)]
struct UseArgs {
    /// The context
    #[arg(value_name = "CONTEXT")]
    name: String,
}

/// Delete a context; the secrets that it refers to stay where they are
///
/// Example: connect-register context delete prod
#[derive(Debug, clap::Args)]
struct DeleteArgs {
    /// The context
    #[arg(value_name = "CONTEXT")]
    name: String,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let file = File::open()?;
    match &args.command {
        Command::List(args) => shown::list(args, &file)?,
        Command::Show(args) => shown::show(args, &file)?,
        Command::Use(args) => choose(args, file)?,
        Command::Set(args) => set::run(args, file)?,
        Command::Delete(args) => delete(args, file)?,
    }
    Ok(Exit::Ok)
}

/// The file of contexts as it is.
struct File {
    path: PathBuf,
    contexts: Contexts,
}

impl File {
    fn open() -> Result<Self, Failure> {
        let path = path(&process()).ok_or_else(|| {
            Failure::new(Exit::Invalid, "there is no place for contexts: HOME is not set")
                .hint(format!("{} names the file of contexts", names::CONTEXTS))
        })?;
        if let Some(warning) = warning(&path) {
            tracing::warn!("{warning}");
        }
        Ok(Self { contexts: read(&path)?, path })
    }

    fn save(&self) -> Result<(), Failure> {
        write(&self.path, &self.contexts)
    }

    /// Checks that there is a context of this name.
    fn require(&self, name: &str) -> Result<(), Failure> {
        self.contexts.find(name).map(|_| ()).map_err(|next| {
            Failure::new(Exit::Invalid, format!("there is no context {name:?} in {}", self.path.display())).hint(next)
        })
    }
}

fn choose(args: &UseArgs, mut file: File) -> Result<(), Failure> {
    file.require(&args.name)?;
    file.contexts.current = Some(args.name.clone());
    file.save()?;
    tracing::info!("{} is the current context", args.name);
    Ok(())
}

fn delete(args: &DeleteArgs, mut file: File) -> Result<(), Failure> {
    file.require(&args.name)?;
    file.contexts.contexts.remove(&args.name);
    let was_current = file.contexts.current.as_ref() == Some(&args.name);
    if was_current {
        file.contexts.current = None;
    }
    file.save()?;
    let none = if was_current { ", and none is current now" } else { "" };
    tracing::info!("the context {} is deleted{none}", args.name);
    Ok(())
}

/// Reads the name of a new context.
fn new_name(text: &str) -> Result<String, &'static str> {
    check_name(text).map(|()| text.to_owned())
}
