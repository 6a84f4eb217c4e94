//! `validate`: all mistakes of the templates, those that only the worker can see too.

use serde::Serialize;
use service::{Exit, Format};

use super::check;
use super::options::{ConnectArgs, LintArgs, ReadTimeout, TemplateArgs};
use super::show::Document;
use crate::core::Mistake;
use crate::sources::templates::invalid;

/// Tell all mistakes of the templates at once, with file and line
///
/// The worker is asked for what its plug-in has against a configuration, for keys it does not know,
/// and for config providers it does not have. Nothing is changed. Exit code 4 where there is a mistake.
///
/// Example: connect-register validate -f connectors/
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    templates: TemplateArgs,
    #[command(flatten)]
    lint: LintArgs,
    #[command(flatten)]
    timeout: ReadTimeout,
    /// The format of what is found
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

#[derive(Serialize)]
struct Body<'a> {
    templates: usize,
    mistakes: &'a [Mistake],
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let loaded = args.templates.load()?;
    let client = connect.client(loaded.environment.redactor.clone())?;
    let asked = check::ask(&client, &loaded.drafts, args.lint.policy(), args.timeout.deadline()).await;
    let mut mistakes = loaded.mistakes.clone();
    match asked {
        Ok(more) => mistakes.extend(more),
        // With mistakes of their own, the templates are told of first.
        Err(_) if !mistakes.is_empty() => {}
        Err(fault) => return Err(fault.into_failure("the templates could not be shown to the worker").into()),
    }
    mistakes.sort();
    mistakes.dedup();
    let templates = loaded.drafts.len();
    match args.output {
        Format::Json => service::output::print_json(&Document::new(Body { templates, mistakes: &mistakes }))?,
        Format::Table if mistakes.is_empty() => {
            service::output::print(&format!(
                "{templates} template{} without a mistake\n",
                if templates == 1 { "" } else { "s" }
            ))?;
        }
        Format::Table => {}
    }
    if mistakes.is_empty() { Ok(Exit::Ok) } else { Err(invalid(&mistakes).into()) }
}
