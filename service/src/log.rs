//! Logging: structured lines on stderr, so that stdout stays data.

use std::io::IsTerminal;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// What every binary lets its user choose about its log.
#[derive(Clone, Debug, clap::Args)]
pub struct LogArgs {
    /// What to log: a level (error, warn, info, debug, trace) or directives such as `warn,landing=debug`
    #[arg(long, global = true, env = "LOG", default_value = "info", value_name = "FILTER", hide_env_values = true)]
    pub log: String,
    /// How log lines look on stderr
    #[arg(long, global = true, env = "LOG_FORMAT", default_value = "text", value_enum, hide_env_values = true)]
    pub log_format: LogFormat,
}

/// Starts logging for this process. Colour only on a terminal and where `NO_COLOR` is not set.
///
/// # Errors
/// When the filter cannot be parsed, or logging was started before.
pub fn init(args: &LogArgs) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&args.log).map_err(|error| {
        crate::Failure::new(crate::Exit::Invalid, format!("the log filter {:?} cannot be read: {error}", args.log))
            .hint("a level such as `info`, or directives such as `warn,landing=debug`")
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match args.log_format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => {
            let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
            builder.with_ansi(colour).with_target(false).try_init()
        }
    };
    started.map_err(|error| anyhow::anyhow!("logging cannot be started: {error}"))
}
