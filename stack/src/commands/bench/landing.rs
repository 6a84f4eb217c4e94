//! `stack bench landing`: how fast sales land, and how soon.

use std::path::PathBuf;

use service::{Exit, Failure};

use crate::bench::landing::{self, Landing, Load};
use crate::kit::{self, Cache, KafkaVersion, Kit, Sink, SinkChoice};

const EXAMPLES: &str = "\
Examples:
  stack bench landing
  stack bench landing --sink confluent,debezium --write docs/benchmarks.md

Each sink gets a stack of its own on free ports, which is removed after.";

/// Arguments of `stack bench landing`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Which sinks; `auto` is the one that `stack up` would take. Without it each that is at hand
    #[arg(long, value_enum, value_delimiter = ',')]
    sink: Vec<SinkChoice>,
    /// At most so many rows of the real sales
    #[arg(long, default_value_t = 1_469_307)]
    rows: u64,
    /// How often sink and COPY take turns
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Events a second while the latency is measured
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// For how long the latency is measured, in seconds
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// The folder that holds connectors/: the root of a clone
    #[arg(long, default_value = ".", value_name = "DIR")]
    root: PathBuf,
    /// Write the figures into this document too, in place of those of an earlier run
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// Runs `stack bench landing`.
pub(super) async fn run(args: &Args) -> anyhow::Result<Exit> {
    let templates = args.root.join("connectors");
    if !templates.is_dir() {
        let message = format!("there are no connector templates in {}", templates.display());
        let hint = "run it in the root of a clone, or name that with --root";
        return Err(Failure::new(Exit::Invalid, message).hint(hint).into());
    }
    let cache = Cache::locate()?;
    let chosen = if args.sink.is_empty() { at_hand(&cache).await? } else { args.sink.clone() };
    let load = Load {
        sales: kit::sales(&cache).await?,
        rows: args.rows,
        rounds: args.rounds,
        rate: args.rate,
        seconds: args.seconds,
        root: args.root.clone(),
    };
    let mut figures = Vec::new();
    for sink in &chosen {
        figures.push(Landing::measure(&load, *sink).await?);
    }
    let sinks: Vec<String> = chosen.iter().map(ToString::to_string).collect();
    let Args { rows, rounds, rate, seconds, .. } = args;
    let command = format!(
        "stack bench landing --sink {} --rows {rows} --rounds {rounds} --rate {rate} --seconds {seconds}",
        sinks.join(",")
    );
    super::publish("landing", &landing::report(&figures, &load, &command), args.write.as_deref())
}

/// The stock sink where it can be had, and the stand-in, which always can.
async fn at_hand(cache: &Cache) -> anyhow::Result<Vec<SinkChoice>> {
    let kit = Kit::prepare(cache, KafkaVersion::default(), SinkChoice::Auto).await?;
    Ok(match kit.sink {
        Sink::Confluent { .. } => vec![SinkChoice::Confluent, SinkChoice::Debezium],
        Sink::Debezium { .. } => vec![SinkChoice::Debezium],
    })
}
