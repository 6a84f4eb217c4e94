//! `offsets to-datetime`: to the first records that are not older than a moment.

use jiff::Timestamp;
use service::{Exit, Failure, when};

use super::super::options::ConnectArgs;
use super::change::{ChangeArgs, Subject, change};
use super::ends;
use crate::core::offsets::{Bounds, Edit, Position, Target};

/// Let a sink go on at the first record of each partition that is not older than a moment
///
/// Kafka is asked for these records (`KAFKA_BOOTSTRAP_SERVERS`); it goes by the time of the records. Where all
/// are older, it goes on after the last one.
///
/// Example: connect-register offsets to-datetime pg-sales-jdbc-sink 2026-01-31T08:00:00Z --dry-run
///
/// Example: connect-register offsets to-datetime pg-sales-jdbc-sink 2h --yes
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The connector
    #[arg(value_name = "CONNECTOR")]
    name: String,
    /// The moment: 2026-01-31T08:00:00Z, or 2h for two hours ago
    #[arg(value_name = "WHEN", value_parser = when::point)]
    time: Timestamp,
    /// Only of this topic; may be given several times
    #[arg(long = "topic", value_name = "TOPIC")]
    topics: Vec<String>,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let subject = Subject::of(&args.name, connect, &args.change).await?;
    let mut topics = ends::topics_of(&subject.offsets, &subject.config);
    if !args.topics.is_empty() {
        let absent: Vec<_> = args.topics.iter().filter(|topic| !topics.contains(*topic)).collect();
        if !absent.is_empty() {
            let what = format!("{} does not read these topics", subject.name);
            return Err(Failure::all(Exit::Invalid, &what, &absent).hint("nothing was changed").into());
        }
        topics.retain(|topic| args.topics.contains(topic));
    }
    if topics.is_empty() || !subject.offsets.are_of_a_sink() {
        return Err(Failure::new(Exit::Usage, format!("{} has no topics that can be searched", subject.name))
            .hint("only sinks go by the time of records")
            .into());
    }
    let found = ends::at(&connect.kafka()?, &topics, args.time)?;
    let target = |((topic, partition), offset): ((String, i32), i64)| Target {
        topic,
        partition: Some(partition),
        position: Position::At(offset),
    };
    let targets = found.into_iter().map(target).collect();
    let edit = Edit::To { targets, bounds: Bounds::new() };
    change(&args.change, &subject, edit, format!("to {}", args.time), None, None).await
}
