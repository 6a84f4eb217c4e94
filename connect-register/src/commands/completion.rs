//! `completion`: a completion script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;
use service::Exit;

/// Print a completion script for a shell
///
/// For bash: connect-register completion bash > ~/.local/share/bash-completion/completions/connect-register
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "connect-register", &mut script);
    service::output::print(&String::from_utf8(script)?)?;
    Ok(Exit::Ok)
}
