//! `offsets set`: single positions.

use serde_json::Value;
use service::{Exit, Failure};

use super::super::options::ConnectArgs;
use super::change::{ChangeArgs, Subject, change};
use super::ends;
use crate::core::offsets::{Bounds, Edit, Offset, Offsets, Partition, Position, Target};

/// Let a connector go on elsewhere
///
/// A sink goes on at the record TOPIC:PARTITION=OFFSET, at the first one that is kept (=earliest) or after
/// the last one (=latest); a topic without a partition means all of them. With `KAFKA_BOOTSTRAP_SERVERS` an
/// offset that the topic does not hold is refused. A source has whatever its connector makes of it:
/// --partition and --offset.
///
/// Examples:
///   connect-register offsets set pg-sales-jdbc-sink sales:0=1500 sales:1=earliest --dry-run
///   connect-register offsets set pg-sales-jdbc-sink sales=latest --yes
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The connector
    #[arg(value_name = "CONNECTOR")]
    name: String,
    /// Where it goes on: TOPIC:PARTITION=OFFSET, TOPIC=earliest, TOPIC=latest
    #[arg(value_name = "POSITION", required_unless_present = "partition", conflicts_with = "partition")]
    targets: Vec<Target>,
    /// A partition of a source, as JSON
    #[arg(long, value_name = "JSON", requires = "offset", value_parser = object)]
    partition: Option<Value>,
    /// Its offset, as JSON
    #[arg(long, value_name = "JSON", requires = "partition", value_parser = object)]
    offset: Option<Value>,
    #[command(flatten)]
    change: ChangeArgs,
}

fn object(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err("this is no JSON object".to_owned()),
        Err(error) => Err(format!("this is no JSON object: {error}")),
    }
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let subject = Subject::of(&args.name, connect, &args.change).await?;
    if let (Some(partition), Some(offset)) = (&args.partition, &args.offset) {
        let partition = Partition::new(partition);
        let doing = format!("set {partition}");
        let edit = Edit::Set(Offsets([(partition, Offset::new(offset))].into()));
        return change(&args.change, &subject, edit, doing, None, None).await;
    }
    if !subject.offsets.are_of_a_sink() {
        return Err(Failure::new(
            Exit::Usage,
            format!("{} is a source, and keeps no offsets of records", subject.name),
        )
        .hint("see `offsets get -o json`, then --partition and --offset")
        .into());
    }
    let is_at = |target: &Target| matches!(target.position, Position::At(_));
    let kafka = if args.targets.iter().all(is_at) { connect.kafka_if_set()? } else { Some(connect.kafka()?) };
    let bounds = match kafka {
        Some(kafka) => ends::bounds(&kafka, &args.targets.iter().map(|target| target.topic.clone()).collect())?,
        None => Bounds::new(),
    };
    let doing = args.targets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let edit = Edit::To { targets: args.targets.clone(), bounds };
    change(&args.change, &subject, edit, format!("set {doing}"), None, None).await
}
