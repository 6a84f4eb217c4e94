//! `pause`, `resume` and `stop`: a connector is asked to be in a state, and it is waited until it is.

use service::Exit;

use super::act::{ActArgs, Verb, procedures};
use super::choice::ChoiceArgs;
use super::options::ConnectArgs;
use crate::core::DesiredState;
use crate::operate::{Aim, Move};
use crate::sources::Environment;

/// Pause connectors: their tasks stay where they are and do nothing
///
/// A sink keeps its place in its consumer group, and a source its connections. It is waited until every task
/// is idle.
///
/// Example: connect-register pause pg-sales-jdbc-sink
///
/// Example: connect-register pause -e 'pg-.*'
#[derive(Debug, clap::Args)]
pub(super) struct PauseArgs {
    #[command(flatten)]
    shared: Shared,
}

/// Let paused and stopped connectors go on, and wait until every task runs
///
/// What has failed is not started by this: see `restart --failed`.
///
/// Example: connect-register resume pg-sales-jdbc-sink
#[derive(Debug, clap::Args)]
pub(super) struct ResumeArgs {
    #[command(flatten)]
    shared: Shared,
}

/// Stop connectors: their tasks are gone, and nothing is held on to (Kafka 3.5 and newer)
///
/// It is waited until the last task is gone. Offsets can be changed then: see `offsets`. `resume` starts it
/// again.
///
/// Example: connect-register stop pg-sales-jdbc-sink
#[derive(Debug, clap::Args)]
pub(super) struct StopArgs {
    #[command(flatten)]
    shared: Shared,
}

#[derive(Debug, clap::Args)]
struct Shared {
    #[command(flatten)]
    choice: ChoiceArgs,
    #[command(flatten)]
    act: ActArgs,
}

pub(super) async fn pause(args: &PauseArgs, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    run(&args.shared, connect, DesiredState::Paused, Verb { doing: "pausing", done: "paused" }).await
}

pub(super) async fn resume(args: &ResumeArgs, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    run(&args.shared, connect, DesiredState::Running, Verb { doing: "resuming", done: "running" }).await
}

pub(super) async fn stop(args: &StopArgs, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    run(&args.shared, connect, DesiredState::Stopped, Verb { doing: "stopping", done: "stopped" }).await
}

async fn run(args: &Shared, connect: &ConnectArgs, state: DesiredState, verb: Verb) -> anyhow::Result<Exit> {
    let client = connect.client(Environment::without_templates()?.redactor)?;
    let (chosen, _) = args.act.chosen(&client, &args.choice, verb.doing).await?;
    let all = procedures(chosen, &args.act.limits(false), &[Move::here(Aim::Be(state))]);
    args.act.run(&client, client.address(), verb, all).await
}
