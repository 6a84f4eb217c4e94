//! The mistakes that users make: each ends in a line that can be understood, and breaks nothing.

use std::net::TcpListener;

use anyhow::{Context, ensure};

use super::dawn::FOLLOW;
use crate::containers;
use crate::project::Project;
use crate::stage::{act, told, until};

/// Without compose/.env.
pub(super) async fn before_the_first_start(project: &Project) -> anyhow::Result<()> {
    act("a mistake: there is no compose/.env");
    for door in ["docker compose", "docker compose -f compose/docker-compose.yml"] {
        let ran = project.try_with(&format!("{door} up -d"), &[]).await?;
        ensure!(ran.code != 0, "{} has started without settings", ran.line);
        told(ran.line_with(&["copy compose/.env.example to compose/.env"])?);
    }
    Ok(())
}

/// With the containers down and the data there.
pub(super) async fn with_data(project: &Project) -> anyhow::Result<()> {
    project.run("docker compose down").await?;
    known_password(project).await?;
    taken_port(project).await?;
    wrong_password(project).await?;
    no_plug_in(project).await
}

async fn known_password(project: &Project) -> anyhow::Result<()> {
    act("a mistake: a known password, published to everybody");
    let ran = project.try_with("docker compose up -d --wait", &[("PUBLISH_ADDRESS", "0.0.0.0")]).await?;
    ensure!(ran.code != 0, "it was accepted");
    told(ran.line_with(&["preflight", "didn't complete successfully"])?);
    let said = project.try_with("docker compose logs --no-log-prefix preflight", &[]).await?;
    told(said.line_with(&["error: PGPASSWORD is a known password"])?);
    said.line_with(&["error: GRAFANA_ADMIN_PASSWORD is a known password"])?;
    let running = containers::running(project).await?;
    ensure!(running.is_empty(), "these were started all the same: {}", running.join(", "));
    project.run("docker compose down").await.map(drop)
}

async fn taken_port(project: &Project) -> anyhow::Result<()> {
    act("a mistake: a port is taken");
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
    let port = listener.local_addr()?.port().to_string();
    let ran = project.try_with("docker compose up -d --wait", &[("HOST_PORT_POSTGRES", &port)]).await?;
    ensure!(ran.code != 0, "it was accepted");
    told(ran.line_with(&[&port, "already"])?);
    project.run("docker compose down").await.map(drop)
}

async fn wrong_password(project: &Project) -> anyhow::Result<()> {
    act("a mistake: another password than the data was made with");
    let ran = project.try_with("docker compose up -d --wait", &[("PGPASSWORD", "another-canary-5519")]).await?;
    ensure!(ran.code != 0, "it was accepted");
    told(ran.line_with(&["migrate", "didn't complete successfully"])?);
    let logs = project.try_with("docker compose logs --no-color", &[]).await?;
    told(logs.line_with(&["migrate", "password"])?);
    ensure!(!logs.stdout.contains("another-canary-5519"), "the password is in the logs");
    project.run("docker compose down").await.map(drop)
}

async fn no_plug_in(project: &Project) -> anyhow::Result<()> {
    act("a mistake: Connect has no JDBC plug-in");
    for own in ["producer", "connect-register", "landing"] {
        project.run(&format!("docker tag connect-companion/{own}:local connect-companion/{own}:bare")).await?;
    }
    let dockerfile = "FROM connect-companion/connect:local\n\
                      USER root\nRUN rm -rf /usr/share/confluent-hub-components/*\nUSER appuser\n";
    let build = "docker build -q -t connect-companion/connect:bare -";
    project.run(&format!("printf '{}' | {build}", dockerfile.replace('\n', "\\n"))).await?;
    let bare = [("IMAGE_TAG", "bare")];
    let ran = project.try_with("docker compose up -d", &bare).await?;
    ensure!(ran.code == 0, "`{}` ended with {}:\n{}", ran.line, ran.code, ran.last_lines(20));
    let line = until("connect-register names the plug-in", FOLLOW, async || {
        let logs = project.try_with("docker compose logs --no-color connect-register", &bare).await?;
        Ok(logs.line_with(&["JdbcSinkConnector"]).map_err(|error| error.to_string()))
    })
    .await?;
    told(line);
    project.run_with("docker compose down", &bare).await?;
    project.run("docker image rm $(docker image ls --quiet --filter reference='connect-companion/*:bare' | sort -u) --force").await.map(drop)
}
