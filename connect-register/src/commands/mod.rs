//! The commands: one file each, with its arguments, what it does, and how it shows it.

mod access;
mod act;
mod apply;
mod apply_view;
mod backup;
mod check;
mod choice;
mod completion;
mod consent;
mod context;
mod delete;
mod describe;
mod diff;
mod dlq;
mod doctor;
mod explain;
mod export;
mod format;
mod get;
mod import;
mod loggers;
mod look;
mod migrate;
mod offsets;
mod options;
mod plan;
mod plan_view;
mod plugins;
mod policy;
mod progress;
mod pruning;
mod reference;
mod render;
mod restart;
mod show;
mod state;
mod status;
mod template_files;
mod topics;
mod validate;
mod wait;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use service::Exit;
use service::log::LogArgs;

use options::ConnectArgs;

/// Keeps Kafka Connect as declared
///
/// Connectors are declared as templates, in JSON, YAML or properties, whose values are rendered from
/// the environment. `plan` shows what differs from what the worker has, `apply` writes only that, and
/// `watch` keeps it so.
#[derive(Debug, Parser)]
#[command(name = "connect-register", version, max_term_width = 110, after_help = EXAMPLES)]
pub struct Cli {
    /// What to log, and how
    #[command(flatten)]
    pub log: LogArgs,
    /// Which worker
    #[command(flatten)]
    connect: ConnectArgs,
    /// What to do
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  connect-register wait -f connectors/           wait for the worker and the plug-ins the templates need
  connect-register plan -f connectors/           show what would change
  connect-register apply -f connectors/ --wait   change it, and wait until every task runs
  connect-register doctor                        what is wrong with the cluster, or with the way to it
  connect-register status                        connectors, tasks, and why they failed, in words
  connect-register watch -f connectors/          keep it so
  connect-register export --dir connectors/      what runs, as templates without secrets
  connect-register diff --to http://other:8083   what differs between two clusters
  connect-register dlq stats sales.dlq           dead letters, by cause

Access, from a context (see `connect-register context`), and before that from the environment; a secret
also as ..._FILE, or from what ..._COMMAND prints:
  KAFKA_CONNECT_URL                              workers of one cluster, separated by commas
  KAFKA_CONNECT_BASIC_AUTH_USERNAME, _PASSWORD   or KAFKA_CONNECT_BEARER_TOKEN, or KAFKA_CONNECT_HEADERS
  KAFKA_CONNECT_TLS_CA, _CERT, _KEY, _INSECURE   who is trusted, and what is shown to the worker
  KAFKA_CONNECT_PROXY                            an HTTP proxy on the way

Exit codes:
  0 ok   1 failed   2 wrong usage
  3 differs (plan, diff --fail-on-changes; a saved plan does not hold any more)   4 mistakes in templates, or refused
  5 worker unreachable, or time over   6 applied in part   7 applied, but not running   8 denied
  130 Ctrl-C   143 SIGTERM";

#[derive(Debug, Subcommand)]
enum Command {
    Wait(wait::Args),
    Render(render::Args),
    Validate(validate::Args),
    Plan(plan::Args),
    Apply(apply::Args),
    Get(get::Args),
    Describe(describe::Args),
    Status(status::Args),
    Explain(explain::Args),
    Pause(state::PauseArgs),
    Resume(state::ResumeArgs),
    Stop(state::StopArgs),
    Restart(restart::Args),
    Delete(delete::Args),
    Offsets(offsets::Args),
    Migrate(migrate::Args),
    Topics(topics::Args),
    Loggers(loggers::Args),
    Diff(diff::Args),
    Dlq(dlq::Args),
    Export(export::Args),
    Import(import::Args),
    Plugins(plugins::Args),
    Watch(watch::Args),
    Policy(policy::Args),
    Doctor(doctor::Args),
    Context(context::Args),
    Completion(completion::Args),
    Reference(reference::Args),
}

/// Answers a shell that asks what a word can be completed to; `None` where none does.
pub fn complete() -> Option<ExitCode> {
    completion::answer()
}

/// Runs a parsed command line to its exit code.
///
/// # Errors
/// What the command could not do.
pub async fn run(cli: Cli) -> anyhow::Result<Exit> {
    let Cli { log: _, connect, command } = cli;
    match command {
        Command::Wait(args) => wait::run(&args, &connect).await,
        Command::Render(args) => render::run(&args),
        Command::Validate(args) => validate::run(&args, &connect).await,
        Command::Plan(args) => plan::run(&args, &connect).await,
        Command::Apply(args) => apply::run(&args, &connect).await,
        Command::Get(args) => get::run(&args, &connect).await,
        Command::Describe(args) => describe::run(&args, &connect).await,
        Command::Status(args) => status::run(&args, &connect).await,
        Command::Explain(args) => explain::run(&args, &connect).await,
        Command::Pause(args) => state::pause(&args, &connect).await,
        Command::Resume(args) => state::resume(&args, &connect).await,
        Command::Stop(args) => state::stop(&args, &connect).await,
        Command::Restart(args) => restart::run(&args, &connect).await,
        Command::Delete(args) => delete::run(&args, &connect).await,
        Command::Offsets(args) => offsets::run(&args, &connect).await,
        Command::Migrate(args) => migrate::run(&args, &connect).await,
        Command::Topics(args) => topics::run(&args, &connect).await,
        Command::Loggers(args) => loggers::run(&args, &connect).await,
        Command::Diff(args) => diff::run(&args, &connect).await,
        Command::Dlq(args) => dlq::run(&args, &connect).await,
        Command::Export(args) => export::run(&args, &connect).await,
        Command::Import(args) => import::run(&args, &connect).await,
        Command::Plugins(args) => plugins::run(&args, &connect).await,
        Command::Watch(args) => watch::run(&args, &connect).await,
        Command::Policy(args) => policy::run(&args),
        Command::Doctor(args) => doctor::run(&args, &connect).await,
        Command::Context(args) => context::run(&args),
        Command::Completion(args) => completion::run(&args),
        Command::Reference(args) => reference::run(&args),
    }
}
