//! `render`: what would be sent, with secrets masked.

use std::collections::BTreeMap;

use serde::Serialize;
use service::Exit;

use super::choice::ChoiceArgs;
use super::format::{OutputArgs, names};
use super::options::TemplateArgs;
use crate::core::{ConnectorName, DesiredState, Spec, Value};

/// Print what the templates are rendered to, secrets masked; no worker is asked
///
/// Secrets show as **** where they are rendered inline; by reference they are shown as the
/// reference that Connect gets.
///
/// Example: connect-register render -f connectors/
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    choice: ChoiceArgs,
    #[command(flatten)]
    templates: TemplateArgs,
    #[command(flatten)]
    output: OutputArgs,
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
    let mut loaded = args.templates.load()?;
    args.choice.apply(&mut loaded)?;
    let specs = loaded.specs()?;
    let rendered = |spec: &'_ Spec| -> serde_json::Result<String> { service::output::json(&of(spec)) };
    // For people: one document after the other, as Connect takes them.
    let documents: Vec<_> = specs.iter().map(|spec| rendered(spec)).collect::<Result<_, _>>()?;
    let body = Body { connectors: specs.iter().map(|spec| of(spec)).collect() };
    args.output.print(&body, names(specs.iter().map(|spec| &spec.name)), |_| documents.join("\n") + "\n")?;
    Ok(Exit::Ok)
}

fn of(spec: &Spec) -> Rendered<'_> {
    Rendered { name: &spec.name, state: spec.state, ignore_keys: spec.ignored.patterns(), config: spec.config() }
}
