//! `offsets export`: the offsets of a connector as a file.

use jiff::Timestamp;
use service::Exit;

use super::super::options::{ConnectArgs, ReadTimeout, backoff};
use super::change::{absent, parse};
use crate::core::offsets::{Backup, KIND, VERSION};
use crate::core::{DesiredState, Fault};
use crate::operate::Operator;
use crate::reconcile::{ConnectReader, persist::persist};
use crate::sources::Environment;

/// Print the offsets of a connector as a file that `offsets import` takes
///
/// Example: connect-register offsets export pg-sales-jdbc-sink > offsets.json
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The connector
    #[arg(value_name = "CONNECTOR")]
    name: String,
    #[command(flatten)]
    timeout: ReadTimeout,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let client = connect.client(Environment::without_templates()?.redactor)?;
    let (name, deadline, backoff) = (parse(&args.name)?, args.timeout.deadline(), backoff());
    let unread = |fault: Fault| fault.into_failure("the offsets could not be read");
    let worker = persist(deadline, &backoff, || client.worker()).await.map_err(unread)?;
    let status = persist(deadline, &backoff, || client.status(&name)).await.map_err(unread)?;
    let offsets = persist(deadline, &backoff, || client.offsets(&name)).await.map_err(unread)?;
    let Some(offsets) = offsets else { return Err(absent(&name).into()) };
    let backup = Backup {
        schema_version: VERSION,
        kind: KIND.to_owned(),
        connector: name.as_str().to_owned(),
        cluster: worker.cluster,
        taken_at: Some(Timestamp::now()),
        state: status.and_then(|status| DesiredState::reported(&status.state)),
        is_final: None,
        before: None,
        offsets,
    };
    service::output::print_json(&backup)?;
    Ok(Exit::Ok)
}
