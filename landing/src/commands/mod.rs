//! The commands of `landing`, one file each, and the command line that names them. What a command
//! does is in the library; here are its arguments, its output and its exit code.

mod completion;
mod latency;
mod ledger;
mod migrate;
mod watch;

use clap::{Parser, Subcommand};
use service::Exit;
use service::log::LogArgs;

/// Guards what is in PostgreSQL: migrations, the ledger, and event-to-row latency
#[derive(Debug, Parser)]
#[command(name = "landing", version, propagate_version = true, max_term_width = 110, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) log: LogArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Migrate(migrate::Args),
    Ledger(ledger::Args),
    Latency(latency::Args),
    Watch(watch::Args),
    Completion(completion::Args),
}

const AFTER_HELP: &str = "\
Environment:
  PGHOST, PGPORT, PGUSER      where PostgreSQL is [localhost, 5432, retail]
  PGPASSWORD, PGPASSWORD_FILE the password, or a file that holds it; no default
  POSTGRES_DB                 the database [retail_ops]
  KAFKA_BOOTSTRAP_SERVERS     where Kafka is [localhost:29092]

Exit codes: 0 all is well, 1 failed, 2 usage, 3 the ledger does not close, 4 an invalid setting or SQL file,
5 unreachable or out of time, 6 the ledger is still open, 8 denied, 9 the machine lacks something, 130/143 stopped.";

pub(crate) async fn run(command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Migrate(args) => migrate::run(args).await,
        Command::Ledger(args) => ledger::run(args).await,
        Command::Latency(args) => latency::run(args).await,
        Command::Watch(args) => watch::run(args).await,
        Command::Completion(args) => completion::run(&args),
    }
}
