//! `doctor`: what an operator would check about a cluster and the way to it, each check with its cause
//! and the next step. Nothing is changed.

mod cluster;
mod worker;

use std::fmt::Write;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use kafka::Kafka;
use serde::Serialize;
use service::{Env, Exit, Failure};
use tokio::task::block_in_place;

use super::format::{OutputArgs, Width};
use super::options::{ConnectArgs, duration};
use super::progress::Progress;
use crate::core::doctor::{Check, Grade, Seen, agreement};
use crate::core::plain;
use crate::kafka::CLIENT_ID;
use crate::sources::Environment;
use crate::sources::access::Access;
use crate::sources::contexts::Surroundings;

/// Check the way to the workers, the workers, and what they run: what is wrong, why, and what to do
///
/// Settings and context; names, connections, TLS and access of each worker; whether all are of one cluster,
/// version and set of plug-ins; whether they have joined their group; connectors that have failed; secrets
/// that can be read; config providers; clocks; and Kafka, where it is set. Nothing is changed. The exit
/// code is 4 where a setting is wrong, 5 where no worker could be reached, and 7 where another check failed.
///
/// Example: connect-register doctor
///
/// Example: connect-register doctor --context prod -o json
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How long one check may take
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration)]
    timeout: Duration,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Serialize)]
struct Body<'a> {
    context: Option<&'a str>,
    checks: &'a [Check],
    summary: Summary,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Summary {
    ok: usize,
    warn: usize,
    fail: usize,
}

/// What has been checked so far.
struct Checkup {
    checks: Vec<Check>,
    patience: Duration,
}

impl Checkup {
    fn add(&mut self, check: Check) {
        self.checks.push(check);
    }

    /// Adds what was asked for since `began`.
    fn timed(&mut self, began: Instant, check: Check) {
        let took = u64::try_from(began.elapsed().as_millis()).ok();
        self.checks.push(Check { took_ms: took, ..check });
    }
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let mut checkup = Checkup { checks: Vec::new(), patience: args.timeout };
    let mut progress = Progress::new();
    progress.waiting("checking");
    let mut context = None;
    let mut worst = Exit::Invalid;
    if let Some((surroundings, access)) = settings(connect, &mut checkup) {
        context.clone_from(&surroundings.context);
        let seen = all_of(access, &mut checkup).await?;
        worst = if seen.is_empty() { Exit::Unreachable } else { Exit::Unhealthy };
        broker(surroundings, &seen, &mut checkup);
    }
    progress.finish();
    let count = |grade| checkup.checks.iter().filter(|check| check.grade == grade).count();
    let summary = Summary { ok: count(Grade::Ok), warn: count(Grade::Warn), fail: count(Grade::Fail) };
    let body = Body { context: context.as_deref(), checks: &checkup.checks, summary };
    let failed = checkup.checks.iter().filter(|check| check.grade != Grade::Ok);
    let mut shown = Ok(());
    args.output.print(&body, failed.map(|check| format!("check/{}", check.name)), |width| {
        let mut text = String::new();
        shown = lines(&mut text, &body, width);
        text
    })?;
    shown?;
    Ok(if summary.fail == 0 { Exit::Ok } else { worst })
}

/// Whether all that is set can be read.
fn settings(connect: &ConnectArgs, checkup: &mut Checkup) -> Option<(Surroundings, Access)> {
    const NAME: &str = "settings";
    let failed = |failure: &Failure| Check::fail(NAME, failure.to_string(), "see `connect-register --help`: Access");
    let began = Instant::now();
    let surroundings = match connect.surroundings() {
        Ok(surroundings) => surroundings,
        Err(failure) => {
            checkup.timed(began, failed(&failure));
            return None;
        }
    };
    let warn = |text: &String| Check::warn(NAME, text.clone(), "docs/access.md tells what else there is");
    match connect.access(&surroundings) {
        Ok(access) => {
            let of = surroundings.context.as_ref();
            let from = of.map_or_else(|| "no context counts".to_owned(), |name| format!("the context {name} counts"));
            checkup.timed(began, Check::ok(NAME, from));
            surroundings.warnings.iter().chain(&access.warnings).for_each(|text| checkup.add(warn(text)));
            Some((surroundings, access))
        }
        Err(failure) => {
            checkup.timed(began, failed(&failure));
            None
        }
    }
}

/// Checks each worker and what they have in common; those that answer are returned.
async fn all_of(access: Access, checkup: &mut Checkup) -> Result<Vec<Seen>, Failure> {
    let redactor = Environment::without_templates()?.redactor.and(access.secrets());
    let mut answering = Vec::new();
    for address in access.addresses {
        let route = access.route.clone();
        let one = Access { addresses: vec![address.clone()], route, warnings: Vec::new() };
        answering.extend(worker::check(&address, one, &redactor, checkup).await?);
    }
    let seen: Vec<Seen> = answering.iter().map(|worker| worker.seen.clone()).collect();
    if !seen.is_empty() {
        checkup.add(agreement(&seen));
    }
    cluster::check(&answering, &access.route, checkup).await?;
    Ok(seen)
}

/// Whether Kafka can be reached, where it is said where it is, and is the one that the workers work on.
fn broker(surroundings: Surroundings, seen: &[Seen], checkup: &mut Checkup) {
    const NAME: &str = "kafka";
    if surroundings.pairs.get("KAFKA_BOOTSTRAP_SERVERS").is_none_or(String::is_empty) {
        return;
    }
    let mut env = Env::from_pairs(surroundings.pairs);
    let settings = Kafka::from_env(CLIENT_ID, &mut env).with_patience(checkup.patience);
    let began = Instant::now();
    let next = "is Kafka up, and is KAFKA_BOOTSTRAP_SERVERS right? KAFKA_SECURITY_PROTOCOL tells how it is spoken to";
    let found = match env.finish() {
        Err(failure) => Check::fail(NAME, failure.to_string(), next),
        Ok(()) => match block_in_place(|| kafka::cluster::id(&settings)) {
            Err(error) => Check::fail(NAME, format!("{error}, at {}", settings.servers), next),
            Ok(id) => match seen.iter().find_map(|seen| seen.cluster.as_ref()) {
                Some(other) if *other != id => Check::fail(
                    NAME,
                    format!("{} is the cluster {id}, and the workers work on {other}", settings.servers),
                    "set KAFKA_BOOTSTRAP_SERVERS to the brokers of the workers: offsets and dead letters are there",
                ),
                _ => Check::ok(NAME, format!("{} is the cluster {id}", settings.servers)),
            },
        },
    };
    checkup.timed(began, found);
}

fn lines(text: &mut String, body: &Body<'_>, width: Width) -> std::fmt::Result {
    let longest = body.checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    let mut before: Option<&str> = None;
    for check in body.checks {
        let Check { name, of, grade, message, hint, took_ms } = check;
        if let Some(of) = of.as_deref().filter(|of| before != Some(of)) {
            writeln!(text, "{}", plain::line(of))?;
        }
        before = of.as_deref();
        let style = match grade {
            Grade::Ok => AnsiColor::Green.on_default(),
            Grade::Warn => AnsiColor::Yellow.on_default(),
            Grade::Fail => AnsiColor::Red.on_default(),
        };
        let indent = if of.is_some() { "  " } else { "" };
        write!(text, "{indent}{style}{:4}{style:#}  {name:longest$}  {}", grade.word(), plain::line(message))?;
        match took_ms {
            Some(took) if width == Width::Wide => writeln!(text, "  ({took} ms)")?,
            _ => writeln!(text)?,
        }
        if let Some(hint) = hint {
            let dim = Style::new().dimmed();
            writeln!(text, "{indent}      {:longest$}  {dim}-> {}{dim:#}", "", plain::line(hint))?;
        }
    }
    let Summary { ok, warn, fail } = body.summary;
    writeln!(text, "{ok} ok, {warn} to be looked at, {fail} failed")
}
