//! `offsets shift`: so many records on or back.

use service::Exit;

use super::super::options::ConnectArgs;
use super::change::{ChangeArgs, Subject, change};
use super::ends;
use crate::core::ObservedConfig;
use crate::core::offsets::{Bounds, Edit, Shift};

/// Let a sink read so many records of each partition again, or leave them out
///
/// It is counted from where it stands once it is stopped. With `KAFKA_BOOTSTRAP_SERVERS` it goes no farther
/// than to the first record that is kept, and to the end.
///
/// Example: connect-register offsets shift pg-sales-jdbc-sink --by -1000 --dry-run
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The connector
    #[arg(value_name = "CONNECTOR")]
    name: String,
    /// By so many records: back where negative
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    by: i64,
    /// Only of this topic; may be given several times
    #[arg(long = "topic", value_name = "TOPIC")]
    topics: Vec<String>,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let subject = Subject::of(&args.name, connect, &args.change).await?;
    let bounds = match connect.kafka_if_set()? {
        Some(kafka) => ends::bounds(&kafka, &ends::topics_of(&subject.offsets, &ObservedConfig::default()))?,
        None => Bounds::new(),
    };
    let edit = Edit::Shift(Shift { by: args.by, topics: args.topics.clone(), bounds });
    change(&args.change, &subject, edit, format!("shift by {}", args.by), None, None).await
}
