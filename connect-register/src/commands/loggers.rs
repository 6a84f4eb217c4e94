//! `loggers`: how much workers write to their logs, changed while they run.

use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;
use serde::Serialize;
use service::{Exit, Failure};

use super::format::OutputArgs;
use super::options::{ConnectArgs, ReadTimeout, backoff};
use super::show::table;
use crate::core::{Class, Fault, lint};
use crate::operate::Operator;
use crate::operate::access::Reach;
use crate::reconcile::persist::persist;
use crate::sources::Environment;

/// Show how much a worker writes to its log, and change it while it runs
///
/// Example: connect-register loggers set io.confluent.connect.jdbc DEBUG --cluster
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Get(GetArgs),
    Set(SetArgs),
}

/// Show the loggers of the worker that answers (Kafka 2.4 and newer)
///
/// Example: connect-register loggers get org.apache.kafka.connect
#[derive(Debug, clap::Args)]
struct GetArgs {
    /// Only those whose names begin so; `root` is the one that all others go by
    #[arg(value_name = "LOGGER")]
    beginning: Option<String>,
    #[command(flatten)]
    timeout: ReadTimeout,
    #[command(flatten)]
    output: OutputArgs,
}

/// Set the level of a logger and of all below it
///
/// It holds until the worker is started anew. Without --cluster only the worker that answers takes it.
///
/// Example: connect-register loggers set io.confluent.connect.jdbc DEBUG --cluster
#[derive(Debug, clap::Args)]
struct SetArgs {
    /// The logger; `root` is the one that all others go by
    #[arg(value_name = "LOGGER")]
    logger: String,
    /// Its level
    #[arg(value_enum, ignore_case = true, value_name = "LEVEL")]
    level: Level,
    /// On all workers of the cluster (Kafka 3.7 and newer)
    #[arg(long)]
    cluster: bool,
    #[command(flatten)]
    timeout: ReadTimeout,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Level {
    /// Nothing
    Off,
    /// What ends a worker
    Fatal,
    /// What fails
    Error,
    /// What may be wrong
    Warn,
    /// What happens
    Info,
    /// Why
    Debug,
    /// Everything
    Trace,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::Fatal => "FATAL",
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    loggers: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    level: String,
    modified: Option<Timestamp>,
}

#[derive(Serialize)]
struct Changed<'a> {
    worker: &'a str,
    logger: &'a str,
    level: &'a str,
    scope: &'static str,
    /// Those that took it, where only one worker did.
    loggers: Vec<String>,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    match &args.command {
        Command::Get(args) => get(args, connect).await,
        Command::Set(args) => set(args, connect).await,
    }
}

async fn get(args: &GetArgs, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let client = connect.client(Environment::without_templates()?.redactor)?;
    let loggers = persist(args.timeout.deadline(), &backoff(), || client.loggers()).await.map_err(unavailable)?;
    let is_asked = |name: &str| args.beginning.as_deref().is_none_or(|beginning| name.starts_with(beginning));
    let rows: Vec<Row> = loggers
        .iter()
        .filter(|(name, _)| is_asked(name))
        .map(|(name, logger)| Row {
            name: name.clone(),
            level: logger.level.clone(),
            modified: logger.modified.and_then(|millis| Timestamp::from_millisecond(millis).ok()),
        })
        .collect();
    if let (Some(beginning), true) = (&args.beginning, rows.is_empty()) {
        let failure = Failure::new(Exit::Failed, format!("no logger's name begins with {beginning}"));
        return Err(match lint::nearest(beginning, loggers.keys().map(String::as_str)) {
            Some(near) => failure.hint(format!("did you mean {near}? A logger is there once its class was used")),
            None => failure.hint("a logger is there once its class was used; `loggers set` makes it"),
        }
        .into());
    }
    let names: Vec<_> = rows.iter().map(|row| row.name.clone()).collect();
    let body = Body { worker: client.address(), loggers: rows };
    args.output.print(&body, names, |_| {
        let lines = body.loggers.iter().map(|row| {
            let modified = row.modified.map(|at| at.to_string()).unwrap_or_default();
            [row.name.clone(), row.level.clone(), modified]
        });
        table(["LOGGER", "LEVEL", "SET AT"], lines)
    })?;
    Ok(Exit::Ok)
}

async fn set(args: &SetArgs, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let client = connect.client(Environment::without_templates()?.redactor)?;
    let (reach, scope) = if args.cluster { (Reach::Cluster, "cluster") } else { (Reach::Worker, "worker") };
    let level = args.level.word();
    let set = persist(args.timeout.deadline(), &backoff(), || client.set_logger(&args.logger, level, reach)).await;
    let loggers = set.map_err(|fault| match (fault.class, args.cluster) {
        // Before Kafka 3.7 the parameter is not known, and left out of account.
        (Class::Missing, _) => fault.into_failure(&format!("there is no logger {}", args.logger)),
        _ => unavailable(fault),
    })?;
    let is_of_one = args.cluster && !loggers.is_empty();
    let scope = if is_of_one { "worker" } else { scope };
    if is_of_one {
        tracing::warn!("the worker is older than Kafka 3.7: only it has taken the level, and not the whole cluster");
    }
    let body = Changed { worker: client.address(), logger: &args.logger, level, scope, loggers };
    args.output.print(&body, [args.logger.clone()], |_| {
        let of = if body.scope == "cluster" { "all workers of the cluster" } else { body.worker };
        format!("{} is {level} on {of}\n", crate::core::plain::line(&args.logger))
    })?;
    Ok(Exit::Ok)
}

fn unavailable(fault: Fault) -> Failure {
    let class = fault.class;
    let failure = fault.into_failure("the loggers could not be read or set");
    match class {
        Class::Unsupported | Class::Missing | Class::Denied => failure
            .hint("a worker serves them from Kafka 2.4 on, and where `admin.listeners` says so at another address"),
        _ => failure,
    }
}
