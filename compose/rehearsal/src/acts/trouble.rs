//! What happens on a bad day: services restart in the middle of the stream, the disk of the database
//! is full. Nothing is lost, and it comes back by itself.

use anyhow::ensure;

use super::dawn::{FOLLOW, START, closed_ledger, count};
use crate::containers;
use crate::project::Project;
use crate::stage::{act, timed, told, until};

/// The container that keeps the small disk.
const KEEPER: &str = "connect-companion-rehearsal-keeper";

/// Restarts every service in turn while sales come at the higher rate.
pub(super) async fn restart_each(project: &Project) -> anyhow::Result<()> {
    act("each service restarts under load");
    for service in containers::running(project).await? {
        let restart = async {
            project.run(&format!("docker compose restart {service}")).await?;
            until("every container is well again", START, async || containers::are_well(project).await).await
        };
        timed(&format!("{service} is back"), restart).await?;
    }
    sales_land_again(project).await?;
    closed_ledger(project).await
}

/// Freezes the Connect worker until the broker has given it up, and lets it go on.
pub(super) async fn frozen_worker(project: &Project) -> anyhow::Result<()> {
    act("the Connect worker freezes until the broker has given it up");
    let since = project.run("date -u +%Y-%m-%dT%H:%M:%SZ").await?;
    let logs = format!("docker compose logs --no-log-prefix --since {} kafka", since.trim());
    project.run("docker compose pause connect").await?;
    let line = until("the broker gives the worker up", FOLLOW, async || {
        let said = project.try_with(&logs, &[]).await?;
        Ok(said.line_with(&["in group connect-companion has failed"]).map_err(|error| error.to_string()))
    })
    .await;
    project.run("docker compose unpause connect").await?;
    line?;
    timed("sales land again", sales_land_again(project)).await?;
    closed_ledger(project).await
}

async fn sales_land_again(project: &Project) -> anyhow::Result<()> {
    let before = count(project).await?;
    until("sales land again", FOLLOW, async || {
        let now = count(project).await?;
        Ok(if now > before { Ok(()) } else { Err(format!("{now} rows")) })
    })
    .await
}

/// Fills the disk of the database while sales come, and empties it again.
pub(super) async fn full_disk(project: &Project) -> anyhow::Result<()> {
    act("the disk of the database is full");
    project.run("docker compose down --volumes").await?;
    let volume = format!("{}_postgres-data", containers::NAME);
    project
        .run(&format!(
            "docker volume create --driver local --opt type=tmpfs --opt device=tmpfs --opt o=size=192m {volume}"
        ))
        .await?;
    // A volume in memory is lost when its last container stops: this one never does.
    let keeper =
        format!("docker run -d --rm --name {KEEPER} -v {volume}:/data --entrypoint sleep postgres:16 infinity");
    project.run(&keeper).await?;
    let played = on_a_small_disk(project).await;
    project.run(&format!("docker stop --time 0 {KEEPER}")).await?;
    played
}

async fn on_a_small_disk(project: &Project) -> anyhow::Result<()> {
    project.run("docker compose up -d --wait").await?;
    let fill = format!("docker exec {KEEPER} dd if=/dev/zero of=/data/filler bs=64k");
    let refused = project.try_with(&fill, &[]).await?;
    refused.line_with(&["No space left on device"])?;
    let line = until("the database says so", FOLLOW, async || {
        let logs = project.try_with("docker compose logs --no-log-prefix postgres", &[]).await?;
        Ok(logs.line_with(&["No space left on device"]).map_err(|error| error.to_string()))
    })
    .await?;
    told(line);
    project.run(&format!("docker exec {KEEPER} rm /data/filler")).await?;
    until("every container is well again", START, async || containers::are_well(project).await).await?;
    let before = count(project).await?;
    sales_land_again(project).await?;
    closed_ledger(project).await?;
    ensure!(count(project).await? > before, "rows have gone");
    Ok(())
}
