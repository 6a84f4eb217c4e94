//! `validate`: all mistakes of the templates, those that only the worker, or a record of its plug-ins,
//! can see too.

use std::path::{Path, PathBuf};

use serde::Serialize;
use service::Exit;

use super::check;
use super::choice::ChoiceArgs;
use super::format::{OutputArgs, Width, names};
use super::options::{ConnectArgs, LintArgs, ReadTimeout, TemplateArgs};
use super::progress::Progress;
use super::show::{count, table};
use crate::core::offline::{self, Findings, NEVER_CHECKED, Unchecked};
use crate::core::{Draft, Mistake, Place, Record};
use crate::sources::Loaded;
use crate::sources::record_file;
use crate::sources::templates::invalid;

/// Tell all mistakes of the templates at once, with file and line
///
/// The worker is asked for what its plug-in has against a configuration, for keys it does not know,
/// and for config providers it does not have. With --offline no worker is asked: classes, keys and
/// types are checked by what `plugins export` has recorded, and what cannot be told so is said.
/// Nothing is changed. Exit code 4 where there is a mistake.
///
/// Example: connect-register validate -f connectors/
///
/// Example: connect-register validate -f connectors/ --offline plugins.json
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    choice: ChoiceArgs,
    #[command(flatten)]
    templates: TemplateArgs,
    #[command(flatten)]
    lint: LintArgs,
    /// Check by the plug-in definitions that `plugins export` wrote to this file, without a worker
    #[arg(long, value_name = "FILE")]
    offline: Option<PathBuf>,
    #[command(flatten)]
    timeout: ReadTimeout,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Serialize)]
struct Body<'a> {
    /// The worker that was asked.
    worker: Option<&'a str>,
    /// The record that was looked up.
    record: Option<Recorded<'a>>,
    templates: usize,
    mistakes: &'a [Mistake],
    unchecked: &'a [Unchecked],
}

#[derive(Serialize)]
struct Recorded<'a> {
    file: &'a str,
    worker_version: &'a str,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let mut loaded = args.templates.load()?;
    args.choice.apply(&mut loaded)?;
    if let Some(file) = &args.offline {
        return offline(args, &loaded, file);
    }
    let client = connect.client(loaded.environment.redactor.clone())?;
    let policy = args.lint.policy();
    let asked = check::ask_thoroughly(&client, &loaded.drafts, policy, args.timeout.deadline()).await;
    let mut mistakes = loaded.mistakes.clone();
    match asked {
        Ok(more) => mistakes.extend(more),
        // With mistakes of their own, the templates are told of first.
        Err(_) if !mistakes.is_empty() => {}
        Err(fault) => return Err(fault.into_failure("the templates could not be shown to the worker").into()),
    }
    mistakes.sort();
    mistakes.dedup();
    let body = Body {
        worker: Some(client.address()),
        record: None,
        templates: loaded.drafts.len(),
        mistakes: &mistakes,
        unchecked: &[],
    };
    finish(args, &loaded, &body)
}

fn offline(args: &Args, loaded: &Loaded, file: &Path) -> anyhow::Result<Exit> {
    let record = record_file::read(file)?;
    let (mut mistakes, mut unchecked) = (loaded.mistakes.clone(), Vec::new());
    for draft in &loaded.drafts {
        let found = check_draft(&record, draft, args);
        mistakes.extend(found.mistakes);
        unchecked.extend(found.unchecked);
    }
    mistakes.sort();
    mistakes.dedup();
    unchecked.sort();
    let shown = file.to_string_lossy();
    let place = Place::file(&*shown);
    unchecked.push(Unchecked { place, key: None, message: NEVER_CHECKED.to_owned() });
    if args.output.is_for_people() {
        tell_unchecked(&unchecked);
    }
    let body = Body {
        worker: None,
        record: Some(Recorded { file: &shown, worker_version: &record.worker.version }),
        templates: loaded.drafts.len(),
        mistakes: &mistakes,
        unchecked: &unchecked,
    };
    finish(args, loaded, &body)
}

fn check_draft(record: &Record, draft: &Draft, args: &Args) -> Findings {
    let mut found = offline::check(record, &check::subject(draft), args.lint.policy());
    let is_ours = |key: Option<&String>| !key.is_some_and(|key| draft.ignored.has(key));
    found.mistakes.retain(|mistake| is_ours(mistake.key.as_ref()));
    found.unchecked.retain(|unchecked| is_ours(unchecked.key.as_ref()));
    found
}

fn tell_unchecked(unchecked: &[Unchecked]) {
    let progress = Progress::new();
    progress.line("not checked without a worker:");
    for Unchecked { place, key, message } in unchecked {
        let key = key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
        progress.line(&format!("  - {place}: {key}{message}"));
    }
}

fn finish(args: &Args, loaded: &Loaded, body: &Body<'_>) -> anyhow::Result<Exit> {
    let (mistakes, templates) = (body.mistakes, body.templates);
    let connectors = names(loaded.drafts.iter().filter_map(|draft| draft.name.as_ref()));
    if mistakes.is_empty() || !args.output.is_for_people() {
        args.output.print(body, connectors, |width| match width {
            Width::Normal => format!("{} without a mistake\n", count(templates, "template")),
            Width::Wide => rows(&loaded.drafts),
        })?;
    }
    if mistakes.is_empty() {
        return Ok(Exit::Ok);
    }
    let failure = invalid(mistakes);
    Err(if args.offline.is_some() { failure.hint("no worker was asked") } else { failure }.into())
}

fn rows(drafts: &[Draft]) -> String {
    let row = |draft: &Draft| {
        let class = draft.entries.iter().find(|entry| entry.key == "connector.class");
        let class = class.map(|entry| entry.value.to_string()).unwrap_or_default();
        let name = draft.name.as_ref().map(ToString::to_string).unwrap_or_default();
        [name, class, draft.keys.len().to_string(), draft.place.to_string()]
    };
    table(["CONNECTOR", "CLASS", "KEYS", "TEMPLATE"], drafts.iter().map(row))
}
