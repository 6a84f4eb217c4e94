//! `migrate`: a connector with its offsets from one cluster to another.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use service::{Exit, Failure};
use tokio::time::Instant;

use super::act::{self, Verb, drive_all};
use super::backup::{self, BackupFile};
use super::consent;
use super::format::OutputArgs;
use super::offsets::change::{absent, parse};
use super::options::{ConnectArgs, OtherArgs, TemplateArgs, backoff, duration};
use crate::connect::{Client, HttpTransport};
use crate::core::offsets::{Backup, Offsets};
use crate::core::{
    ConnectorName, DesiredState, Fault, KafkaVersion, ObservedConfig, Payload, Redactor, State, applied, plain,
};
use crate::operate::{Aim, Clusters, Limits, Move, Operator, Outcome, Procedure};
use crate::reconcile::{ConnectReader, WorkerInfo, persist::persist};
use crate::sources::Loaded;
use crate::sources::environment::names;

/// Move a connector with its offsets to another cluster
///
/// It is stopped here, its offsets are kept in a file, it is made there in the state stopped, given the
/// offsets, looked at, and started. Where one of these fails nothing is left there and it goes on here; where
/// this program is killed, the same command goes on where it was. In the end it is there, and here it is
/// stopped (or deleted with --delete-source). It never runs on both. The other cluster's access is set by
/// variables with `TO_` before their names; its workers are Kafka 3.7 or newer.
///
/// The configuration is the one that runs. Where the worker masks secrets, a template (-f) has to say it.
///
/// Example: `connect-register migrate pg-sales-jdbc-sink --to http://new:8083 --dry-run`
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Args {
    /// The connector
    #[arg(value_name = "CONNECTOR")]
    name: String,
    #[command(flatten)]
    other: OtherArgs,
    #[command(flatten)]
    templates: TemplateArgs,
    /// Move a sink although the workers are of different Kafka clusters: its topics are there too, record by
    /// record at the same offsets
    #[arg(long)]
    across_kafka: bool,
    /// Delete it here in the end
    #[arg(long)]
    delete_source: bool,
    /// Tell what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Move without asking
    #[arg(long, short)]
    yes: bool,
    /// Where the offsets are kept; by default a new file NAME.offsets.TIME.json in this folder
    #[arg(long, value_name = "FILE")]
    backup: Option<PathBuf>,
    /// How long it may take; taking it back may take as much again
    #[arg(long, env = names::TIMEOUT, hide_env_values = true, value_name = "DURATION", default_value = "3m", value_parser = duration)]
    timeout: Duration,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Serialize)]
struct Body<'a> {
    connector: &'a ConnectorName,
    worker: &'a str,
    to: &'a str,
    dry_run: bool,
    result: &'static str,
    /// The state that it is in there.
    state: Option<DesiredState>,
    backup: Option<String>,
    source: &'static str,
    offsets: &'a Offsets,
}

/// One of the two clusters.
struct Site {
    client: Client<HttpTransport>,
    worker: WorkerInfo,
    config: Option<ObservedConfig>,
    state: Option<State>,
}

impl Site {
    async fn of(client: Client<HttpTransport>, name: &ConnectorName, deadline: Instant) -> Result<Self, Failure> {
        let backoff = backoff();
        let address = client.address().to_owned();
        let unread = |fault: Fault| fault.into_failure(&format!("{address} could not be asked"));
        let worker = persist(deadline, &backoff, || client.worker()).await.map_err(unread)?;
        let config = persist(deadline, &backoff, || client.config(name)).await.map_err(unread)?;
        let status = persist(deadline, &backoff, || client.status(name)).await.map_err(unread)?;
        Ok(Self { client, worker, config, state: status.map(|status| status.state) })
    }

    fn address(&self) -> &str {
        self.client.address()
    }

    fn needs(&self, is_able: fn(KafkaVersion) -> bool, what: &str) -> Option<String> {
        let version = KafkaVersion::parse(&self.worker.version)?;
        (!is_able(version))
            .then(|| format!("{} is Kafka {}, and {what}", self.address(), plain::line(&self.worker.version)))
    }
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let loaded = args.templates.load_any()?;
    let name = parse(&args.name)?;
    let deadline = Instant::now() + args.timeout;
    let redactor: Redactor = loaded.environment.redactor.clone();
    let here = Site::of(connect.client(redactor.clone())?, &name, deadline).await?;
    let there = Site::of(args.other.client(redactor)?, &name, deadline).await?;
    let Some(config) = &here.config else { return Err(absent(&name).into()) };
    let file = BackupFile::new(args.backup.as_deref(), here.worker.cluster.clone(), doing(&there));
    let begun = begun(&file, &name, &there)?;
    let payload = payload(&name, config, &loaded)?;
    let is_sink = is_sink(&here, &name, deadline).await?;
    args.check(&here, &there, &payload, is_sink, begun.is_some(), deadline).await?;
    let unread = |fault: Fault| fault.into_failure("the offsets could not be read");
    let offsets = persist(deadline, &backoff(), || here.client.offsets(&name)).await.map_err(unread)?;
    let offsets = offsets.unwrap_or_default();
    let body = |result, state, backup: Option<PathBuf>, source, offsets| Body {
        connector: &name,
        worker: here.address(),
        to: there.address(),
        dry_run: args.dry_run,
        result,
        state,
        backup: backup.map(|path| path.display().to_string()),
        source,
        offsets,
    };
    let found = here.state.as_ref().and_then(DesiredState::reported).unwrap_or(DesiredState::Running);
    let state = begun.as_ref().and_then(|(_, backup)| backup.state).unwrap_or(found);
    if args.dry_run {
        args.show(&body("would move", Some(state), None, "as it is", &offsets))?;
        return Ok(Exit::Ok);
    }
    if !args.yes {
        ask(&name, &here, &there)?;
    }
    // Made, or even started, before this program was killed; it was looked at already.
    let seen = there.config.as_ref().and(there.state.as_ref());
    let file = match begun {
        Some((path, _)) => file.going_on(path, Some(state)),
        None => file,
    };
    let moves = moves(payload, seen, state);
    let limits = Limits { timeout: args.timeout, backoff: backoff(), takes_back: true };
    let verb = Verb { doing: "moving", done: "moved" };
    let clusters = Clusters { here: &here.client, there: &there.client };
    let procedures = vec![Procedure::new(name.clone(), limits.clone(), moves)];
    let ended = drive_all(&clusters, &file, verb, 1, procedures).await?;
    let Some(procedure) = ended.first() else { return Ok(Exit::Failed) };
    let kept = procedure.kept.clone().unwrap_or_default();
    match &procedure.outcome {
        Some(Outcome::Done | Outcome::Ill(_)) => {
            let backup = file.finish()?;
            let source = if args.delete_source { "deleted" } else { "stopped" };
            if args.delete_source {
                let gone = [Move::here(Aim::Gone)];
                let limits = Limits { takes_back: false, ..limits };
                let gone = vec![Procedure::new(name.clone(), limits, gone)];
                let verb = Verb { doing: "deleting the source of", done: "deleted at the source" };
                act::exit(verb, &drive_all(&Clusters::one(&here.client), &(), verb, 1, gone).await?)?;
            }
            args.show(&body("moved", Some(state), backup, source, &kept))?;
        }
        // Where nothing was to be taken back, nothing had been done.
        Some(Outcome::TakenBack(why) | Outcome::Failed(why)) => {
            file.finish()?;
            let message = format!("{name} was not moved, and goes on as before: {why}");
            return Err(Failure::new(act::exit_of(why), message).into());
        }
        _ => {
            let why = act::why_of(procedure);
            let message = format!("{name} could not be moved: {}", why.map(ToString::to_string).unwrap_or_default());
            let failure = Failure::new(why.map_or(Exit::Failed, act::exit_of), message);
            let hint = "run it again: it goes on where it was; `connect-register status` tells what each cluster has";
            return Err(failure.hint(hint).into());
        }
    }
    act::exit(verb, &ended)
}

fn moves(payload: Payload, there: Option<&State>, state: DesiredState) -> Vec<Move> {
    // It is started there only when all else is done.
    if there.is_some_and(|there| *there != State::Stopped) {
        return vec![Move::there(Aim::Be(state))];
    }
    let make = there.is_none().then(|| Move::there(Aim::There(Arc::new(payload))));
    [Aim::Found, Aim::Kept, Aim::Be(DesiredState::Stopped), Aim::Kept]
        .into_iter()
        .map(Move::here)
        .chain(make)
        .chain([Aim::OffsetsAsKept, Aim::Be(state)].into_iter().map(Move::there))
        .collect()
}

fn doing(there: &Site) -> String {
    format!("migrate to {}", there.worker.cluster.as_deref().unwrap_or_else(|| there.address()))
}

/// A move of this connector to that cluster which was begun and did not come to its end.
fn begun(file: &BackupFile, name: &ConnectorName, there: &Site) -> Result<Option<(PathBuf, Backup)>, Failure> {
    let mut unfinished = file.unfinished(name);
    let Some(path) = unfinished.pop() else { return Ok(None) };
    let backup = backup::read(&path)?;
    if backup.before.as_deref() == Some(&doing(there)) && unfinished.is_empty() {
        return Ok(Some((path, backup)));
    }
    unfinished.push(path);
    let paths: Vec<_> = unfinished.iter().map(|path| path.display().to_string()).collect();
    let what = format!("a change of {name} did not come to its end");
    let first = paths.first().map(String::as_str).unwrap_or_default();
    Err(Failure::all(Exit::Difference, &what, &paths).hint(format!(
        "`connect-register offsets import {first}` takes it back; if that is not wanted, remove the file"
    )))
}

/// The configuration that it has there.
fn payload(name: &ConnectorName, config: &ObservedConfig, loaded: &Loaded) -> Result<Payload, Failure> {
    let specs = loaded.specs()?;
    let declared = specs.iter().find(|spec| spec.name == *name);
    let config: BTreeMap<String, String> = if let Some(spec) = declared {
        spec.config().into_iter().map(|(key, value)| (key.to_owned(), value.expose().to_owned())).collect()
    } else {
        let is_own = |key: &str| !key.starts_with("__internal") && key != applied::KEY;
        config.iter().filter(|(key, _)| is_own(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    Payload::new(config).map_err(|masked| {
        Failure::all(
            Exit::Invalid,
            &format!("the worker masks keys of {name}, so that they cannot be moved"),
            &masked.0,
        )
        .hint("name its template, which has them: -f connectors/; nothing was changed")
    })
}

async fn is_sink(here: &Site, name: &ConnectorName, deadline: Instant) -> Result<bool, Failure> {
    let status = persist(deadline, &backoff(), || here.client.status(name)).await;
    let status = status.map_err(|fault| fault.into_failure("its status could not be read"))?;
    Ok(status.is_none_or(|status| status.kind != "source"))
}

fn ask(name: &ConnectorName, here: &Site, there: &Site) -> Result<(), Failure> {
    consent::ask(&consent::Question {
        fact: &format!("{name} is stopped at {}, and moved to", here.address()),
        offer: "Move it?",
        unasked: "a connector would be moved, and nobody can be asked",
        hint: "look at --dry-run, then say --yes; nothing was changed",
        names: &[there.address()],
    })
}

impl Args {
    /// All that speaks against it.
    async fn check(
        &self,
        here: &Site,
        there: &Site,
        payload: &Payload,
        is_sink: bool,
        is_begun: bool,
        deadline: Instant,
    ) -> Result<(), Failure> {
        let mut mistakes: Vec<String> = Vec::new();
        mistakes.extend(here.needs(KafkaVersion::has_stop, "stopping a connector takes Kafka 3.5"));
        mistakes.extend(there.needs(KafkaVersion::has_initial_state, "making a connector stopped takes Kafka 3.7"));
        if here.address() == there.address() {
            mistakes.push("both clusters are the same".to_owned());
        }
        let clusters = here.worker.cluster.as_ref().zip(there.worker.cluster.as_ref());
        if let Some((one, other)) = clusters.filter(|(one, other)| one != other)
            && is_sink
            && !self.across_kafka
        {
            mistakes.push(format!(
                "a sink's offsets are those of Kafka cluster {}, and there it is {}: where its topics are the same \
                 there record by record, say --across-kafka",
                plain::line(one),
                plain::line(other)
            ));
        }
        if let Some(config) = &there.config {
            let is_same = payload.expose().iter().all(|(key, value)| config.get(key) == Some(value));
            if !(is_begun && is_same) {
                mistakes.push(format!("there is a connector of that name at {}", there.address()));
            }
        } else if let Some(class) = payload.expose().get("connector.class") {
            let mut config = payload.expose().clone();
            config.insert("name".to_owned(), self.name.clone());
            match persist(deadline, &backoff(), || there.client.validate(class, config.clone())).await {
                Ok(validation) => mistakes.extend(
                    validation
                        .errors
                        .iter()
                        .map(|(key, error)| format!("{}: {key}: {}", there.address(), plain::line(error))),
                ),
                Err(fault) => mistakes.push(fault.to_string()),
            }
        }
        if mistakes.is_empty() {
            return Ok(());
        }
        Err(Failure::all(Exit::Invalid, "it cannot be moved", &mistakes).hint("nothing was changed"))
    }

    fn show(&self, body: &Body<'_>) -> anyhow::Result<()> {
        let name = format!("{}{}", crate::core::selection::PREFIX, body.connector.as_str());
        self.output.print(body, [name], |_| {
            let Body { connector, worker, to, result, state, backup, source, offsets, .. } = body;
            let state = state.map(|state| format!(", {state}")).unwrap_or_default();
            let mut text =
                format!("{connector}: {result} from {worker} to {to}{state}; at the source it is {source}\n");
            for (partition, offset) in &offsets.0 {
                // Writing to a string does not fail.
                let _ = writeln!(text, "  {partition} at {offset}");
            }
            if let Some(backup) = backup {
                let _ = writeln!(text, "kept before: {}", plain::line(backup));
            }
            text
        })
    }
}
