//! `landing completion`: the completion script of a shell.

use clap::CommandFactory;
use clap_complete::Shell;
use service::{Exit, output};

/// Print the completion script of a shell
///
/// Example: `landing completion bash > /etc/bash_completion.d/landing`
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "landing", &mut script);
    output::print(&String::from_utf8(script)?)?;
    Ok(Exit::Ok)
}
