//! The command line: one file a command. Each parses its arguments, calls the library, and prints.

mod bench;
mod completion;
mod demo;
mod doctor;
mod down;
mod env;
mod fetch;
mod logs;
mod measure;
mod shape;
mod sql;
mod status;
mod up;

use clap::{Parser, Subcommand};
use service::log::LogArgs;
use service::{Exit, Failure};

use crate::folder::Folder;
use crate::settings::StackName;
use crate::supervise::{Lock, State};

const EXAMPLES: &str = "\
Examples:
  stack up                              start Kafka, Connect and PostgreSQL; Ctrl-C stops them
  stack up --detach --ports auto        in the background, on free ports
  eval \"$(stack env)\"                   the running stack's addresses as environment variables
  stack sql 'select count(*) from sales_raw'
  stack down --volumes                  stop it and remove its data

Exit codes:
  0 ok   1 failed   2 wrong usage   3 the demo's ledger does not close   4 an invalid setting
  5 not running, or not ready in time   7 a part has failed   9 the machine lacks something
  130 Ctrl-C   143 SIGTERM";

/// Runs the real Kafka, Kafka Connect and PostgreSQL on this machine, without containers
#[derive(Debug, Parser)]
#[command(name = "stack", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    /// What to log and how.
    #[command(flatten)]
    pub log: LogArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a stack and watch over it
    Up(up::Args),
    /// Stop a stack, and clean up after one whose supervisor was killed
    Down(down::Args),
    /// Show how the parts of a stack are
    Status(status::Args),
    /// Show what the parts say
    Logs(logs::Args),
    /// Run SQL in the stack's database
    Sql(sql::Args),
    /// Print a running stack's addresses as environment variables
    Env(env::Args),
    /// Look for what stands in a stack's way on this machine
    Doctor(doctor::Args),
    /// Fetch all that a stack needs, so that it starts without network
    Fetch(fetch::Args),
    /// Run the main job on real sales, until the ledger closes
    Demo(demo::Args),
    /// Measure, and write the figures down
    #[command(subcommand)]
    Bench(bench::Command),
    /// Run a program, and tell its time and its memory
    #[command(hide = true)]
    Measure(measure::Args),
    /// Print a completion script for a shell
    Completion(completion::Args),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// What went wrong, with the exit code for it.
    pub async fn run(self) -> anyhow::Result<Exit> {
        match self {
            Self::Up(args) => up::run(args).await,
            Self::Down(args) => down::run(&args).await,
            Self::Status(args) => status::run(&args).await,
            Self::Logs(args) => logs::run(&args).await,
            Self::Sql(args) => sql::run(&args).await,
            Self::Env(args) => env::run(&args),
            Self::Doctor(args) => doctor::run(&args).await,
            Self::Fetch(args) => fetch::run(&args).await,
            Self::Demo(args) => demo::run(args).await,
            Self::Bench(command) => command.run().await,
            Self::Measure(args) => measure::run(&args),
            Self::Completion(args) => completion::run(&args),
        }
    }
}

/// Which stack.
#[derive(Clone, Debug, clap::Args)]
pub struct NameArgs {
    /// Which stack; several of different names run side by side
    #[arg(long, env = "STACK_NAME", default_value = "default", hide_env_values = true)]
    pub name: StackName,
}

impl NameArgs {
    /// The folder and the state of the stack, which must be running.
    fn running(&self) -> anyhow::Result<(Folder, State)> {
        let folder = Folder::of(&self.name)?;
        if Lock::is_held(&folder)?
            && let Some(state) = State::read(&folder.state())?
            && state.supervisor.is_alive()
        {
            return Ok((folder, state));
        }
        let hint = format!("start it with `stack up{}`", self.name.option());
        Err(Failure::new(Exit::Unreachable, format!("the stack {} is not running", self.name)).hint(hint).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
