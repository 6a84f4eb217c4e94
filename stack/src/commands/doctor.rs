//! `stack doctor`: what stands in a stack's way on this machine, each in a line with what to do.

use service::{Exit, Format};

use super::shape::Shape;
use crate::doctor::{self, Depth, Settings, Verdict};
use crate::folder::Folder;
use crate::kit::Cache;
use crate::parts::Kind;
use crate::ports::Ports;
use crate::supervise::Lock;

const EXAMPLES: &str = "\
Examples:
  stack doctor
  stack doctor --brokers 3 --workers 2    for a larger stack
  stack doctor -o json

Exit code 0 when a stack can start, 9 when something stands in its way.";

/// Arguments of `stack doctor`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    shape: Shape,
    /// How it is printed
    #[arg(long, short, value_enum, default_value_t)]
    output: Format,
}

/// Runs `stack doctor`.
pub(super) async fn run(args: &Args) -> anyhow::Result<Exit> {
    let settings = args.shape.settings();
    let (choice, named) = args.shape.ports();
    let folder = Folder::of(&settings.name)?;
    // A stack that runs already has its ports; they are not in its way.
    let ports = if Lock::is_held(&folder)? { Vec::new() } else { Ports::choose(&settings, choice, named)?.all() };
    let asked = Settings {
        kafka: settings.kafka,
        sink: settings.sink,
        data: folder.path().to_owned(),
        ports,
        brokers: settings.count(Kind::Kafka),
        workers: settings.count(Kind::Connect),
        depth: Depth::Full,
    };
    let report = doctor::examine(&Cache::locate()?, &asked).await;
    match args.output {
        Format::Table => service::output::print(&report.text())?,
        Format::Json => service::output::print_json(&report)?,
    }
    Ok(if report.verdict == Verdict::Fail { Exit::Machine } else { Exit::Ok })
}
