//! How a plan is shown: lines with signs for people, a document for programs.

use std::fmt::Write;

use serde::Serialize;

use super::format::{Format, names, print};
use super::show::{show_key, style};
use crate::core::applied::SecretsVerdict;
use crate::core::plan::{Counts, Step};
use crate::core::{Action, DesiredState, Plan, plain};

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    connectors: &'a [Step],
    summary: Counts,
}

/// Prints a plan; of its names only those that would be changed.
pub(super) fn show(plan: &Plan, worker: &str, format: Format) -> anyhow::Result<()> {
    let summary = plan.counts();
    let differing = plan.steps.iter().filter(|step| !step.difference.is_nothing()).map(|step| &step.name);
    let body = Body { worker, connectors: &plan.steps, summary };
    let mut shown = Ok(());
    print(format, &body, names(differing), |_| {
        let mut text = String::new();
        shown = lines(&mut text, plan, summary);
        text
    })?;
    Ok(shown?)
}

fn lines(text: &mut String, plan: &Plan, summary: Counts) -> std::fmt::Result {
    for step in &plan.steps {
        show_step(text, step)?;
    }
    let Counts { create, update, delete, none } = summary;
    let delete = if delete > 0 { format!("{delete} to delete, ") } else { String::new() };
    writeln!(text, "{create} to create, {update} to update, {delete}{none} unchanged")
}

fn show_step(text: &mut String, step: &Step) -> std::fmt::Result {
    let (sign, words) = match step.difference.word() {
        "create" => ('+', "create"),
        "update" => ('~', "update"),
        "delete" => ('-', "delete"),
        _ => ('=', "unchanged"),
    };
    let style = style(sign);
    writeln!(text, "{style}{sign} {}{style:#}  {words}", step.name)?;
    let (changes, comparison) = match &step.difference.action {
        Action::Create(changes) => (changes.as_slice(), None),
        Action::Delete => (&[][..], None),
        Action::Update(comparison) | Action::Nothing(comparison) => (&comparison.changes[..], Some(comparison)),
    };
    for change in changes {
        show_key(text, change)?;
    }
    if let Some(change) = &step.difference.state {
        let style = self::style('~');
        let before = change.before.map_or("none", DesiredState::word);
        writeln!(text, "    {style}~ state{style:#} = {before} -> {}", change.after)?;
    }
    if let Some(comparison) = comparison {
        if comparison.secrets == SecretsVerdict::Rotated {
            let style = self::style('~');
            writeln!(text, "    {style}~ secrets{style:#} = other values than were applied")?;
        }
        for key in &comparison.cannot_tell {
            writeln!(text, "    ? {} is masked by the worker: whether it differs is unknown", plain::line(key))?;
        }
    }
    for note in &step.impact.notes {
        writeln!(text, "    # {note}")?;
    }
    Ok(())
}
