//! What the engine says of the project's containers, images, volumes and networks.

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::project::Project;

/// The project's name, as the compose file gives it.
pub(crate) const NAME: &str = "connect-companion";

/// The services that run to their end.
const TO_ITS_END: [&str; 3] = ["migrate", "preflight", "topics"];

/// One container, as `docker compose ps --format json` tells it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Container {
    service: String,
    state: String,
    #[serde(default)]
    health: String,
    #[serde(default)]
    exit_code: i32,
}

/// Whether every container that goes on runs and is healthy, and every other one has ended well; else
/// which does not.
pub(crate) async fn are_well(project: &Project) -> anyhow::Result<Result<usize, String>> {
    let containers = list(project).await?;
    let ill: Vec<String> = containers.iter().filter_map(ailment).collect();
    Ok(if containers.is_empty() {
        Err("there is no container".to_owned())
    } else if ill.is_empty() {
        Ok(containers.len())
    } else {
        Err(ill.join(", "))
    })
}

/// The services whose containers run, in the order of their names.
pub(crate) async fn running(project: &Project) -> anyhow::Result<Vec<String>> {
    let running = list(project).await?.into_iter().filter(|container| container.state == "running");
    let mut services: Vec<_> = running.map(|container| container.service).collect();
    services.sort();
    Ok(services)
}

async fn list(project: &Project) -> anyhow::Result<Vec<Container>> {
    let text = project.run("docker compose ps --all --format json").await?;
    // Compose prints an object a line, older ones an array.
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(&text).context("what `docker compose ps` printed");
    }
    let parsed = text.lines().filter(|line| !line.trim().is_empty()).map(serde_json::from_str);
    parsed.collect::<Result<_, _>>().context("what `docker compose ps` printed")
}

fn ailment(container: &Container) -> Option<String> {
    let Container { service, state, health, exit_code } = container;
    match (state.as_str(), health.as_str()) {
        ("running", "healthy") => None,
        ("exited", _) if *exit_code == 0 && TO_ITS_END.contains(&service.as_str()) => None,
        ("exited", _) => Some(format!("{service} exited with {exit_code}")),
        (_, "") => Some(format!("{service} is {state}, and has no health check")),
        (_, health) => Some(format!("{service} is {state} and {health}")),
    }
}

/// All images the compose file names, each with what it is made of where it is a stand-in.
pub(crate) async fn images(project: &Project) -> anyhow::Result<Vec<(String, Option<String>)>> {
    let names = project.run("docker compose config --images | sort -u").await?;
    let mut images = Vec::new();
    for name in names.lines() {
        let line = format!("docker image inspect --format '{{{{index .Config.Labels \"{NAME}.stand-in\"}}}}' {name}");
        let label = project.run(&line).await?;
        let label = label.trim();
        images.push((name.to_owned(), (!label.is_empty() && label != "<no value>").then(|| label.to_owned())));
    }
    Ok(images)
}

/// What of the project there is: containers, volumes and networks, a line each.
pub(crate) async fn remains(project: &Project) -> anyhow::Result<Vec<String>> {
    let filter = format!("--filter label=com.docker.compose.project={NAME}");
    let mut lines = Vec::new();
    for (what, command) in [
        ("container", format!("docker ps --all --quiet {filter}")),
        ("volume", format!("docker volume ls --quiet --filter name=^{NAME}_")),
        ("network", format!("docker network ls --quiet {filter}")),
    ] {
        lines.extend(project.run(&command).await?.lines().map(|id| format!("{what} {id}")));
    }
    Ok(lines)
}

/// Refuses to play where somebody's own containers or data are: the end of the play removes them.
pub(crate) async fn refuse_to_remove_what_is_there(project: &Project) -> anyhow::Result<()> {
    let there = remains(project).await?;
    ensure!(
        there.is_empty(),
        "there is a project {NAME} on this engine already, which a rehearsal would remove with its data: {}",
        there.join(", ")
    );
    Ok(())
}
