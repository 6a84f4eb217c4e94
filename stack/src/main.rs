//! The `stack` program: runs the real Kafka, Connect and PostgreSQL natively.

use std::process::ExitCode;

use clap::Parser;
use stack::commands::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    service::program::run(&cli.log, cli.command.run())
}
