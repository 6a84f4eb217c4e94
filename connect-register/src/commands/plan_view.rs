//! How a plan is shown: lines with signs for people, a document for programs.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use service::Format;

use super::show::Document;
use crate::core::applied::SecretsVerdict;
use crate::core::plan::{Counts, Step};
use crate::core::{Action, DesiredState, KeyChange, Plan, plain};

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    connectors: &'a [Step],
    summary: Counts,
}

/// Prints a plan.
pub(super) fn show(plan: &Plan, worker: &str, format: Format) -> anyhow::Result<()> {
    let summary = plan.counts();
    match format {
        Format::Json => service::output::print_json(&Document::new(Body { worker, connectors: &plan.steps, summary })),
        Format::Table => {
            let mut text = String::new();
            for step in &plan.steps {
                show_step(&mut text, step)?;
            }
            let Counts { create, update, delete, none } = summary;
            let delete = if delete > 0 { format!("{delete} to delete, ") } else { String::new() };
            writeln!(text, "{create} to create, {update} to update, {delete}{none} unchanged")?;
            Ok(service::output::print(&text)?)
        }
    }
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

fn show_key(text: &mut String, change: &KeyChange) -> std::fmt::Result {
    let KeyChange { key, before, after } = change;
    let (sign, values) = match (before, after) {
        (None, Some(after)) => ('+', after.to_string()),
        (Some(before), None) => ('-', before.to_string()),
        (Some(before), Some(after)) => ('~', format!("{before} -> {after}")),
        (None, None) => return Ok(()),
    };
    let style = style(sign);
    writeln!(text, "    {style}{sign} {}{style:#} = {values}", plain::line(key))
}

fn style(sign: char) -> Style {
    match sign {
        '+' => AnsiColor::Green.on_default(),
        '~' => AnsiColor::Yellow.on_default(),
        '-' => AnsiColor::Red.on_default(),
        _ => Style::new(),
    }
}
