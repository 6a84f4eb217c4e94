//! `producer generate`.

use std::time::Duration;

use rand::RngExt;
use service::Exit;

use super::duration;
use super::rate::Rate;
use super::run::{self, RunArgs, RunSettings};
use crate::feed::Job;
use crate::pump::Order;
use crate::source::day::Shape;
use crate::source::generate::Generator;
use crate::source::timestamp;
use crate::stamp::Stamp;

const AFTER_HELP: &str = "\
Examples:
  producer generate                                  15 sales a second until stopped
  producer generate --rate 1000 --duration 30s       a short run at a steady rate
  producer generate --rate 12 --shape day            a million a day, quiet at night
  producer generate --rate max --count 1000000       as fast as Kafka takes them
  producer generate --seed 7 --start 2026-01-01T00:00:00Z --count 1000
                                                     the same events in every run

While it runs: GET /rate, PUT /rate {\"rate\": 120}, POST /pause, POST /resume on --metrics-addr.
A rate above RATE_MAX_PER_SEC (10000) is refused; `max` has no cap, and is for runs that end.";

/// The arguments of `producer generate`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Sales per second; fractions are fine, 0 waits for a PUT /rate, `max` is as fast as Kafka takes them
    #[arg(long, env = "RATE_PER_SEC", default_value = "15", value_name = "RATE")]
    pub rate: Rate,
    /// How the rate moves over the day
    #[arg(long, env = "RATE_SHAPE", default_value = "steady", value_enum)]
    pub shape: Shape,
    /// End after so many sales
    #[arg(long, value_name = "N")]
    pub count: Option<u64>,
    /// End after so long (`90s`, `5m`)
    #[arg(long, value_parser = duration::parse, value_name = "DURATION")]
    pub duration: Option<Duration>,
    /// Make the sales of this seed; drawn and told where it is not given. The same seed makes the same
    /// event ids, and with --start the same events
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Count the time of the sales from here instead of now
    #[arg(long, value_parser = start, value_name = "TIME")]
    pub start: Option<i64>,
    /// What every run takes.
    #[command(flatten)]
    pub run: RunArgs,
}

/// Runs it.
///
/// # Errors
/// Those of the run.
pub async fn run(args: Args) -> anyhow::Result<Exit> {
    let Args { rate, shape, count, duration, seed, start, run } = args;
    let bounded = count.is_some() || duration.is_some();
    if !bounded && (rate == Rate::Max || run.dry_run) {
        let what = if run.dry_run { "a dry run" } else { "`--rate max`" };
        return Err(service::Failure::new(Exit::Invalid, format!("{what} without an end would never stop"))
            .hint("add --count or --duration")
            .into());
    }
    let settings = RunSettings::read(&run, rate.into())?;
    // Below 2^53: JSON and spreadsheets keep every digit of it.
    let seed = seed.unwrap_or_else(|| rand::rng().random_range(0..1 << 53));
    tracing::info!("making sales; --seed {seed} makes their ids again");
    let order = Order { speed: rate.into(), shape, stamp: Stamp::Made { start }, duration };
    let source = Box::new(Generator::new(seed, count)?);
    let job = Job { source, order, rate_max: settings.rate_max, drain: run.drain_seconds, bounded };
    run::run(&run, &settings, job).await
}

fn start(text: &str) -> Result<i64, String> {
    let ms = timestamp::parse(text).ok_or_else(|| timestamp::WANTED.to_owned())?;
    crate::event::contract::timestamp(ms).map_err(|breach| breach.to_string())
}
