//! `stack demo`: the main job on real sales, on a stack of its own or on one that runs.

use std::path::PathBuf;
use std::time::Duration;

use service::{Exit, Failure};

use super::shape::Shape;
use crate::demo::Demo;

const EXAMPLES: &str = "\
Examples:
  stack demo                          a year of real sales, then 20 s of generated ones
  DEMO_SECONDS=120 stack demo         two minutes of generated ones
  stack demo --stop                   the stack is stopped at the end

Exits 0 only if the ledger closes: every sale that was read has landed exactly once or is a dead
letter. A second run over what the first left ends just as well.";

/// Arguments of `stack demo`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES, mut_arg("ports", |ports| ports.default_value("auto")))]
pub struct Args {
    #[command(flatten)]
    shape: Shape,
    /// How long generated sales go on after the replay, in seconds; 0 for none
    #[arg(long, env = "DEMO_SECONDS", default_value_t = 20, value_name = "SECONDS")]
    seconds: u64,
    /// Generated sales a second
    #[arg(long, env = "DEMO_RATE", default_value_t = 1000.0, value_name = "RATE")]
    rate: f64,
    /// The folder that holds connectors/: the root of a clone
    #[arg(long, default_value = ".", value_name = "DIR")]
    root: PathBuf,
    /// Stop the stack at the end
    #[arg(long)]
    stop: bool,
}

/// Runs `stack demo`.
pub(super) async fn run(args: Args) -> anyhow::Result<Exit> {
    if !args.root.join("connectors").is_dir() {
        let message = format!("there are no connector templates in {}", args.root.join("connectors").display());
        return Err(Failure::new(Exit::Invalid, message)
            .hint("run it in the root of a clone, or name that with --root")
            .into());
    }
    let demo = Demo {
        settings: args.shape.settings(),
        up: args.shape.up_arguments(),
        generate_for: Duration::from_secs(args.seconds),
        rate: args.rate,
        root: args.root,
        stop: args.stop,
    };
    demo.run().await
}
