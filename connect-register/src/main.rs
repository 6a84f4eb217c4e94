//! The command line of connect-register: parse, dispatch, exit code.

use std::process::ExitCode;

use clap::Parser;
use connect_register::commands::{self, Cli};

fn main() -> ExitCode {
    if let Some(exit) = commands::complete() {
        return exit;
    }
    let cli = Cli::parse();
    service::program::run(&cli.log.clone(), commands::run(cli))
}
