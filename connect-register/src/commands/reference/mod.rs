//! `reference`: the command reference and the man pages, made of the very code that reads the command
//! line, so that they cannot say anything else.

mod examples;
mod markdown;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use service::{Exit, Failure};

/// Print the reference of all commands as Markdown, or write their man pages
///
/// Example: connect-register reference --man ~/.local/share/man/man1
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Write a man page for each command into this folder, which is made where it is not there
    #[arg(long, value_name = "DIR", conflicts_with = "markdown")]
    man: Option<PathBuf>,
    /// Print Markdown; the default
    #[arg(long)]
    markdown: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let command = built();
    match &args.man {
        Some(folder) => {
            let count = pages(&command, folder).map_err(|error| {
                Failure::new(Exit::Failed, format!("the man pages cannot be written to {}", folder.display()))
                    .hint("name a folder that can be written")
                    .because(error)
            })?;
            tracing::info!("{count} pages are in {}", folder.display());
        }
        None => service::output::print(&markdown::write(&command))?,
    }
    Ok(Exit::Ok)
}

/// All commands, each knowing its whole name.
fn built() -> Command {
    let mut command = super::Cli::command();
    command.build();
    command
}

/// The commands below one that are shown.
fn below(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help")
}

/// The whole name of a command: `connect-register plugins list`.
fn name(command: &Command) -> &str {
    command.get_bin_name().unwrap_or_else(|| command.get_name())
}

/// Writes the page of a command and those of all below it; how many there are comes back.
fn pages(command: &Command, folder: &Path) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    let page = name(command).replace(' ', "-");
    let mut text = Vec::new();
    Man::new(command.clone().name(page.clone())).title(page.to_uppercase()).render(&mut text)?;
    fs::write(folder.join(format!("{page}.1")), text)?;
    below(command).try_fold(1, |count, below| Ok(count + pages(below, folder)?))
}

#[cfg(test)]
mod tests;
