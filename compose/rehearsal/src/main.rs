//! The `rehearse` program: plays through what the README promises of the compose file, with a Docker
//! engine that is there and images that are there or can be had. It makes neither of them.

mod acts;
mod containers;
mod grafana;
mod project;
mod prometheus;
mod readme;
mod stage;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use service::log::LogArgs;

const ABOUT: &str = "\
It works on a copy of the tree, as a fresh clone would be, and only where no container and no volume of
the project is there: it ends with `docker compose down -v`. Exits with 0 only if every promise was kept.

Examples:
  make rehearse-compose                  with stand-ins for images that cannot be pulled
  make rehearse-compose REAL_IMAGES=1    with the vendors' images
  rehearse --keep                        leave everything running after a failure, to look at it";

/// Runs the unchanged compose file for real and checks that it does what the README says
#[derive(Debug, Parser)]
#[command(name = "rehearse", version, max_term_width = 100, after_help = ABOUT)]
struct Cli {
    /// What to log and how
    #[command(flatten)]
    log: LogArgs,
    /// The root of the repository
    #[arg(long, default_value = ".", value_name = "DIR")]
    root: PathBuf,
    /// After a failure leave the containers and the copy of the tree
    #[arg(long)]
    keep: bool,
}

fn main() -> ExitCode {
    let Cli { log, root, keep } = Cli::parse();
    service::program::run(&log, acts::play(root, keep))
}
