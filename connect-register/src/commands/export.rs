//! `export`: what runs, as templates without secrets.

use std::path::PathBuf;

use service::Exit;

use super::choice::ChoiceArgs;
use super::options::{ConnectArgs, ReadTimeout};
use super::progress::Progress;
use super::template_files::{WriteArgs, left_out, take, tell_secrets};
use crate::sources::Environment;

/// Write what runs as templates, secrets taken out; nothing is changed on the worker
///
/// Values that a plug-in defines as passwords, that the worker masks, or that read like secrets become
/// {{secret "NAME"}}, and which are to be set is told; ${provider:…} references stay. Keys that workers
/// add are left out, and the state is kept where a connector does not run. `plan` of what was exported
/// shows no change.
///
/// Example: connect-register export --dir connectors/
///
/// Example: connect-register export -e 'pg-.*' -o yaml
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    choice: ChoiceArgs,
    /// Write a file for each connector into this folder, instead of all of them to stdout
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    #[command(flatten)]
    write: WriteArgs,
    #[command(flatten)]
    timeout: ReadTimeout,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let client = connect.client(Environment::without_templates()?.redactor)?;
    let taken = take(&client, &args.choice, args.timeout.deadline()).await?;
    match &args.dir {
        Some(dir) => {
            let progress = Progress::new();
            for path in args.write.write(dir, &taken.templates)? {
                progress.line(&format!("wrote {}", path.display()));
            }
        }
        None => args.write.print(&taken.templates)?,
    }
    tell_secrets(&taken.templates);
    left_out(&taken.left).map_or(Ok(Exit::Ok), |failure| Err(failure.into()))
}
