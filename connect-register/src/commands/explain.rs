//! `explain`: why a connector has failed, in words, and what to do about it.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use service::{Exit, Failure as Refusal};

use super::format::names;
use super::look::LookArgs;
use super::options::ConnectArgs;
use super::show::{count, table};
use crate::core::explain::{Failure, Restart, catalogue, explain};
use crate::core::health::root_cause;
use crate::core::{ConnectorName, ConnectorStatus, plain};
use crate::sources::{Environment, whole};

/// Tell why connectors have failed, in words, and what to do about it
///
/// The causes are looked up in a catalogue of known failures (`--list`, docs/explain.md). What is not in it is
/// told as it is, with the place that it comes from. Without names: whatever has failed.
///
/// Example: connect-register explain
///
/// Example: connect-register explain --trace trace.txt
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    look: LookArgs,
    /// Explain the stack trace in this file, or on standard input (`-`), and ask no worker
    #[arg(long, value_name = "FILE|-", conflicts_with_all = ["names", "expressions", "list"])]
    trace: Option<PathBuf>,
    /// List all known failures
    #[arg(long, conflicts_with_all = ["names", "expressions"])]
    list: bool,
}

#[derive(Serialize)]
struct Body {
    causes: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    connector: Option<ConnectorName>,
    /// What has failed of it: `connector`, `task 0`.
    parts: Vec<String>,
    /// The root cause, in one line.
    cause: String,
    /// The known failure that it is.
    failure: Option<&'static Failure>,
    /// Where it comes from, where it is not known.
    place: Option<String>,
}

#[derive(Serialize)]
struct Known {
    failures: Vec<&'static Failure>,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    if args.list {
        return args.list_all();
    }
    let causes = match &args.trace {
        Some(path) => vec![cause(None, vec![], &read(path)?)],
        None => args.of_connectors(connect).await?,
    };
    let all: Vec<_> = causes.iter().filter_map(|cause| cause.connector.clone()).collect();
    let body = Body { causes };
    args.look.output.print(&body, names(&all), |_| show(&body.causes))?;
    Ok(Exit::Ok)
}

impl Args {
    fn list_all(&self) -> anyhow::Result<Exit> {
        let body = Known { failures: catalogue().collect() };
        let ids = body.failures.iter().map(|failure| failure.id.to_owned());
        self.look.output.print(&body, ids, |_| {
            let rows = body.failures.iter().map(|failure| [failure.id.to_owned(), failure.title.to_owned()]);
            table(["FAILURE", "WHAT IT IS"], rows)
        })?;
        Ok(Exit::Ok)
    }

    async fn of_connectors(&self, connect: &ConnectArgs) -> anyhow::Result<Vec<Finding>> {
        let client = connect.client(Environment::without_templates()?.redactor)?;
        let chosen = self.look.chosen(&client).await?;
        Ok(chosen.iter().filter_map(|(name, observed)| Some(of(name, observed.status.as_ref()?))).flatten().collect())
    }
}

/// What has failed of a connector, by cause.
fn of(name: &ConnectorName, status: &ConnectorStatus) -> Vec<Finding> {
    let connector = status.trace.as_ref().map(|trace| ("connector".to_owned(), trace));
    let tasks = status.tasks.iter().filter_map(|task| Some((format!("task {}", task.id), task.trace.as_ref()?)));
    let mut causes: Vec<Finding> = Vec::new();
    for (part, trace) in connector.into_iter().chain(tasks) {
        let of_part = cause(Some(name), vec![part.clone()], trace);
        match causes.iter_mut().find(|it| it.cause == of_part.cause) {
            Some(same) => same.parts.push(part),
            None => causes.push(of_part),
        }
    }
    causes
}

fn cause(connector: Option<&ConnectorName>, parts: Vec<String>, trace: &str) -> Finding {
    let explained = explain(trace);
    let place = explained.place().filter(|_| explained.failure.is_none()).map(plain::line);
    Finding { connector: connector.cloned(), parts, cause: root_cause(trace), failure: explained.failure, place }
}

/// A trace of ten megabytes is one.
fn read(path: &Path) -> Result<String, Refusal> {
    const LONGEST: u64 = 64 << 20;
    let read = if path.as_os_str() == "-" { whole::stdin(LONGEST) } else { whole::read(path, LONGEST) };
    let bytes = read.map_err(|error| {
        Refusal::new(Exit::Invalid, format!("{} could not be read", path.display()))
            .hint("name a file with a stack trace, or - for standard input")
            .because(error)
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn show(causes: &[Finding]) -> String {
    if causes.is_empty() {
        return "nothing has failed\n".to_owned();
    }
    let mut text = String::new();
    for (number, cause) in causes.iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        // Writing to a string does not fail.
        let _ = tell(&mut text, cause);
    }
    text
}

fn tell(text: &mut String, Finding { connector, parts, cause, failure, place }: &Finding) -> std::fmt::Result {
    if let Some(connector) = connector {
        let which = if parts.len() > 3 { count(parts.len(), "part") } else { parts.join(", ") };
        writeln!(text, "{connector} ({which})")?;
    }
    writeln!(text, "  {}", plain::line(cause))?;
    let Some(failure) = failure else {
        writeln!(text, "\n  This failure is not in the catalogue.")?;
        if let Some(place) = place {
            writeln!(text, "  It comes from {place}.")?;
        }
        return writeln!(text, "  `status --trace` shows the whole trace; the worker's log says what came before.");
    };
    writeln!(text, "\n  {} [{}]\n  {}\n\n  What to do:", failure.title, failure.id, failure.why)?;
    for (number, step) in failure.fix.iter().enumerate() {
        writeln!(text, "  {}. {step}", number + 1)?;
    }
    match (failure.restart, connector) {
        (Restart::Useless, _) => writeln!(text, "  A restart alone does not help."),
        (Restart::Afterwards, Some(connector)) => {
            writeln!(text, "  Then: connect-register restart {connector} --failed")
        }
        (Restart::Afterwards, None) => writeln!(text, "  Then restart what has failed."),
    }
}
