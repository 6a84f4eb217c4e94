//! What the rehearsal's Prometheus says.

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::project::Project;

/// The port that the compose file publishes.
const BASE: &str = "http://127.0.0.1:9090/api/v1/";

#[derive(Deserialize)]
struct Answer {
    status: String,
    data: Value,
}

async fn ask(project: &Project, path: &str, query: &str) -> anyhow::Result<Value> {
    let line = format!("curl -fsS --get --data-urlencode \"query=$QUERY\" {BASE}{path}");
    let answer = project.run_with(&line, &[("QUERY", query)]).await?;
    let answer: Answer = serde_json::from_str(&answer).with_context(|| format!("the answer to {path} {query:?}"))?;
    ensure!(answer.status == "success", "{path} {query:?}: {}", answer.data);
    Ok(answer.data)
}

/// How many targets are scraped, where all of them are up; else which are not.
pub(crate) async fn targets(project: &Project) -> anyhow::Result<Result<usize, String>> {
    let data = ask(project, "targets", "").await?;
    let targets = data["activeTargets"].as_array().context("Prometheus names no targets")?;
    let job = |target: &Value| target["labels"]["job"].as_str().unwrap_or("?").to_owned();
    let down: Vec<_> = targets.iter().filter(|target| target["health"] != "up").map(job).collect();
    Ok(if down.is_empty() { Ok(targets.len()) } else { Err(format!("not up: {}", down.join(", "))) })
}

/// The values of an expression now: those that are numbers.
pub(crate) async fn values(project: &Project, expression: &str) -> anyhow::Result<Vec<f64>> {
    let data = ask(project, "query", expression).await?;
    let series = data["result"].as_array().context("Prometheus gives no result")?;
    let value = |series: &Value| series["value"][1].as_str().and_then(|text| text.parse().ok());
    Ok(series.iter().filter_map(value).filter(|value: &f64| !value.is_nan()).collect())
}

/// The names of the alerts that fire.
pub(crate) async fn firing(project: &Project) -> anyhow::Result<Vec<String>> {
    let data = ask(project, "alerts", "").await?;
    let alerts = data["alerts"].as_array().context("Prometheus gives no alerts")?;
    let firing = alerts.iter().filter(|alert| alert["state"] == "firing");
    Ok(firing.map(|alert| alert["labels"].to_string()).collect())
}

/// How many alerting rules were loaded, where all of them can be evaluated; else which cannot.
pub(crate) async fn rules(project: &Project) -> anyhow::Result<Result<usize, String>> {
    let data = ask(project, "rules", "").await?;
    let groups = data["groups"].as_array().context("Prometheus gives no rules")?;
    let rules: Vec<&Value> = groups.iter().filter_map(|group| group["rules"].as_array()).flatten().collect();
    let bad: Vec<_> = rules.iter().filter(|rule| rule["health"] != "ok").map(|rule| rule["name"].to_string()).collect();
    Ok(match (rules.len(), bad.is_empty()) {
        (0, _) => Err("there are none".to_owned()),
        (count, true) => Ok(count),
        (_, false) => Err(format!("not evaluated: {}", bad.join(", "))),
    })
}
