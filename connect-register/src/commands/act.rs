//! Bringing something about on connectors and waiting for it: which, how many at once, what is seen on
//! the way, and what is told in the end.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::iter;
use serde::Serialize;
use service::{Exit, Failure, Shutdown};

use super::choice::ChoiceArgs;
use super::format::{OutputArgs, names as connectors};
use super::look;
use super::options::{backoff, duration};
use super::progress::Progress;
use super::show::{count, table};
use crate::core::{ConnectorName, Observation, plain};
use crate::operate::{Clusters, Keeper, Limits, Move, Note, Operator, Outcome, Procedure, Why, drive};
use crate::reconcile::ConnectReader;
use crate::sources::environment::names;

/// How long to wait, how many at once, and how it is shown.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct ActArgs {
    /// How long each connector may take
    #[arg(long, env = names::TIMEOUT, hide_env_values = true, value_name = "DURATION", default_value = "1m", value_parser = duration)]
    pub(super) timeout: Duration,
    /// How many connectors at once
    #[arg(long, env = names::PARALLEL, hide_env_values = true, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(super) parallel: u16,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// Words about what is done, for people.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verb {
    /// What is being done: `pausing`
    pub(super) doing: &'static str,
    /// What was done: `paused`
    pub(super) done: &'static str,
}

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    connectors: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: ConnectorName,
    result: String,
    message: Option<String>,
}

impl ActArgs {
    /// The limits of one procedure.
    pub(super) fn limits(self, takes_back: bool) -> Limits {
        Limits { timeout: self.timeout, backoff: backoff(), takes_back }
    }

    /// The connectors that are chosen, which have to be there; none is chosen by saying nothing.
    pub(super) async fn chosen(
        self,
        client: &impl ConnectReader,
        choice: &ChoiceArgs,
        doing: &str,
    ) -> anyhow::Result<(Vec<ConnectorName>, Observation)> {
        if choice.selection()?.is_all() {
            let failure = Failure::new(Exit::Usage, format!("no connector was named for {doing}"));
            return Err(failure.hint("name them, or say -e '.*' for all").into());
        }
        let (mut all, observation) = self.all(client).await?;
        let selection = choice.among(&all)?;
        all.retain(|name| selection.has(name));
        Ok((all, observation))
    }

    /// All connectors, and what is seen of them.
    pub(super) async fn all(self, client: &impl ConnectReader) -> anyhow::Result<(Vec<ConnectorName>, Observation)> {
        let deadline = tokio::time::Instant::now() + self.timeout;
        let observation = look::all(client, deadline).await?;
        Ok((observation.keys().cloned().collect(), observation))
    }

    /// Runs a procedure for each, tells of them, and ends as they ended.
    pub(super) async fn run<C: Operator>(
        self,
        client: &C,
        address: &str,
        verb: Verb,
        procedures: Vec<Procedure>,
    ) -> anyhow::Result<Exit> {
        let ended = drive_all(&Clusters::one(client), &(), verb, self.parallel, procedures).await?;
        let body = Body { worker: address, connectors: ended.iter().map(|procedure| row(verb, procedure)).collect() };
        let all: Vec<_> = ended.iter().map(|procedure| procedure.name.clone()).collect();
        self.output.print(&body, connectors(&all), |_| {
            let lines = body
                .connectors
                .iter()
                .map(|row| [row.name.to_string(), row.result.clone(), row.message.clone().unwrap_or_default()]);
            if body.connectors.is_empty() {
                "nothing to do\n".to_owned()
            } else {
                table(["CONNECTOR", "RESULT", ""], lines)
            }
        })?;
        exit(verb, &ended)
    }
}

/// Runs the procedures, so many at once.
pub(super) async fn drive_all<C: Operator>(
    clusters: &Clusters<'_, C>,
    keeper: &impl Keeper,
    verb: Verb,
    parallel: u16,
    procedures: Vec<Procedure>,
) -> anyhow::Result<Vec<Procedure>> {
    let (shutdown, total) = (Shutdown::on_signals()?, procedures.len());
    let progress = std::sync::Mutex::new(Progress::new());
    let told = |text: &str| {
        if let Ok(mut progress) = progress.lock() {
            progress.waiting(text);
        }
    };
    let one = |procedure: Procedure| {
        let (name, shutdown) = (procedure.name.clone(), &shutdown);
        let told = &told;
        async move {
            drive(clusters, keeper, procedure, shutdown, |note| match note {
                Note::Waiting(seen) if !seen.is_empty() => told(&format!("{} {name}: {seen}", verb.doing)),
                Note::Waiting(_) => told(&format!("{} {name}", verb.doing)),
                Note::Again(fault) => tracing::debug!(connector = %name, %fault, "trying again"),
                Note::TakingBack(why) => tracing::warn!(connector = %name, "taking it back: {why}"),
                Note::Asked(side, aim) => tracing::debug!(connector = %name, ?side, "asked {aim}"),
                Note::Reached(side, aim) => tracing::debug!(connector = %name, ?side, "reached: {aim}"),
            })
            .await
        }
    };
    let mut ended = Vec::with_capacity(total);
    let mut running = std::pin::pin!(iter(procedures.into_iter().map(one)).buffered(usize::from(parallel)));
    while let Some(procedure) = running.next().await {
        ended.push(procedure);
        if ended.len() < total {
            told(&format!("{} {total} connectors: {} done", verb.doing, ended.len()));
        }
    }
    if let Ok(progress) = progress.lock() {
        progress.finish();
    }
    if ended.iter().any(|procedure| procedure.outcome == Some(Outcome::Failed(Why::Interrupted))) {
        tracing::warn!("interrupted; what was asked for already stays asked for");
    }
    Ok(ended)
}

/// A procedure of one aim after the other, for each of these.
pub(super) fn procedures(names: Vec<ConnectorName>, limits: &Limits, moves: &[Move]) -> Vec<Procedure> {
    names.into_iter().map(|name| Procedure::new(name, limits.clone(), moves.to_vec())).collect()
}

fn row(verb: Verb, procedure: &Procedure) -> Row {
    let (result, message) = match &procedure.outcome {
        Some(Outcome::Done) if procedure.is_touched => (verb.done, None),
        Some(Outcome::Done) => ("unchanged", None),
        Some(Outcome::Ill(cause)) => ("unhealthy", Some(cause.clone())),
        Some(Outcome::Failed(why)) => ("failed", Some(why.to_string())),
        Some(Outcome::TakenBack(why)) => ("taken back", Some(why.to_string())),
        Some(Outcome::Left { why, stuck }) => ("stuck", Some(format!("{why}; it could not be taken back: {stuck}"))),
        None => ("interrupted", None),
    };
    Row {
        name: procedure.name.clone(),
        result: result.to_owned(),
        message: message.map(|message| plain::line(&message)),
    }
}

/// How the program ends after these.
pub(super) fn exit(verb: Verb, ended: &[Procedure]) -> anyhow::Result<Exit> {
    let told = |procedure: &Procedure| {
        let Row { name, result, message } = row(verb, procedure);
        format!("{name}: {result}{}", message.map(|message| format!(": {message}")).unwrap_or_default())
    };
    let is_done = |procedure: &&Procedure| matches!(procedure.outcome, Some(Outcome::Done));
    let is_ill = |procedure: &&Procedure| matches!(procedure.outcome, Some(Outcome::Ill(_)));
    let (open, ill): (Vec<_>, Vec<_>) = ended.iter().filter(|one| !is_done(one)).partition(|one| !is_ill(one));
    let Some(first) = open.first() else {
        if ill.is_empty() {
            return Ok(Exit::Ok);
        }
        let lines: Vec<_> = ill.iter().map(|procedure| told(procedure)).collect();
        let failure = Failure::all(Exit::Unhealthy, &format!("{}, and not healthy", verb.done), &lines);
        return Err(failure.hint(explain(&ill)).into());
    };
    let why = why_of(first);
    let code = if open.len() < ended.len() { Exit::Partial } else { why.map_or(Exit::Interrupted, exit_of) };
    let lines: Vec<_> = open.iter().chain(&ill).map(|procedure| told(procedure)).collect();
    let what = format!("{} of {} not {}", open.len(), count(ended.len(), "connector"), verb.done);
    let failure = Failure::all(code, &what, &lines);
    Err(match why {
        Some(Why::TimedOut { .. }) => {
            failure.hint("give it longer with --timeout; `connect-register status` tells how far it is")
        }
        Some(Why::Fault(fault)) => match fault.class.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        },
        _ => failure,
    }
    .into())
}

fn explain(ill: &[&Procedure]) -> String {
    match ill.first() {
        Some(one) => format!("`connect-register explain {}` tells why, and what to do", one.name),
        None => String::new(),
    }
}

/// Why it did not come to what it was to.
pub(super) fn why_of(procedure: &Procedure) -> Option<&Why> {
    match procedure.outcome.as_ref()? {
        Outcome::Done | Outcome::Ill(_) => None,
        Outcome::Failed(why) | Outcome::TakenBack(why) | Outcome::Left { why, .. } => Some(why),
    }
}

/// How a program ends because of it.
pub(super) fn exit_of(why: &Why) -> Exit {
    match why {
        Why::Absent(_) | Why::Exists => Exit::Failed,
        Why::Fault(fault) => fault.class.exit(),
        Why::TimedOut { .. } => Exit::Unreachable,
        Why::Refused(_) => Exit::Invalid,
        Why::Ill(..) => Exit::Unhealthy,
        Why::Interrupted => Exit::Interrupted,
    }
}
