//! `stack completion`: a completion script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;
use service::Exit;

/// Arguments of `stack completion`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  stack completion bash > ~/.local/share/bash-completion/completions/stack")]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs `stack completion`.
pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "stack", &mut script);
    service::output::print(&String::from_utf8(script)?)?;
    Ok(Exit::Ok)
}
