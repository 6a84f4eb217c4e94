//! Down and up again with the data still there, and down with nothing left.

use anyhow::ensure;

use super::dawn::{START, closed_ledger, count};
use crate::containers;
use crate::project::Project;
use crate::stage::{act, timed, told, until};

/// The containers go, the data stays.
pub(super) async fn down_and_up_again(project: &Project) -> anyhow::Result<()> {
    act("down, and up again");
    let before = count(project).await?;
    timed("down", project.run("docker compose down")).await?;
    timed("up", project.run("docker compose up -d --wait")).await?;
    until("every container is well", START, async || containers::are_well(project).await).await?;
    let after = count(project).await?;
    ensure!(after >= before, "{before} rows before, {after} after");
    told(format!("{before} rows before, {after} after"));
    closed_ledger(project).await
}

/// Nothing of it is left.
pub(super) async fn remove_it_all(project: &Project) -> anyhow::Result<()> {
    act("down with the data");
    project.run("docker compose down --volumes").await?;
    let remains = containers::remains(project).await?;
    ensure!(remains.is_empty(), "left behind: {}", remains.join(", "));
    told("nothing is left");
    Ok(())
}
