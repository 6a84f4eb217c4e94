//! `stack bench watch`: whether the sidecar can be left alone.

use std::path::PathBuf;
use std::time::Duration;

use service::{Exit, Failure};

use crate::bench::watch::{self, Fleet, Hour, Load};
use crate::folder::Folder;
use crate::kit::SinkChoice;
use crate::settings::StackName;

const EXAMPLES: &str = "\
Examples:
  stack bench watch --minutes 5
  stack bench watch --minutes 60 --write docs/benchmarks.md

It gets a stack of its own on free ports, which is removed after.";

/// Arguments of `stack bench watch`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// For how many minutes real connectors are watched over
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1440))]
    minutes: u32,
    /// Sales a second meanwhile
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,
    /// The sink; `auto` is the one that `stack up` would take
    #[arg(long, value_enum, default_value_t = SinkChoice::Auto)]
    sink: SinkChoice,
    /// How many imitated connectors
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    connectors: u32,
    /// For how many seconds they are watched over
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(10..=3600))]
    seconds: u32,
    /// The seed of what goes wrong
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder that holds connectors/: the root of a clone
    #[arg(long, default_value = ".", value_name = "DIR")]
    root: PathBuf,
    /// Write the figures into this document too, in place of those of an earlier run
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// Runs `stack bench watch`.
pub(super) async fn run(args: &Args) -> anyhow::Result<Exit> {
    let templates = args.root.join("connectors");
    if !templates.is_dir() {
        let message = format!("there are no connector templates in {}", templates.display());
        let hint = "run it in the root of a clone, or name that with --root";
        return Err(Failure::new(Exit::Invalid, message).hint(hint).into());
    }
    let Args { minutes, rate, sink, connectors, seconds, seed, .. } = *args;
    let folder = Folder::of(&StackName::random("bench"))?;
    let load = Load {
        connectors: connectors as usize,
        calm: Duration::from_secs(seconds.into()),
        hour: Duration::from_secs(u64::from(minutes) * 60),
        rate,
        sink,
        seed,
        root: args.root.clone(),
        scratch: folder.path().join("watch"),
    };
    let measured = async { anyhow::Ok((Fleet::measure(&load).await?, Hour::measure(&load).await?)) }.await;
    let removed = folder.remove();
    let (fleet, hour) = measured?;
    removed?;
    let command = format!(
        "stack bench watch --minutes {minutes} --rate {rate} --sink {sink} --connectors {connectors} --seconds \
         {seconds} --seed {seed}"
    );
    super::publish("watch", &watch::report(&fleet, &hour, &load, &command), args.write.as_deref())
}
