//! `plan`: what `apply` would do, and nothing done.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use service::{Exit, Format};
use tokio::time::Instant;

use super::check;
use super::options::{ConnectArgs, LintArgs, ReadTimeout, TemplateArgs, backoff};
use super::show::Document;
use crate::core::applied::SecretsVerdict;
use crate::core::lint::UnknownKeys;
use crate::core::plan::Step;
use crate::core::{Action, KeyChange, Plan};
use crate::reconcile::{ConnectReader, inspect, persist::persist, survey};
use crate::sources::Loaded;
use crate::sources::templates::invalid;

/// Show what apply would change, key by key; nothing is changed
///
/// Signs: `+` a connector or a key is new, `~` it changes, `-` a key goes, `=` nothing to do. Secrets
/// are masked; values that the worker masks itself are not counted as changes.
///
/// Example: connect-register plan -f connectors/ --fail-on-changes
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    templates: TemplateArgs,
    #[command(flatten)]
    lint: LintArgs,
    #[command(flatten)]
    timeout: ReadTimeout,
    /// End with exit code 3 where something would be changed
    #[arg(long)]
    fail_on_changes: bool,
    /// The format of the plan
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let loaded = args.templates.load()?;
    let client = connect.client(loaded.environment.redactor.clone())?;
    let plan = make(&loaded, &client, args.lint.policy(), args.timeout.deadline()).await?;
    show(&plan, client.address(), args.output)?;
    Ok(if args.fail_on_changes && !plan.is_empty() { Exit::Difference } else { Exit::Ok })
}

/// The plan for templates without mistakes, which the worker's plug-ins have nothing against either.
pub(super) async fn make(
    loaded: &Loaded,
    reader: &impl ConnectReader,
    policy: UnknownKeys,
    deadline: Instant,
) -> anyhow::Result<Plan> {
    if !loaded.mistakes.is_empty() {
        return Err(check::failure(loaded, reader, policy, deadline).await.into());
    }
    let (specs, backoff) = (loaded.specs()?, backoff());
    let observed = survey(reader, specs.iter().map(AsRef::as_ref), deadline, &backoff).await;
    let observed = observed.map_err(|fault| fault.into_failure("the connectors could not be read"))?;
    let plan = Plan::of(specs.iter().map(AsRef::as_ref), &observed);
    let mut mistakes = Vec::new();
    for (spec, step) in specs.iter().zip(&plan.steps) {
        if !step.action.is_nothing() {
            let found = persist(deadline, &backoff, || inspect(reader, spec, policy)).await;
            mistakes.extend(found.map_err(|fault| fault.into_failure("a template could not be shown to the worker"))?);
        }
    }
    if mistakes.is_empty() { Ok(plan) } else { Err(invalid(&mistakes).into()) }
}

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    connectors: &'a [Step],
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    create: usize,
    update: usize,
    none: usize,
}

/// Prints a plan.
pub(super) fn show(plan: &Plan, worker: &str, format: Format) -> anyhow::Result<()> {
    let (create, update, none) = plan.counts();
    match format {
        Format::Json => {
            let summary = Summary { create, update, none };
            service::output::print_json(&Document::new(Body { worker, connectors: &plan.steps, summary }))
        }
        Format::Table => {
            let mut text = String::new();
            for step in &plan.steps {
                show_step(&mut text, step)?;
            }
            writeln!(text, "{create} to create, {update} to update, {none} unchanged")?;
            Ok(service::output::print(&text)?)
        }
    }
}

fn show_step(text: &mut String, step: &Step) -> std::fmt::Result {
    let (sign, words) = match &step.action {
        Action::Create(_) => ('+', "create"),
        Action::Update(_) => ('~', "update"),
        Action::Nothing(_) => ('=', "unchanged"),
    };
    let style = style(sign);
    writeln!(text, "{style}{sign} {}{style:#}  {words}", step.name)?;
    let (changes, comparison) = match &step.action {
        Action::Create(changes) => (changes, None),
        Action::Update(comparison) | Action::Nothing(comparison) => (&comparison.changes, Some(comparison)),
    };
    for KeyChange { key, before, after } in changes {
        let key = crate::core::plain::line(key);
        let (sign, values) = match (before, after) {
            (None, Some(after)) => ('+', after.to_string()),
            (Some(before), None) => ('-', before.to_string()),
            (Some(before), Some(after)) => ('~', format!("{before} -> {after}")),
            (None, None) => continue,
        };
        let style = self::style(sign);
        writeln!(text, "    {style}{sign} {key}{style:#} = {values}")?;
    }
    if let Some(comparison) = comparison {
        if comparison.secrets == SecretsVerdict::Rotated {
            let style = self::style('~');
            writeln!(text, "    {style}~ secrets{style:#} = other values than were applied")?;
        }
        for key in &comparison.cannot_tell {
            writeln!(
                text,
                "    ? {} is masked by the worker: whether it differs is unknown",
                crate::core::plain::line(key)
            )?;
        }
    }
    Ok(())
}

fn style(sign: char) -> Style {
    match sign {
        '+' => AnsiColor::Green.on_default(),
        '~' => AnsiColor::Yellow.on_default(),
        '-' => AnsiColor::Red.on_default(),
        _ => Style::new(),
    }
}
