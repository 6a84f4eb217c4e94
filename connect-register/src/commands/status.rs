//! `status`: connectors and their tasks, and why they failed, in words.

use std::fmt::Write;

use serde::Serialize;
use service::{Exit, Failure};

use super::choice::ChoiceArgs;
use super::format::{OutputArgs, Width, names};
use super::look;
use super::options::{ConnectArgs, ReadTimeout, TemplateArgs};
use super::show::wide_table;
use crate::core::health::root_cause;
use crate::core::{ConnectorName, ConnectorStatus, State, Verdict, plain, prune};
use crate::reconcile::Observation;

/// Show connectors and tasks, and the root cause of failures in one line
///
/// Without names and templates: all connectors of the cluster.
///
/// Example: connect-register status pg-sales-jdbc-sink
///
/// Example: connect-register status -e 'pg-.*' -o wide
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    choice: ChoiceArgs,
    #[command(flatten)]
    templates: TemplateArgs,
    /// Show whole stack traces
    #[arg(long)]
    trace: bool,
    /// End with exit code 7 unless all of them run, are paused, or are stopped
    #[arg(long)]
    fail_on_unhealthy: bool,
    #[command(flatten)]
    timeout: ReadTimeout,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    connectors: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: ConnectorName,
    #[serde(flatten)]
    verdict: Verdict,
    #[serde(rename = "type")]
    kind: Option<String>,
    class: Option<String>,
    /// The set that it is managed in.
    set: Option<String>,
    #[serde(flatten)]
    connector: Option<Part>,
    tasks: Vec<Task>,
}

#[derive(Serialize)]
struct Task {
    id: u32,
    #[serde(flatten)]
    part: Part,
    cause: Option<String>,
}

#[derive(Serialize)]
struct Part {
    state: State,
    worker: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let loaded = args.templates.load_any()?;
    let declared: Vec<_> = loaded.specs()?.iter().map(|spec| spec.name.clone()).collect();
    let selection = args.choice.selection()?;
    let client = connect.client(loaded.environment.redactor.clone())?;
    let observation = look::all(&client, args.timeout.deadline()).await?;
    let all = if args.templates.is_given() { declared } else { observation.keys().cloned().collect() };
    let absent = selection.absent(&all);
    let chosen = all.into_iter().filter(|name| selection.has(name)).chain(absent);
    let rows: Vec<Row> = chosen.map(|name| row(name, &observation, args.trace)).collect();
    let ill: Vec<String> = rows
        .iter()
        .filter(|row| !matches!(row.verdict, Verdict::Running | Verdict::Paused | Verdict::Stopped))
        .map(|row| crate::core::health::tell(&row.name, &row.verdict))
        .collect();
    let connectors: Vec<_> = rows.iter().map(|row| row.name.clone()).collect();
    let body = Body { worker: client.address(), connectors: rows };
    args.output.print(&body, names(&connectors), |width| show(&body.connectors, width))?;
    if args.fail_on_unhealthy && !ill.is_empty() {
        return Err(Failure::all(Exit::Unhealthy, "not healthy", &ill).into());
    }
    Ok(Exit::Ok)
}

fn row(name: ConnectorName, observation: &Observation, is_whole: bool) -> Row {
    let observed = observation.get(&name);
    let class = observed.and_then(|observed| observed.config.get("connector.class").cloned());
    let set = observed.and_then(|observed| prune::owner(&observed.config));
    let status = observed.and_then(|observed| observed.status.as_ref());
    let verdict = Verdict::of(status);
    let trace = |trace: &Option<String>| trace.as_ref().filter(|_| is_whole).cloned();
    let Some(ConnectorStatus { kind, state, worker, trace: why, tasks }) = status else {
        return Row { name, verdict, kind: None, class, set, connector: None, tasks: Vec::new() };
    };
    let task = |task: &crate::core::TaskStatus| Task {
        id: task.id,
        part: Part { state: task.state.clone(), worker: task.worker.clone(), trace: trace(&task.trace) },
        cause: task.trace.as_deref().map(root_cause),
    };
    Row {
        name,
        verdict,
        kind: Some(kind.clone()),
        class,
        set,
        connector: Some(Part { state: state.clone(), worker: worker.clone(), trace: trace(why) }),
        tasks: tasks.iter().map(task).collect(),
    }
}

fn show(rows: &[Row], width: Width) -> String {
    if rows.is_empty() {
        return "no connectors\n".to_owned();
    }
    let mut lines = Vec::new();
    for row in rows {
        let (state, worker) = match &row.connector {
            Some(part) => (part.state.as_str().to_owned(), plain::line(&part.worker)),
            None => ("MISSING".to_owned(), String::new()),
        };
        let running = row.tasks.iter().filter(|task| task.part.state == State::Running).count();
        let cause = match &row.verdict {
            Verdict::Failed { cause } => cause.clone(),
            Verdict::Starting if row.tasks.is_empty() => "it has no tasks yet".to_owned(),
            Verdict::Missing => "there is no such connector, or it has no status yet".to_owned(),
            _ => String::new(),
        };
        let of = format!("{running}/{}", row.tasks.len());
        let [kind, class, set] = [&row.kind, &row.class, &row.set].map(|text| text.clone().unwrap_or_default());
        lines.push([row.name.to_string(), String::new(), state, of, worker, kind, class, set, cause]);
        for task in &row.tasks {
            let Task { id, part, cause } = task;
            let cause = cause.clone().unwrap_or_default();
            let worker = plain::line(&part.worker);
            let (task, state) = (format!("task {id}"), part.state.as_str().to_owned());
            let none = String::new;
            lines.push([none(), task, state, none(), worker, none(), none(), none(), cause]);
        }
    }
    let header = ["CONNECTOR", "", "STATE", "RUNNING", "WORKER", "TYPE", "CLASS", "SET", "CAUSE"];
    let mut text = wide_table(width, 5..8, header, lines);
    for row in rows {
        let connector = row.connector.iter().map(|part| ("connector".to_owned(), part));
        let tasks = row.tasks.iter().map(|task| (format!("task {}", task.id), &task.part));
        for (what, part) in connector.chain(tasks) {
            if let Some(trace) = &part.trace {
                // Writing to a string does not fail.
                let _ = write!(text, "\n{} {what}:\n{}\n", row.name, plain::text(trace).trim_end());
            }
        }
    }
    text
}
