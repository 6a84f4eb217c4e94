//! The command line: one file a command. What a command does lies in the library around it.

pub mod completion;
pub mod duration;
pub mod generate;
pub mod rate;
pub mod replay;
pub mod run;
pub mod topics;

use clap::{Parser, Subcommand};
use service::Exit;
use service::log::LogArgs;

const AFTER_HELP: &str = "\
Examples:
  producer topics                          make the topics, once
  producer generate --rate 50              fifty made sales a second, until stopped
  producer replay sales.parquet            real sales, as fast as Kafka takes them
  curl -X PUT -H 'content-type: application/json' -d '{\"rate\": 120}' http://localhost:9464/rate

Environment:
  KAFKA_BOOTSTRAP_SERVERS     brokers to begin with (localhost:29092)
  KAFKA_SECURITY_PROTOCOL     plaintext, ssl, sasl_plaintext or sasl_ssl
  KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD
  KAFKA_SSL_CA_LOCATION, KAFKA_SSL_CERTIFICATE_LOCATION, KAFKA_SSL_KEY_LOCATION, KAFKA_SSL_KEY_PASSWORD
  RATE_PER_SEC, RATE_MAX_PER_SEC, METRICS_ADDR, LOG, LOG_FORMAT
  The passwords are also read from the files that KAFKA_SASL_PASSWORD_FILE and KAFKA_SSL_KEY_PASSWORD_FILE name.

Exit codes:
  0 done   1 failed   2 usage   3 difference   4 invalid input or setting   5 Kafka not reached
  6 partly delivered   8 refused by Kafka   9 port taken   130, 143 stopped before it was done";

/// Makes retail sales, or replays real ones, and feeds them to Kafka
#[derive(Debug, Parser)]
#[command(name = "producer", version, about, after_help = AFTER_HELP, max_term_width = 110)]
pub struct Cli {
    /// How to log.
    #[command(flatten)]
    pub log: LogArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make realistic sales at a rate that can be changed while it runs
    Generate(generate::Args),
    /// Replay real sales from Parquet, CSV or NDJSON files
    Replay(replay::Args),
    /// Make the topics `sales` and `sales.dlq`, if they are missing
    Topics(topics::Args),
    /// Print the completion script of a shell
    Completion(completion::Args),
}

/// Runs what was asked for.
///
/// # Errors
/// Those of the command.
pub async fn run(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Generate(args) => generate::run(args).await,
        Command::Replay(args) => replay::run(args).await,
        Command::Topics(args) => topics::run(args).await,
        Command::Completion(args) => completion::run(&args),
    }
}
