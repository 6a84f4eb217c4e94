//! `offsets`: how far connectors have come, and where they go on, changed in one guarded transaction.

pub(super) mod change;
mod ends;
mod export;
mod get;
mod import;
mod reset;
mod set;
mod shift;
mod shown;
mod to_datetime;

use clap::Subcommand;
use service::Exit;

use super::options::ConnectArgs;

/// Show how far connectors have come, and change where they go on
///
/// A change is one transaction: the connector is stopped, its offsets are kept in a file, they are changed,
/// it is looked whether they are, and the connector goes on as before. Where one of these fails, all is as it
/// was. Showing takes Kafka 3.5, changing Kafka 3.6.
///
/// Example: connect-register offsets shift pg-sales-jdbc-sink --by -1000 --dry-run
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Get(get::Args),
    Set(set::Args),
    Reset(reset::Args),
    Shift(shift::Args),
    ToDatetime(to_datetime::Args),
    Export(export::Args),
    Import(import::Args),
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    match &args.command {
        Command::Get(args) => get::run(args, connect).await,
        Command::Set(args) => set::run(args, connect).await,
        Command::Reset(args) => reset::run(args, connect).await,
        Command::Shift(args) => shift::run(args, connect).await,
        Command::ToDatetime(args) => to_datetime::run(args, connect).await,
        Command::Export(args) => export::run(args, connect).await,
        Command::Import(args) => import::run(args, connect).await,
    }
}
