//! `plugins`: what a worker has, what it defines, and a record of that for `validate --offline`.

use clap::{Subcommand, ValueEnum};
use serde::Serialize;
use service::{Exit, Failure};

use super::format::{OutputArgs, Width};
use super::options::{ConnectArgs, ReadTimeout, backoff};
use super::progress::Progress;
use super::show::{count, wide_table};
use crate::core::record::{Found, RecordedPlugin};
use crate::core::{Fault, KeyDefinition, Plugin, Record, lint, plain};
use crate::reconcile::{ConnectReader, definitions, persist::persist};
use crate::sources::Environment;

/// Show the plug-ins of a worker and the keys that they define, or record them for validate --offline
///
/// Example: connect-register plugins list
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(ListArgs),
    Describe(DescribeArgs),
    Export(ExportArgs),
}

/// List the plug-ins of the worker
///
/// Workers before Kafka 3.2 name their connectors alone.
///
/// Example: connect-register plugins list --type sink
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Only plug-ins of this type: sink, source, converter, `header_converter`, transformation, predicate
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    #[command(flatten)]
    timeout: ReadTimeout,
    #[command(flatten)]
    output: OutputArgs,
}

/// Show the keys that a plug-in defines
///
/// Example: connect-register plugins describe io.confluent.connect.jdbc.JdbcSinkConnector -o wide
#[derive(Debug, clap::Args)]
struct DescribeArgs {
    /// The plug-in's class, or its short name
    #[arg(value_name = "CLASS")]
    class: String,
    #[command(flatten)]
    timeout: ReadTimeout,
    #[command(flatten)]
    output: OutputArgs,
}

/// Record all plug-ins with their keys, for `validate --offline`
///
/// The record is sorted and holds neither addresses nor times: equal workers give equal records, and
/// `git diff` tells what an upgrade changes.
///
/// Example: connect-register plugins export -o json > plugins.json
#[derive(Debug, clap::Args)]
struct ExportArgs {
    /// The format of the record
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    output: RecordFormat,
    #[command(flatten)]
    timeout: ReadTimeout,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum RecordFormat {
    /// JSON, as docs/json.md describes it
    #[default]
    Json,
}

#[derive(Serialize)]
struct Listed<'a> {
    worker: &'a str,
    plugins: &'a [Plugin],
}

#[derive(Serialize)]
struct Described<'a> {
    worker: &'a str,
    #[serde(flatten)]
    plugin: &'a Plugin,
    keys: &'a [KeyDefinition],
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let client = connect.client(Environment::without_templates()?.redactor)?;
    let address = client.address().to_owned();
    match &args.command {
        Command::List(args) => list(args, &client, &address).await,
        Command::Describe(args) => describe(args, &client, &address).await,
        Command::Export(args) => export(args, &client).await,
    }
}

fn unread(fault: Fault) -> Failure {
    fault.into_failure("the plug-ins could not be read")
}

async fn list(args: &ListArgs, reader: &impl ConnectReader, worker: &str) -> anyhow::Result<Exit> {
    let mut plugins = persist(args.timeout.deadline(), &backoff(), || reader.all_plugins()).await.map_err(unread)?;
    plugins.retain(|plugin| args.kind.as_ref().is_none_or(|kind| plugin.kind == *kind));
    plugins.sort();
    plugins.dedup();
    let names = plugins.iter().map(|plugin| format!("plugin/{}", plugin.class));
    args.output.print(&Listed { worker, plugins: &plugins }, names, |width| {
        let row = |plugin: &Plugin| {
            let Plugin { class, kind, version } = plugin;
            [class.clone(), kind.clone(), version.clone().unwrap_or_default(), plugin.aliases().join(", ")]
        };
        wide_table(width, 3..4, ["CLASS", "TYPE", "VERSION", "SHORT NAMES"], plugins.iter().map(row))
    })?;
    Ok(Exit::Ok)
}

async fn describe(args: &DescribeArgs, reader: &impl ConnectReader, worker: &str) -> anyhow::Result<Exit> {
    let (deadline, backoff) = (args.timeout.deadline(), backoff());
    let plugins = persist(deadline, &backoff, || reader.all_plugins()).await.map_err(unread)?;
    let plugin = find(plugins, &args.class)?;
    let keys = definitions::definition(reader, &plugin.class, deadline, &backoff).await.map_err(unread)?;
    let Some(mut keys) = keys else {
        let failure = Failure::new(Exit::Failed, format!("the worker does not tell the keys of {}", plugin.class));
        return Err(failure
            .hint("Kafka 3.2 and newer tell those of connectors, converters, transforms and predicates")
            .into());
    };
    keys.sort_by(|a, b| a.name.cmp(&b.name));
    let name = [format!("plugin/{}", plugin.class)];
    args.output.print(&Described { worker, plugin: &plugin, keys: &keys }, name, |width| rows(&keys, width))?;
    Ok(Exit::Ok)
}

fn find(plugins: Vec<Plugin>, class: &str) -> Result<Plugin, Failure> {
    let kinds: Vec<String> = plugins.iter().map(|plugin| plugin.kind.clone()).collect();
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let recorded = plugins.into_iter().map(|plugin| RecordedPlugin { plugin, keys: None });
    let record = Record::new("", recorded);
    if let Found::One(found) = record.find(class, &kinds) {
        return Ok(found.plugin.clone());
    }
    let failure = Failure::new(Exit::Invalid, format!("the worker has no plug-in {class:?}"));
    Err(match lint::nearest_class(class, &record.classes(&kinds)) {
        Some(near) => failure.hint(format!("did you mean {near}?")),
        None => failure.hint("`connect-register plugins list` tells which it has"),
    })
}

fn rows(keys: &[KeyDefinition], width: Width) -> String {
    let row = |key: &KeyDefinition| {
        let KeyDefinition { name, kind, required, default_value, importance, documentation } = key;
        let required = if *required { "required" } else { "" };
        let default = default_value.clone().unwrap_or_default();
        [name.clone(), kind.clone(), required.to_owned(), default, importance.clone(), documentation.clone()]
    };
    wide_table(width, 4..6, ["KEY", "TYPE", "", "DEFAULT", "IMPORTANCE", "WHAT FOR"], keys.iter().map(row))
}

async fn export(args: &ExportArgs, reader: &impl ConnectReader) -> anyhow::Result<Exit> {
    let mut progress = Progress::new();
    let asking = |plugin: &Plugin| progress.waiting(&format!("asking for {}", plain::line(&plugin.class)));
    let record = definitions::record(reader, args.timeout.deadline(), &backoff(), asking).await.map_err(unread)?;
    progress.finish();
    let untold = record.plugins.iter().filter(|recorded| recorded.keys.is_none()).count();
    if untold > 0 {
        progress
            .line(&format!("{} recorded without keys, for the worker does not tell them", count(untold, "plug-in")));
    }
    match args.output {
        RecordFormat::Json => service::output::print_json(&record)?,
    }
    Ok(Exit::Ok)
}
