//! `offsets reset`: offsets are forgotten, all or some.

use service::{Exit, Failure};

use super::super::options::ConnectArgs;
use super::change::{ChangeArgs, Subject, change};
use crate::core::offsets::Edit;

/// Forget how far a connector has come: it begins as if it were new
///
/// A sink goes on where `consumer.override.auto.offset.reset` says, by default at the first record that is
/// kept. What is written already is written again: the sink has to upsert.
///
/// Example: connect-register offsets reset pg-sales-jdbc-sink --topic sales:0 --dry-run
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The connector
    #[arg(value_name = "CONNECTOR")]
    name: String,
    /// Only of this topic, or of one partition of it; may be given several times
    #[arg(long = "topic", value_name = "TOPIC[:PARTITION]", value_parser = topic)]
    topics: Vec<(String, Option<i32>)>,
    #[command(flatten)]
    change: ChangeArgs,
}

fn topic(text: &str) -> Result<(String, Option<i32>), String> {
    match text.split_once(':') {
        None if !text.is_empty() => Ok((text.to_owned(), None)),
        Some((topic, number)) if !topic.is_empty() => match number.parse() {
            Ok(number @ 0..) => Ok((topic.to_owned(), Some(number))),
            _ => Err("a partition is a number from 0".to_owned()),
        },
        _ => Err("write TOPIC or TOPIC:PARTITION".to_owned()),
    }
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let subject = Subject::of(&args.name, connect, &args.change).await?;
    let edit = if args.topics.is_empty() {
        Edit::Clear
    } else if subject.offsets.are_of_a_sink() {
        Edit::Forget(args.topics.clone())
    } else {
        return Err(Failure::new(
            Exit::Usage,
            format!("{} is a source, and has no topics to choose from", subject.name),
        )
        .hint("leave --topic out to forget all")
        .into());
    };
    change(&args.change, &subject, edit, "reset".to_owned(), None, None).await
}
