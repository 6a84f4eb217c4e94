//! `stack bench boot`: how long a stack takes from its start until all of it answers.

use std::path::PathBuf;

use service::Exit;

use crate::bench::boot::{self, Boots};
use crate::kit::{Cache, KafkaVersion, Kit, SinkChoice};

const EXAMPLES: &str = "\
Examples:
  stack bench boot
  stack bench boot --runs 5 --write docs/benchmarks.md";

/// Arguments of `stack bench boot`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// How often each kind of start is measured
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=50))]
    runs: u32,
    /// The Kafka version
    #[arg(long, value_enum, default_value_t)]
    kafka: KafkaVersion,
    /// The JDBC sink
    #[arg(long, value_enum, default_value_t)]
    sink: SinkChoice,
    /// Write the figures into this document too, in place of those of an earlier run
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// Runs `stack bench boot`.
pub(super) async fn run(args: &Args) -> anyhow::Result<Exit> {
    let kit = Kit::prepare(&Cache::locate()?, args.kafka, args.sink).await?;
    let boots = Boots::measure(args.runs, args.kafka, args.sink).await?;
    let command = format!("stack bench boot --runs {} --kafka {} --sink {}", args.runs, args.kafka, args.sink);
    super::publish("boot", &boot::report(&boots, &kit, &command), args.write.as_deref())
}
