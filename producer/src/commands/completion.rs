//! `producer completion`.

use clap::CommandFactory;
use clap_complete::Shell;
use service::Exit;

use super::Cli;

/// The arguments of `producer completion`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  source <(producer completion bash)")]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Runs it.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "producer", &mut script);
    service::output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}
