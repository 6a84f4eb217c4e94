//! `delete`: connectors, and where that is wanted their offsets.

use service::Exit;

use super::act::{ActArgs, Verb, procedures};
use super::choice::ChoiceArgs;
use super::consent;
use super::options::ConnectArgs;
use crate::core::offsets::Edit;
use crate::core::{ConnectorName, DesiredState};
use crate::operate::{Aim, Move};
use crate::sources::Environment;

/// Delete connectors, and wait until they are gone
///
/// Connect keeps the offsets of a deleted connector: one of the same name goes on where it was. With
/// --with-offsets it is stopped, its offsets are forgotten, and then it is deleted (Kafka 3.6 and newer);
/// where one of these fails, it is as before. It is asked first, unless --yes is said.
///
/// Example: connect-register delete pg-sales-jdbc-sink --with-offsets --yes
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    choice: ChoiceArgs,
    /// Forget their offsets too
    #[arg(long)]
    with_offsets: bool,
    /// Delete without asking
    #[arg(long, short)]
    yes: bool,
    /// What is not there counts as deleted
    #[arg(long)]
    ignore_not_found: bool,
    #[command(flatten)]
    act: ActArgs,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    const VERB: Verb = Verb { doing: "deleting", done: "deleted" };
    let client = connect.client(Environment::without_templates()?.redactor)?;
    let chosen = if args.ignore_not_found {
        let (there, _) = args.act.all(&client).await?;
        let selection = args.choice.selection()?;
        let is_named = !selection.is_all();
        there.into_iter().filter(|name| is_named && selection.has(name)).collect()
    } else {
        args.act.chosen(&client, &args.choice, VERB.doing).await?.0
    };
    if !args.yes && !chosen.is_empty() {
        ask(&chosen, args.with_offsets)?;
    }
    let moves: &[Move] = if args.with_offsets {
        &[Move::here(Aim::Be(DesiredState::Stopped)), Move::here(Aim::Offsets(Edit::Clear)), Move::here(Aim::Gone)]
    } else {
        &[Move::here(Aim::Gone)]
    };
    let all = procedures(chosen, &args.act.limits(args.with_offsets), moves);
    args.act.run(&client, client.address(), VERB, all).await
}

fn ask(chosen: &[ConnectorName], with_offsets: bool) -> Result<(), service::Failure> {
    let (fact, unasked) = if with_offsets {
        (
            "These connectors and their offsets will be deleted",
            "connectors and their offsets would be deleted, and nobody can be asked",
        )
    } else {
        ("These connectors will be deleted", "connectors would be deleted, and nobody can be asked")
    };
    consent::ask(&consent::Question {
        fact,
        offer: "Delete them?",
        unasked,
        hint: "say --yes; nothing was changed",
        names: chosen,
    })
}
