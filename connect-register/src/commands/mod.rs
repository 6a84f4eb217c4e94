//! The commands: one file each, with its arguments, what it does, and how it shows it.

mod access;
mod apply;
mod apply_view;
mod check;
mod choice;
mod completion;
mod consent;
mod diff;
mod export;
mod format;
mod import;
mod options;
mod plan;
mod plan_view;
mod plugins;
mod policy;
mod progress;
mod pruning;
mod render;
mod show;
mod status;
mod template_files;
mod validate;
mod wait;
mod watch;
mod watch_metrics;

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
  connect-register status                        connectors, tasks, and why they failed, in words
  connect-register watch -f connectors/          keep it so
  connect-register export --dir connectors/      what runs, as templates without secrets
  connect-register diff --to http://other:8083   what differs between two clusters

Access, all of it from the environment; a secret also as ..._FILE, or from what ..._COMMAND prints:
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
    Status(status::Args),
    Diff(diff::Args),
    Export(export::Args),
    Import(import::Args),
    Plugins(plugins::Args),
    Watch(watch::Args),
    Policy(policy::Args),
    Completion(completion::Args),
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
        Command::Status(args) => status::run(&args, &connect).await,
        Command::Diff(args) => diff::run(&args, &connect).await,
        Command::Export(args) => export::run(&args, &connect).await,
        Command::Import(args) => import::run(&args, &connect).await,
        Command::Plugins(args) => plugins::run(&args, &connect).await,
        Command::Watch(args) => watch::run(&args, &connect).await,
        Command::Policy(args) => policy::run(&args),
        Command::Completion(args) => completion::run(&args),
    }
}
