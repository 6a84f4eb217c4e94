//! From a clone to sales that land, as the README tells it, and a first look at all there is to see.

use std::time::Duration;

use anyhow::ensure;

use crate::containers;
use crate::grafana::{self, DASHBOARD};
use crate::project::Project;
use crate::prometheus;
use crate::readme;
use crate::stage::{act, timed, told, until};

/// The README's section with the compose commands.
pub(crate) const SECTION: &str = "With Docker Compose";
/// How long containers may take to become healthy on a busy machine.
pub(crate) const START: Duration = Duration::from_mins(5);
/// How long until what was produced is seen to have landed, or a metric to have followed.
pub(crate) const FOLLOW: Duration = Duration::from_mins(2);
/// Targets in observability/prometheus/prometheus.yml.
const TARGETS: usize = 6;

/// The settings as the example gives them, and all images built.
pub(super) async fn build(project: &mut Project) -> anyhow::Result<()> {
    act("a clone becomes images");
    project.run(&readme_line(project, "cp compose/.env.example")?).await?;
    project.run("docker compose config --quiet").await?;
    project.run("docker compose -f compose/docker-compose.yml config --quiet").await?;
    timed("the images are built", project.run("docker compose build")).await?;
    for (image, stand_in) in containers::images(project).await? {
        let own = image.starts_with(containers::NAME);
        told(match stand_in {
            Some(text) if own => format!("{image}: our own, on {text}"),
            None if own => format!("{image}: our own"),
            Some(text) => format!("{image}: a stand-in, {text}"),
            None => format!("{image}: the real one"),
        });
    }
    let plugins = "docker compose run --rm --no-deps --entrypoint ls connect /usr/share/confluent-hub-components";
    let plugins = project.run(plugins).await?;
    if plugins.contains("debezium") {
        told("the sink is the stand-in: connectors/stand-in is applied, by SINK_TEMPLATES");
        project.set("SINK_TEMPLATES", "/connectors/stand-in");
    } else {
        told(format!("the sink is the stock one: {}", plugins.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    Ok(())
}

/// The one command.
pub(super) async fn up(project: &Project) -> anyhow::Result<()> {
    act("docker compose up");
    let line = readme_line(project, "docker compose up -d --build --wait")?;
    timed("all of it is up", project.run(&line)).await?;
    let count = until("every container is well", START, async || containers::are_well(project).await).await?;
    told(format!("{count} containers, each healthy or done"));
    let warned = project.run("docker compose logs --no-log-prefix preflight").await?;
    ensure!(warned.contains("example's own value"), "nobody warns of the example's passwords: {warned}");
    Ok(())
}

/// The README's check commands, the ledger, the metrics and the dashboard.
pub(super) async fn look(project: &Project) -> anyhow::Result<()> {
    act("a first look");
    told(connector_runs(project).await?);
    let line = readme_line(project, "docker compose exec -T postgres psql")?;
    let first = count(project).await?;
    until("sales land", FOLLOW, async || {
        let now = count(project).await?;
        Ok(if now > first { Ok(()) } else { Err(format!("{now} rows")) })
    })
    .await?;
    told(line);
    for line in ["run --rm connect-register status", "run --rm landing ledger", "run --rm landing latency"] {
        let line = readme_line(project, &format!("docker compose {line}"))?;
        // Sales are on their way all the time: the ledger is closed, or open for these alone.
        let ran = project.try_with(&line, &[]).await?;
        ensure!([0, 6].contains(&ran.code), "`{line}` ended with {}:\n{}", ran.code, ran.last_lines(20));
        told(line);
    }
    closed_ledger(project).await?;
    other_doors(project).await?;
    measured(project).await
}

/// The connector and its three tasks run, by the README's command, which is returned.
pub(super) async fn connector_runs(project: &Project) -> anyhow::Result<String> {
    let line = readme_line(project, "curl -s localhost:8083/connectors/")?;
    until("the connector and its tasks run", FOLLOW, async || {
        let status = project.run(&line).await?;
        let running = status.matches("\"state\":\"RUNNING\"").count();
        Ok(if running == 4 { Ok(()) } else { Err(status) })
    })
    .await?;
    Ok(line)
}

/// The compose file itself instead of the root's, and a client on this machine.
async fn other_doors(project: &Project) -> anyhow::Result<()> {
    let here = project.run("docker compose ps --quiet | sort").await?;
    let there = project.run("docker compose -f compose/docker-compose.yml ps --quiet | sort").await?;
    ensure!(here == there, "the two doors see other containers: {here} and {there}");
    let producer = std::env::current_exe()?.with_file_name("producer");
    let line = format!("{} topics --bootstrap-servers localhost:29092", producer.display());
    project.run(&line).await?;
    told("a client on this machine reaches Kafka on localhost:29092");
    Ok(())
}

/// Metrics, dashboard and alerts.
async fn measured(project: &Project) -> anyhow::Result<()> {
    let targets =
        until("Prometheus scrapes all its targets", FOLLOW, async || prometheus::targets(project).await).await?;
    ensure!(targets == TARGETS, "Prometheus has {targets} targets, not {TARGETS}");
    told(format!("{targets} targets are up"));
    for (panel, expression) in grafana::expressions(&project.read(DASHBOARD)?)? {
        until(&format!("{panel}: {expression} has an answer"), FOLLOW, async || {
            let values = prometheus::values(project, &expression).await?;
            Ok(if values.is_empty() { Err("it is empty".to_owned()) } else { Ok(()) })
        })
        .await?;
    }
    told("every expression of the dashboard has an answer");
    let rules = until("the rules are evaluated", FOLLOW, async || prometheus::rules(project).await).await?;
    until("no alert fires", FOLLOW, async || {
        let firing = prometheus::firing(project).await?;
        Ok(if firing.is_empty() { Ok(()) } else { Err(firing.join(", ")) })
    })
    .await?;
    // The container's own file system is read-only: only the data folder takes scratch files.
    let promtool = "docker compose exec -T -e TMPDIR=/prometheus prometheus promtool";
    project.run(&format!("{promtool} check config /etc/prometheus/prometheus.yml")).await?;
    project.run(&format!("{promtool} test rules /etc/prometheus/tests/pipeline.yml")).await?;
    told(format!("{rules} alerting rules pass their tests, and none fires"));
    let health = project.run("curl -fsS localhost:3000/api/health").await?;
    ensure!(health.contains("\"database\""), "this is not Grafana's health: {health}");
    Ok(())
}

/// A command of the README's section.
pub(super) fn readme_line(project: &Project, start: &str) -> anyhow::Result<String> {
    readme::command(&project.read("README.md")?, SECTION, start)
}

/// How many rows there are, by the README's command.
pub(super) async fn count(project: &Project) -> anyhow::Result<u64> {
    let line = readme_line(project, "docker compose exec -T postgres psql")?;
    let shown = project.run(&line).await?;
    let number = shown.lines().find_map(|line| line.trim().parse().ok());
    number.ok_or_else(|| anyhow::anyhow!("`{line}` shows no count: {shown}"))
}

/// The ledger closes: everything that was produced by now lands within a while.
pub(super) async fn closed_ledger(project: &Project) -> anyhow::Result<()> {
    let ledger = project.run("docker compose run --rm landing ledger --wait 120s").await?;
    let last = ledger.lines().last().unwrap_or_default();
    ensure!(last.starts_with("closed"), "the ledger ended with 0 and says: {ledger}");
    told(format!("the ledger is {last}"));
    Ok(())
}
