//! `stack env`: a running stack's addresses as environment variables.

use anyhow::Context;
use serde_json::{Map, Value, json};
use service::{Exit, Secret};

use super::NameArgs;
use crate::environment;

const EXAMPLES: &str = "\
Examples:
  eval \"$(stack env)\"     then connect-register, landing and producer find the stack
  stack env -o json

CONNECTOR_TEMPLATES is the folder of connector templates that fits the stack's sink.";

/// How the environment is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Output {
    /// Lines for `eval` in a POSIX shell
    #[default]
    Sh,
    /// One JSON document
    Json,
}

/// Arguments of `stack env`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    name: NameArgs,
    /// How it is printed
    #[arg(long, short, value_enum, default_value_t)]
    output: Output,
    /// Print the password itself as PGPASSWORD, not the file that holds it
    #[arg(long)]
    show_secrets: bool,
}

/// Runs `stack env`.
pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let (folder, state) = args.name.running()?;
    let pairs = environment::of(&state, &folder);
    let password = if args.show_secrets && state.ports.postgres.is_some() {
        let file = folder.password();
        let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        Some(Secret::new(text.trim_end_matches('\n')))
    } else {
        None
    };
    match args.output {
        Output::Sh => service::output::print(&environment::shell(&pairs, password.as_ref()))?,
        Output::Json => {
            let mut variables: Map<String, Value> =
                pairs.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
            if let Some(password) = password {
                variables.remove("PGPASSWORD_FILE");
                variables.insert("PGPASSWORD".to_owned(), password.expose().into());
            }
            service::output::print_json(&json!({ "schema_version": 1, "environment": variables }))?;
        }
    }
    Ok(Exit::Ok)
}
