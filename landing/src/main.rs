//! The `landing` program: parses the command line and hands over to the command. Nothing of the work
//! itself is here.

mod commands;

use std::process::ExitCode;

use clap::Parser;
use commands::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    service::program::run(&cli.log, commands::run(cli.command))
}
