//! `producer replay`.

use service::{Exit, Failure};

use super::run::{self, RunArgs, RunSettings};
use crate::feed::Job;
use crate::pump::Order;
use crate::schedule::Speed;
use crate::source::day::Shape;
use crate::source::input::{self, FileFormat, Input};
use crate::source::mapping::Mapping;
use crate::source::replay::Replay;
use crate::stamp::ReplayTime;

const AFTER_HELP: &str = "\
Columns: by default a file is read that has the event's own names (event_id, store_id, sku, qty, ts) or
those of The Complete Journey (store_id, product_id, quantity, transaction_timestamp, and an id made of
cj-{basket_id}-{product_id}). --map names others. Times are epoch milliseconds, RFC 3339, or without a
zone and then UTC. A row that breaks the contract goes to the topic sales.dlq with its cause.

Examples:
  producer replay transactions.parquet
  producer replay --dry-run march.csv april.csv
  producer replay --map 'event_id=shop-{order}-{line},qty=amount,ts=sold_at' orders.csv
  producer replay --speed 60x --time now transactions.parquet     an hour of sales in every minute
  zcat sales.ndjson.gz | producer replay --format ndjson -";

/// The arguments of `producer replay`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Parquet, CSV or NDJSON files, `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// The format, where the names of the files do not tell it
    #[arg(long, value_enum)]
    pub format: Option<FileFormat>,
    /// Which columns make the event: `field=column`, for the id a template of several
    #[arg(long, value_name = "FIELD=COLUMN,…")]
    pub map: Vec<String>,
    /// How fast: `original`, a factor (`10x`), a rate (`500/s`), or `max`
    #[arg(long, default_value = "max", value_name = "SPEED")]
    pub speed: Speed,
    /// Which time the events carry
    #[arg(long, default_value = "original", value_enum)]
    pub time: ReplayTime,
    /// End after so many rows
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// What every run takes.
    #[command(flatten)]
    pub run: RunArgs,
}

/// Runs it.
///
/// # Errors
/// A file that cannot be replayed, before anything is sent; those of the run.
pub async fn run(args: Args) -> anyhow::Result<Exit> {
    let Args { files, format, map, speed, time, limit, run } = args;
    let mapping = Mapping::with(&map).map_err(|mistakes| {
        Failure::all(Exit::Invalid, "--map cannot be read", &mistakes)
            .hint("for example --map 'event_id=shop-{order}-{line},qty=amount'")
    })?;
    let settings = RunSettings::read(&run, speed)?;
    let inputs: Vec<Input> = files.iter().map(|file| Input::from(file.as_str())).collect();
    let opened = input::open_all(&inputs, format, &mapping)?;
    let order = Order { speed, shape: Shape::Steady, stamp: time.into(), duration: None };
    let source = Box::new(Replay::new(opened, limit));
    let job = Job { source, order, rate_max: settings.rate_max, drain: run.drain_seconds, bounded: true };
    run::run(&run, &settings, job).await
}
