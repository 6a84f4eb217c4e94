//! `offsets import`: offsets from a file, those of an export or those that were kept before a change.

use std::path::PathBuf;

use service::{Exit, Failure};

use super::super::backup::read;
use super::super::options::ConnectArgs;
use super::change::{ChangeArgs, Subject, change};
use crate::core::offsets::{Edit, Offsets};
use crate::core::plain;

/// Give a connector the offsets of a file
///
/// The file is one of `offsets export`, one that a change kept, or what a worker answers to
/// `GET /connectors/NAME/offsets`. The connector has exactly these offsets then. Where the change that kept
/// the file did not come to its end, the connector is also put back into the state that it was in.
///
/// Example: connect-register offsets import offsets.json --dry-run
///
/// Example: connect-register offsets import offsets.json --connector pg-sales-copy --yes
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Another connector than the one that the file is of
    #[arg(long, value_name = "CONNECTOR")]
    connector: Option<String>,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let backup = read(&args.file)?;
    let name = match &args.connector {
        Some(name) => name.clone(),
        None if backup.connector.is_empty() => {
            let message = format!("{} does not say which connector it is of", args.file.display());
            return Err(Failure::new(Exit::Usage, message).hint("name it: --connector NAME").into());
        }
        None => backup.connector.clone(),
    };
    let subject = Subject::of(&name, connect, &args.change).await?;
    if let (Some(of), Some(is)) = (&backup.cluster, subject.cluster())
        && of != is
        && args.connector.is_none()
    {
        let message = format!(
            "{} is of Kafka cluster {}, and this one is {}",
            args.file.display(),
            plain::line(of),
            plain::line(is)
        );
        return Err(Failure::new(Exit::Invalid, message)
            .hint("offsets mean other records there; name the connector with --connector if that is meant")
            .into());
    }
    let is_unfinished = args.file.to_string_lossy().ends_with(".unfinished.json");
    let state = backup.state.filter(|_| is_unfinished);
    let doing = format!("import {}", args.file.display());
    // A change that was killed before it had stopped the connector has not touched its offsets.
    let is_untouched = is_unfinished && backup.is_final == Some(false);
    let edit = if is_untouched { Edit::Set(Offsets::default()) } else { Edit::Exactly(backup.offsets) };
    change(&args.change, &subject, edit, doing, state, Some(&args.file)).await
}
