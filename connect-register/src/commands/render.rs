//! `render`: what the templates become, without any worker.

use std::collections::BTreeMap;

use serde::Serialize;
use service::{Exit, Format};

use super::options::TemplateArgs;
use super::show::Document;
use crate::core::{ConnectorName, DesiredState, Spec, Value};

/// Show what the templates become; no worker is asked
///
/// Secrets are shown as **** where they are rendered inline; by reference they are shown as the
/// reference that Connect gets.
///
/// Example: connect-register render -f connectors/
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    templates: TemplateArgs,
    /// table: one {name, config} document after the other; json: one document with all of them
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

#[derive(Serialize)]
struct Rendered<'a> {
    name: &'a ConnectorName,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<DesiredState>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    ignore_keys: &'a [String],
    config: BTreeMap<&'a str, &'a Value>,
}

#[derive(Serialize)]
struct Body<'a> {
    connectors: Vec<Rendered<'a>>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let specs = args.templates.load()?.specs()?;
    let rendered = |spec: &'_ Spec| -> serde_json::Result<String> { serde_json::to_string_pretty(&of(spec)) };
    match args.output {
        Format::Json => {
            let connectors = specs.iter().map(|spec| of(spec)).collect();
            service::output::print_json(&Document::new(Body { connectors }))?;
        }
        Format::Table => {
            let documents: Result<Vec<_>, _> = specs.iter().map(|spec| rendered(spec)).collect();
            service::output::print(&(documents?.join("\n") + "\n"))?;
        }
    }
    Ok(Exit::Ok)
}

fn of(spec: &Spec) -> Rendered<'_> {
    Rendered { name: &spec.name, state: spec.state, ignore_keys: spec.ignored.patterns(), config: spec.config() }
}
