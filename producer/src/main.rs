//! The `producer` binary: parses the command line and hands over.

use std::process::ExitCode;

use clap::Parser;
use producer::commands::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let log = cli.log.clone();
    service::program::run(&log, producer::commands::run(cli))
}
