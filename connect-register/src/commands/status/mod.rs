//! `status`: connectors and their tasks, since when, and why they failed, in words.

mod since;
mod view;

use std::io::IsTerminal;
use std::time::Duration;

use jiff::Timestamp;
use service::{Exit, Failure, Shutdown};
use tokio::time::{Instant, sleep_until};

use self::since::Since;
use self::view::{Body, row, show};
use super::choice::ChoiceArgs;
use super::format::{OutputArgs, names};
use super::look;
use super::options::{ConnectArgs, ReadTimeout, TemplateArgs, duration};
use crate::core::{Observation, Selection, Verdict};
use crate::reconcile::ConnectReader;
use crate::sources::Loaded;

/// Puts the cursor of a terminal into its corner and clears what is behind it (ECMA-48, CUP and ED).
const CLEAR: &str = "\u{1b}[H\u{1b}[J";

/// Show connectors and tasks, and the root cause of failures in one line
///
/// Without names and templates: all connectors of the cluster. Since when they are in their states is told where
/// `KAFKA_BOOTSTRAP_SERVERS` is set, by the topic in which the workers keep it; with --watch also of what has
/// changed meanwhile.
///
/// With --watch it is looked again and again, one request each time, until Ctrl-C (exit code 130): on a
/// terminal the table is shown in place, elsewhere it is printed again whenever it changes, as JSON a line each.
///
/// Example: connect-register status pg-sales-jdbc-sink
///
/// Example: connect-register status -e 'pg-.*' -o wide
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    choice: ChoiceArgs,
    #[command(flatten)]
    templates: TemplateArgs,
    /// Show whole stack traces
    #[arg(long)]
    trace: bool,
    /// Look again and again, until Ctrl-C
    #[arg(short, long)]
    watch: bool,
    /// The pause between two looks of --watch
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = duration)]
    interval: Duration,
    /// The topic in which the workers keep states: their `status.storage.topic`
    #[arg(long, value_name = "STATUS_TOPIC", default_value = "connect-status")]
    status_topic: String,
    /// End with exit code 7 unless all of them run, are paused, or are stopped
    #[arg(long, conflicts_with = "watch")]
    fail_on_unhealthy: bool,
    #[command(flatten)]
    timeout: ReadTimeout,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let loaded = args.templates.load_any()?;
    let selection = args.choice.selection()?;
    let client = connect.client(loaded.environment.redactor.clone())?;
    let shutdown = Shutdown::on_signals()?;
    let mut since = Since::of(connect.kafka_if_set()?, &args.status_topic, &shutdown);
    if args.watch {
        return args.watch(&client, client.address(), &loaded, &selection, &mut since, &shutdown).await;
    }
    let observation = look::all(&client, args.timeout.deadline()).await?;
    since.read(&observation, Timestamp::now());
    let body = args.body(client.address(), &loaded, &selection, &observation, &since)?;
    args.print(&body)?;
    let ill: Vec<String> = body
        .connectors
        .iter()
        .filter(|row| !matches!(row.verdict, Verdict::Running | Verdict::Paused | Verdict::Stopped))
        .map(|row| crate::core::health::tell(&row.name, &row.verdict))
        .collect();
    if args.fail_on_unhealthy && !ill.is_empty() {
        return Err(Failure::all(Exit::Unhealthy, "not healthy", &ill).into());
    }
    Ok(Exit::Ok)
}

impl Args {
    /// Looks until a stop is asked for. A worker that is away is waited for.
    async fn watch(
        &self,
        reader: &impl ConnectReader,
        address: &str,
        loaded: &Loaded,
        selection: &Selection,
        since: &mut Since,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Exit> {
        let is_in_place = self.output.is_for_people() && std::io::stdout().is_terminal();
        let (mut before, mut is_away) = (None, false);
        while !shutdown.is_asked() {
            let next = Instant::now() + self.interval;
            let looked = tokio::select! {
                looked = look::all(reader, self.timeout.deadline()) => looked,
                () = shutdown.asked() => break,
            };
            match looked {
                Ok(observation) => {
                    since.read(&observation, Timestamp::now());
                    let body = self.body(address, loaded, selection, &observation, since)?;
                    let seen = serde_json::to_string(&body)?;
                    if is_in_place {
                        service::output::print(&format!("{CLEAR}{}", self.text(&body)?))?;
                    } else if before.as_ref() != Some(&seen) {
                        service::output::print(&self.text(&body)?)?;
                    }
                    (before, is_away) = (Some(seen), false);
                }
                Err(failure) if !is_away => {
                    is_away = true;
                    tracing::warn!("{failure}; looking on");
                }
                Err(_) => {}
            }
            tokio::select! {
                () = sleep_until(next) => {}
                () = shutdown.asked() => {}
            }
        }
        Ok(shutdown.exit())
    }

    fn body<'a>(
        &self,
        worker: &'a str,
        loaded: &Loaded,
        selection: &Selection,
        observation: &Observation,
        since: &Since,
    ) -> Result<Body<'a>, Failure> {
        let all = if self.templates.is_given() {
            loaded.specs()?.iter().map(|spec| spec.name.clone()).collect()
        } else {
            observation.keys().cloned().collect::<Vec<_>>()
        };
        let absent = selection.absent(&all);
        let chosen = all.into_iter().filter(|name| selection.has(name)).chain(absent);
        Ok(Body { worker, connectors: chosen.map(|name| row(name, observation, self.trace, since)).collect() })
    }

    fn print(&self, body: &Body<'_>) -> anyhow::Result<()> {
        let all = body.connectors.iter().map(|row| &row.name);
        self.output.print(body, names(all), |width| show(&body.connectors, width, Timestamp::now()))
    }

    /// One of several documents, or of several tables.
    fn text(&self, body: &Body<'_>) -> anyhow::Result<String> {
        let all = body.connectors.iter().map(|row| &row.name);
        self.output.one_of_many(body, names(all), |width| show(&body.connectors, width, Timestamp::now()))
    }
}
