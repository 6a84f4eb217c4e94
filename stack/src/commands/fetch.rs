//! `stack fetch`: fetches all that a stack needs and makes its class archives, so that the first
//! start needs no network and is as fast as the second.

use std::path::PathBuf;

use service::Exit;

use crate::kit::{Cache, KafkaVersion, Kit, SinkChoice, sales, write_checksums};
use crate::parts::{Kind, archive};
use crate::ports::{Named, PortChoice};
use crate::settings::{Archives, Compile, Keep, OnDeath, Settings, StackName};
use crate::supervise::say;
use crate::supervise::session::{self, Request, Until};
use crate::supervise::stop;

const EXAMPLES: &str = "\
Examples:
  stack fetch               what `stack up` needs
  stack fetch --kafka 3.6   for another Kafka
  stack fetch --sales       and a year of a grocer's real sales, for the demo";

/// Arguments of `stack fetch`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The Kafka version
    #[arg(long, value_enum, default_value_t)]
    kafka: KafkaVersion,
    /// The JDBC sink
    #[arg(long, value_enum, default_value_t)]
    sink: SinkChoice,
    /// The real sales too (The Complete Journey)
    #[arg(long)]
    sales: bool,
    /// Leave out the class archives, which a stack is booted once for
    #[arg(long)]
    no_archives: bool,
    /// Write the lists of pinned checksums anew into this folder, from what the pom resolves to, and
    /// do nothing else: for whoever moves a version
    #[arg(long, value_name = "DIR")]
    write_checksums: Option<PathBuf>,
}

/// Runs `stack fetch`.
pub(super) async fn run(args: &Args) -> anyhow::Result<Exit> {
    let cache = Cache::locate()?;
    if let Some(folder) = &args.write_checksums {
        write_checksums(&cache, folder).await?;
        return Ok(Exit::Ok);
    }
    let kit = Kit::prepare(&cache, args.kafka, args.sink).await?;
    if args.sales {
        say(&format!("sales: {}", sales(&cache).await?.display()));
    }
    if !args.no_archives && !archive::complete(&kit)? {
        let exit = train(args).await?;
        if exit != Exit::Ok {
            return Ok(exit);
        }
    }
    say(&format!("all is in {}", cache.root().display()));
    Ok(Exit::Ok)
}

/// Boots a stack of its own once; its JVMs write their class archives when they stop.
async fn train(args: &Args) -> anyhow::Result<Exit> {
    say("booting Kafka and Connect once, for the class archives that make them start fast");
    let settings = Settings {
        name: StackName::random("fetch"),
        parts: [Kind::Kafka, Kind::Connect].into(),
        brokers: 1,
        workers: 1,
        kafka: args.kafka,
        sink: args.sink,
        // An archive is written on a gentle stop, which a stack without data to keep does not get.
        keep: Keep::Data,
        on_death: OnDeath::Leave,
        compile: Compile::Full,
        archives: Archives::Use,
        deadline: std::time::Duration::from_mins(3),
    };
    let folder = crate::folder::Folder::of(&settings.name)?;
    let request = Request { settings, choice: PortChoice::Auto, named: Named::default(), until: Until::Ready };
    let result = session::run(&request).await;
    let (_, _lock) = stop::stop(&folder).await?;
    folder.remove()?;
    result
}
