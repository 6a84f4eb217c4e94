//! `dlq`: dead letters, as a list, one by one, by cause, and back to where they came from.

mod list;
mod peek;
mod replay;
mod shown;
mod stats;

use clap::Subcommand;
use jiff::Timestamp;
use kafka::{Kafka, ReadError};
use service::{Exit, Shutdown, when};
use tokio::task::block_in_place;

use super::options::ConnectArgs;
use super::progress::Progress;
use crate::core::letter::{Filter, Letter};
use crate::kafka::Letters;

/// Show dead letters and why they are dead, and send them back to where they came from
///
/// They are read from Kafka itself: `KAFKA_BOOTSTRAP_SERVERS`, and for TLS and SASL `KAFKA_SECURITY_PROTOCOL`,
/// `KAFKA_SASL_…` and `KAFKA_SSL_…`. Reading joins no group and moves no offset. What a letter tells stands in
/// its headers, which connectors write with `errors.deadletterqueue.context.headers.enable=true`.
///
/// Example: connect-register dlq stats sales.dlq
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    Peek(peek::Args),
    Stats(stats::Args),
    Replay(replay::Args),
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    match &args.command {
        Command::List(args) => list::run(args, connect),
        Command::Peek(args) => peek::run(args, connect),
        Command::Stats(args) => stats::run(args, connect),
        Command::Replay(args) => replay::run(args, connect).await,
    }
}

/// Which letters.
#[derive(Clone, Debug, clap::Args)]
struct Chosen {
    /// The topic of dead letters: what the connector has for `errors.deadletterqueue.topic.name`
    #[arg(value_name = "TOPIC")]
    topic: String,
    /// Only letters for which this holds: FIELD=VALUE, FIELD!=VALUE or FIELD~REGEX; may be given several
    /// times, and then all have to hold
    ///
    /// Fields: stage, connector, topic (the one it came from), class, exception (its package may be left
    /// out), message, attempts, partition, offset.
    #[arg(long = "where", value_name = "CONDITION")]
    filters: Vec<Filter>,
    /// Only letters since then: 24h, or 2026-01-31T08:00:00Z; a letter has the time of its record
    #[arg(long, value_name = "WHEN", value_parser = when::point)]
    since: Option<Timestamp>,
}

impl Chosen {
    fn has(&self, letter: &Letter) -> bool {
        let told = letter.told();
        self.filters.iter().all(|filter| filter.holds(letter, &told))
    }

    /// Reads the topic to what it holds now; false where that was stopped by a signal.
    fn read(&self, kafka: &Kafka, mut each: impl FnMut(Letter)) -> anyhow::Result<Option<Exit>> {
        let stop = Shutdown::on_signals()?;
        let (mut progress, mut count) = (Progress::new(), 0_u64);
        let read = block_in_place(|| {
            Letters::open(kafka, &self.topic, self.since)?.read(&stop, |letter| {
                count += 1;
                if count.is_multiple_of(1_000) {
                    progress.waiting(&format!("{count} letters read"));
                }
                if self.has(&letter) {
                    each(letter);
                }
            })
        });
        progress.finish();
        match read {
            Ok(()) => Ok(None),
            Err(ReadError::Stopped) => Ok(Some(stop.exit())),
            Err(error) => Err(error.failure(kafka).into()),
        }
    }
}
