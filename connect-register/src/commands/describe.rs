//! `describe`: all that is known of connectors, for people: what they are, how they are, how far they
//! have come, and how they are configured.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;
use service::Exit;

use super::format::names;
use super::look::LookArgs;
use super::options::{ConnectArgs, backoff};
use super::show::table;
use crate::connect::{Client, HttpTransport};
use crate::core::health::root_cause;
use crate::core::offsets::{Offset, Offsets, Partition};
use crate::core::{Backoff, ConnectorName, ConnectorStatus, Fault, Observed, Value, Verdict, plain, prune};
use crate::operate::Operator;
use crate::reconcile::persist::persist;
use crate::sources::Environment;

/// Show all that is known of connectors: state, tasks, causes, topics, offsets, configuration
///
/// Values that read like secrets are hidden.
///
/// Example: connect-register describe pg-sales-jdbc-sink
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    look: LookArgs,
    /// Show whole stack traces
    #[arg(long)]
    trace: bool,
}

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    connectors: Vec<Described>,
}

#[derive(Serialize)]
struct Described {
    name: ConnectorName,
    #[serde(rename = "type")]
    kind: Option<String>,
    class: Option<String>,
    set: Option<String>,
    #[serde(flatten)]
    verdict: Verdict,
    connector: Option<Part>,
    tasks: Vec<Part>,
    /// Absent where the worker does not tell.
    topics: Option<BTreeSet<String>>,
    offsets: Option<Offsets>,
    config: BTreeMap<String, Value>,
}

#[derive(Serialize)]
struct Part {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    state: String,
    worker: String,
    cause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let client = connect.client(Environment::without_templates()?.redactor)?;
    let backoff = backoff();
    let mut described = Vec::new();
    for (name, observed) in &args.look.chosen(&client).await? {
        described.push(args.describe(&client, &backoff, name, observed).await);
    }
    let all: Vec<_> = described.iter().map(|one| one.name.clone()).collect();
    let body = Body { worker: client.address(), connectors: described };
    args.look.output.print(&body, names(&all), |_| match body.connectors.as_slice() {
        [] => "no connectors\n".to_owned(),
        all => all.iter().map(show).collect::<Vec<_>>().join("\n"),
    })?;
    Ok(Exit::Ok)
}

impl Args {
    async fn describe(
        &self,
        client: &Client<HttpTransport>,
        backoff: &Backoff,
        name: &ConnectorName,
        observed: &Observed,
    ) -> Described {
        let deadline = self.look.timeout.deadline();
        // An old worker does not tell, and one may be set up not to.
        let known = |what: &str, fault: &Fault| tracing::debug!(connector = %name, %fault, "its {what} are not told");
        let topics = persist(deadline, backoff, || client.topics(name)).await;
        let offsets = persist(deadline, backoff, || client.offsets(name)).await;
        let status = observed.status.as_ref();
        Described {
            name: name.clone(),
            kind: status.map(|status| status.kind.clone()),
            class: observed.config.get("connector.class").cloned(),
            set: prune::owner(&observed.config),
            verdict: Verdict::of(status),
            connector: status.map(|status| self.connector(status)),
            tasks: status.map(|status| self.tasks(status)).unwrap_or_default(),
            topics: topics.inspect_err(|fault| known("topics", fault)).ok(),
            offsets: offsets.inspect_err(|fault| known("offsets", fault)).ok().flatten(),
            config: observed.config.iter().map(|(key, value)| (key.clone(), Value::of_key(key, value))).collect(),
        }
    }

    fn connector(&self, status: &ConnectorStatus) -> Part {
        self.part(None, status.state.as_str(), &status.worker, status.trace.as_ref())
    }

    fn tasks(&self, status: &ConnectorStatus) -> Vec<Part> {
        let task = |task: &crate::core::TaskStatus| {
            self.part(Some(task.id), task.state.as_str(), &task.worker, task.trace.as_ref())
        };
        status.tasks.iter().map(task).collect()
    }

    fn part(&self, id: Option<u32>, state: &str, worker: &str, trace: Option<&String>) -> Part {
        Part {
            id,
            state: state.to_owned(),
            worker: worker.to_owned(),
            cause: trace.map(|trace| root_cause(trace)),
            trace: trace.filter(|_| self.trace).cloned(),
        }
    }
}

fn show(one: &Described) -> String {
    let Described { name, kind, class, set, verdict, connector, tasks, topics, offsets, config } = one;
    let mut text = String::new();
    let mut line = |label: &str, value: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{label:<10}{}", plain::line(value));
    };
    line("Name:", &name.to_string());
    line("Class:", class.as_deref().unwrap_or("none"));
    line("Type:", kind.as_deref().unwrap_or("unknown"));
    if let Some(set) = set {
        line("Set:", set);
    }
    line("State:", &verdict.words());
    match topics {
        Some(topics) if topics.is_empty() => line("Topics:", "none yet"),
        Some(topics) => line("Topics:", &topics.iter().cloned().collect::<Vec<_>>().join(", ")),
        None => line("Topics:", "not told by this worker"),
    }
    let parts = connector.iter().chain(tasks).map(|part| {
        let what = part.id.map_or_else(|| "connector".to_owned(), |id| format!("task {id}"));
        [what, part.state.clone(), part.worker.clone(), part.cause.clone().unwrap_or_default()]
    });
    let _ = write!(text, "\n{}", table(["PART", "STATE", "WORKER", "CAUSE"], parts));
    if let Some(Offsets(offsets)) = offsets.as_ref().filter(|offsets| !offsets.0.is_empty()) {
        let rows = offsets
            .iter()
            .map(|(partition, offset): (&Partition, &Offset)| [partition.to_string(), offset.to_string()]);
        let _ = write!(text, "\n{}", table(["PARTITION", "OFFSET"], rows));
    }
    let keys = config.iter().map(|(key, value)| [key.clone(), value.to_string()]);
    let _ = write!(text, "\n{}", table(["KEY", "VALUE"], keys));
    for part in connector.iter().chain(tasks) {
        if let Some(trace) = &part.trace {
            let what = part.id.map_or_else(|| "connector".to_owned(), |id| format!("task {id}"));
            let _ = write!(text, "\n{what}:\n{}\n", plain::text(trace).trim_end());
        }
    }
    if matches!(verdict, Verdict::Failed { .. }) {
        let _ = write!(text, "\n`connect-register explain {name}` tells what to do about it.\n");
    }
    text
}
