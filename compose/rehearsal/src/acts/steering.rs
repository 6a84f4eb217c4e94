//! What an operator does on a good day: pause, resume, change the rate.

use anyhow::ensure;

use super::dawn::{FOLLOW, closed_ledger, connector_runs, count, readme_line};
use crate::project::Project;
use crate::prometheus;
use crate::stage::{act, told, until};

/// The rate that is asked for; the README's example.
const RATE: f64 = 200.0;

/// Nothing comes while the producer is stopped, and it goes on when it is started.
pub(super) async fn pause_and_resume(project: &Project) -> anyhow::Result<()> {
    act("pause and resume");
    project.run(&readme_line(project, "docker compose stop producer")?).await?;
    closed_ledger(project).await?;
    let paused = count(project).await?;
    // Takes some seconds, in which a producer that was not stopped would have sent dozens of sales.
    closed_ledger(project).await?;
    let still = count(project).await?;
    ensure!(paused == still, "rows go on landing after the stop: {paused}, then {still}");
    project.run("docker compose start producer").await?;
    until("sales land again", FOLLOW, async || {
        let now = count(project).await?;
        Ok(if now > still { Ok(()) } else { Err(format!("{now} rows")) })
    })
    .await?;
    told(format!("{still} rows while it was stopped, more after it was started"));
    Ok(())
}

/// What somebody deleted by hand is made again by the sidecar.
pub(super) async fn drift(project: &Project) -> anyhow::Result<()> {
    act("the connector is deleted by hand");
    project.run("curl -fsS -X DELETE localhost:8083/connectors/pg-sales-jdbc-sink").await?;
    connector_runs(project).await?;
    told("connect-register has made it again");
    closed_ledger(project).await
}

/// The README's two ways to another rate.
pub(super) async fn another_rate(project: &Project) -> anyhow::Result<()> {
    act("another rate");
    project.run(&readme_line(project, "curl -X PUT")?).await?;
    follows(project, 120.0).await?;
    let line = readme_line(project, "RATE_PER_SEC=200 docker compose up -d producer")?;
    project.run(&line).await?;
    follows(project, RATE).await?;
    until("sales land at that rate", FOLLOW, async || {
        let rate = prometheus::values(project, "sum(rate(retail_landed_total[15s]))").await?;
        let rate = rate.first().copied().unwrap_or_default();
        Ok(if rate > RATE * 0.8 { Ok(()) } else { Err(format!("{rate:.0} rows a second")) })
    })
    .await?;
    told(format!("{RATE} sales a second land"));
    Ok(())
}

async fn follows(project: &Project, wanted: f64) -> anyhow::Result<()> {
    until("the producer has taken the rate", FOLLOW, async || {
        let rate = prometheus::values(project, "max(retail_producer_target_rate)").await?;
        Ok(if rate.first().is_some_and(|rate| (rate - wanted).abs() < 0.5) { Ok(()) } else { Err(format!("{rate:?}")) })
    })
    .await
}
