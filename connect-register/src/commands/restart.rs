//! `restart`: connectors, what has failed of them, or single tasks, and it is waited until they run.

use service::{Exit, Failure};

use super::act::{ActArgs, Verb, procedures};
use super::choice::ChoiceArgs;
use super::options::ConnectArgs;
use crate::core::{ConnectorName, Part, State, Verdict};
use crate::operate::{Aim, Move, Scope};
use crate::sources::Environment;

/// Restart connectors with their tasks, or what has failed of them, and wait until they run
///
/// With --failed and no name: whatever has failed in the whole cluster. What fails again is told with its
/// cause, and ends with exit code 7.
///
/// Example: connect-register restart --failed
///
/// Example: connect-register restart pg-sales-jdbc-sink --tasks 0,2
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    choice: ChoiceArgs,
    /// Only what has failed
    #[arg(long, conflicts_with_all = ["tasks", "connector_only"])]
    failed: bool,
    /// Only these tasks, by number
    #[arg(long, value_name = "N", value_delimiter = ',', conflicts_with = "connector_only")]
    tasks: Vec<u32>,
    /// Only the connector, and none of its tasks
    #[arg(long)]
    connector_only: bool,
    #[command(flatten)]
    act: ActArgs,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    const VERB: Verb = Verb { doing: "restarting", done: "restarted" };
    let client = connect.client(Environment::without_templates()?.redactor)?;
    let is_all = args.choice.selection()?.is_all();
    let (mut chosen, observation) = if args.failed && is_all {
        args.act.all(&client).await?
    } else {
        args.act.chosen(&client, &args.choice, VERB.doing).await?
    };
    let status = |name: &ConnectorName| observation.get(name).and_then(|observed| observed.status.as_ref());
    if args.failed && is_all {
        chosen.retain(|name| matches!(Verdict::of(status(name)), Verdict::Failed { .. }));
    }
    let mut absent = Vec::new();
    for name in &chosen {
        let Some(status) = status(name).filter(|status| status.state != State::Stopped) else { continue };
        let is_there = |task: &&u32| !status.tasks.iter().any(|there| there.id == **task);
        absent.extend(args.tasks.iter().filter(is_there).map(|task| format!("{name} has no task {task}")));
    }
    if !absent.is_empty() {
        let failure = Failure::all(Exit::Failed, "these tasks are not there", &absent);
        return Err(failure.hint("`connect-register status` tells which are; nothing was restarted").into());
    }
    let scope = match (args.failed, args.connector_only, args.tasks.is_empty()) {
        (true, ..) => Scope::Part(Part::Failed),
        (_, true, _) => Scope::Part(Part::Connector),
        (_, _, true) => Scope::Part(Part::All),
        _ => Scope::Tasks(args.tasks.clone()),
    };
    let all = procedures(chosen, &args.act.limits(false), &[Move::here(Aim::Restarted(scope))]);
    args.act.run(&client, client.address(), VERB, all).await
}
