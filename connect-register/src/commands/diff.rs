//! `diff`: what differs between the connectors of two clusters.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::Serialize;
use service::Exit;
use tokio::time::Instant;

use super::choice::ChoiceArgs;
use super::format::{OutputArgs, names};
use super::look;
use super::options::{ConnectArgs, OtherArgs, ReadTimeout, backoff};
use super::show::{show_key, style};
use crate::core::contrast::{self, Contrast, Counts, Passwords, Sides, contrast, counts};
use crate::core::{Observation, plain};
use crate::reconcile::{ConnectReader, definitions};
use crate::sources::Environment;

/// Show what differs between two clusters, connector by connector and key by key; nothing is changed
///
/// The first cluster is that of --connect-url, the second one that of --to. Its access is set by the
/// variables of the first with `TO_` before their names, such as
/// `TO_KAFKA_CONNECT_BASIC_AUTH_PASSWORD_FILE`. Signs: `-` only in the first, `+` only in the second, `~`
/// differs, `?` a worker masks it, so that it cannot be told. What workers add by themselves is no
/// difference, nor is the name of the set.
///
/// Example: `connect-register diff --connect-url http://staging:8083 --to http://prod:8083`
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    choice: ChoiceArgs,
    #[command(flatten)]
    other: OtherArgs,
    /// End with exit code 3 where something differs
    #[arg(long)]
    fail_on_changes: bool,
    #[command(flatten)]
    timeout: ReadTimeout,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    to: &'a str,
    connectors: &'a [Contrast],
    summary: Counts,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let redactor = Environment::without_templates()?.redactor;
    let (first, second) = (connect.client(redactor.clone())?, args.other.client(redactor)?);
    let deadline = args.timeout.deadline();
    let (one, other) = (look::all(&first, deadline).await?, look::all(&second, deadline).await?);
    let all: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    let selection = args.choice.among(all.iter().copied())?;
    let found = contrast(&one, &other, &selection, &Passwords::new());
    let passwords = passwords(&first, &one, &found, deadline).await?;
    let passwords = [passwords, self::passwords(&second, &other, &found, deadline).await?];
    let mut secret = Passwords::new();
    for (class, keys) in passwords.into_iter().flatten() {
        secret.entry(class).or_default().extend(keys);
    }
    let found = contrast(&one, &other, &selection, &secret);
    let summary = counts(&found);
    let body = Body { worker: first.address(), to: second.address(), connectors: &found, summary };
    let differing = found.iter().filter(|contrast| contrast.result != Sides::Same).map(|contrast| &contrast.name);
    let mut shown = Ok(());
    args.output.print(&body, names(differing), |_| {
        let mut text = String::new();
        shown = lines(&mut text, &body);
        text
    })?;
    shown?;
    let is_same = found.iter().all(|contrast| contrast.result == Sides::Same);
    Ok(if args.fail_on_changes && !is_same { Exit::Difference } else { Exit::Ok })
}

/// Which keys that differ are passwords, as a cluster defines them.
async fn passwords(
    reader: &impl ConnectReader,
    observation: &Observation,
    found: &[Contrast],
    deadline: Instant,
) -> anyhow::Result<Passwords> {
    let differing = found.iter().filter(|contrast| !contrast.changes.is_empty());
    let class = |contrast: &Contrast| observation.get(&contrast.name)?.config.get("connector.class").cloned();
    let classes: BTreeSet<String> = differing.filter_map(class).collect();
    let asked = definitions::passwords(reader, classes.iter().map(String::as_str), deadline, &backoff()).await;
    Ok(asked.map_err(|fault| fault.into_failure("the worker could not be asked for definitions"))?)
}

fn lines(text: &mut String, body: &Body<'_>) -> std::fmt::Result {
    writeln!(text, "--- {}\n+++ {}", plain::line(body.worker), plain::line(body.to))?;
    for contrast in body.connectors {
        let (sign, words) = match contrast.result {
            Sides::OnlyFirst => ('-', "only in the first"),
            Sides::OnlySecond => ('+', "only in the second"),
            Sides::Differs => ('~', "differs"),
            Sides::Same => ('=', "same"),
        };
        let style = style(sign);
        writeln!(text, "{style}{sign} {}{style:#}  {words}", contrast.name)?;
        for change in &contrast.changes {
            show_key(text, change)?;
        }
        if let Some(contrast::States { before, after }) = contrast.state {
            let style = self::style('~');
            writeln!(text, "    {style}~ state{style:#} = {before} -> {after}")?;
        }
        for key in &contrast.cannot_tell {
            writeln!(text, "    ? {} is masked by a worker: whether it differs is unknown", plain::line(key))?;
        }
    }
    let Counts { only_first, only_second, differs, same } = body.summary;
    writeln!(
        text,
        "{only_first} only in the first, {only_second} only in the second, {differs} differ, {same} the same"
    )
}
