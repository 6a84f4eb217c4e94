//! `stack down`: stops a stack, and cleans up after one whose supervisor was killed.

use service::Exit;

use super::NameArgs;
use crate::folder::Folder;
use crate::supervise::say;
use crate::supervise::stop::{self, Stopped};

const EXAMPLES: &str = "\
Examples:
  stack down             stop the stack; its data stays
  stack down --volumes   remove its data too";

/// Arguments of `stack down`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    name: NameArgs,
    /// Remove its data, logs and password too
    #[arg(long, short)]
    volumes: bool,
}

/// Runs `stack down`.
pub(super) async fn run(args: &Args) -> anyhow::Result<Exit> {
    let name = &args.name.name;
    let folder = Folder::of(name)?;
    let (stopped, _lock) = stop::stop(&folder).await?;
    say(&match stopped {
        Stopped::Supervisor => format!("stopped the stack {name}"),
        Stopped::Leftovers(count) => format!("ended {count} processes that the stack {name} had left behind"),
        Stopped::Nothing => format!("the stack {name} was not running"),
    });
    if args.volumes {
        folder.remove()?;
        say(&format!("removed {}", folder.path().display()));
    }
    Ok(Exit::Ok)
}
