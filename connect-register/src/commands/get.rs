//! `get`: the connectors that there are, a line each; as a document with their configurations.

use std::collections::BTreeMap;

use serde::Serialize;
use service::Exit;

use super::format::{Width, names};
use super::look::LookArgs;
use super::options::ConnectArgs;
use super::show::wide_table;
use crate::core::{ConnectorName, Observed, State, Value, Verdict, prune};
use crate::sources::Environment;

/// List connectors, a line each; with -o json or yaml with their configurations, secrets hidden
///
/// Example: connect-register get
///
/// Example: connect-register get pg-sales-jdbc-sink -o yaml
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    look: LookArgs,
}

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    connectors: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: ConnectorName,
    #[serde(rename = "type")]
    kind: Option<String>,
    class: Option<String>,
    /// The set that it is managed in.
    set: Option<String>,
    #[serde(flatten)]
    verdict: Verdict,
    state: Option<State>,
    tasks: Tasks,
    config: BTreeMap<String, Value>,
}

#[derive(Serialize)]
struct Tasks {
    running: usize,
    total: usize,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let client = connect.client(Environment::without_templates()?.redactor)?;
    let chosen = args.look.chosen(&client).await?;
    let rows: Vec<Row> = chosen.iter().map(|(name, observed)| row(name, observed)).collect();
    let all: Vec<_> = rows.iter().map(|row| row.name.clone()).collect();
    let body = Body { worker: client.address(), connectors: rows };
    args.look.output.print(&body, names(&all), |width| show(&body.connectors, width))?;
    Ok(Exit::Ok)
}

fn row(name: &ConnectorName, observed: &Observed) -> Row {
    let status = observed.status.as_ref();
    let tasks = status.map(|status| status.tasks.as_slice()).unwrap_or_default();
    Row {
        name: name.clone(),
        kind: status.map(|status| status.kind.clone()),
        class: observed.config.get("connector.class").cloned(),
        set: prune::owner(&observed.config),
        verdict: Verdict::of(status),
        state: status.map(|status| status.state.clone()),
        tasks: Tasks { running: tasks.iter().filter(|task| task.state == State::Running).count(), total: tasks.len() },
        config: observed.config.iter().map(|(key, value)| (key.clone(), Value::of_key(key, value))).collect(),
    }
}

fn show(rows: &[Row], width: Width) -> String {
    if rows.is_empty() {
        return "no connectors\n".to_owned();
    }
    let lines = rows.iter().map(|row| {
        let [kind, class, set] = [&row.kind, &row.class, &row.set].map(|text| text.clone().unwrap_or_default());
        // What people scan for is the verdict, not the state that says RUNNING while its tasks have failed.
        let state = match &row.verdict {
            Verdict::Failed { .. } => "FAILED".to_owned(),
            _ => row.state.as_ref().map_or_else(|| "MISSING".to_owned(), |state| state.as_str().to_owned()),
        };
        let tasks = format!("{}/{}", row.tasks.running, row.tasks.total);
        let short = class.rsplit('.').next().unwrap_or_default().to_owned();
        [row.name.to_string(), kind, state, tasks, if width == Width::Wide { class } else { short }, set]
    });
    wide_table(width, 5..6, ["CONNECTOR", "TYPE", "STATE", "TASKS", "CLASS", "SET"], lines)
}
