//! `landing ledger`: whether everything that was produced has landed.

use std::time::{Duration, Instant};

use anyhow::Context;
use jiff::Timestamp;
use kafka::Kafka;
use landing::ledger::rows::Table;
use landing::ledger::verdict::{Scope, State, Verdict};
use landing::ledger::{End, Ledger, Observer, report};
use landing::postgres::{Postgres, Session};
use landing::progress::Progress;
use service::when;
use service::{Env, Exit, Failure, Format, Shutdown, output};
use tokio::task::block_in_place;

/// Between two looks while waiting.
const PAUSE: Duration = Duration::from_millis(500);
/// A sink that commits nothing for this long has stopped moving.
const STANDSTILL: Duration = Duration::from_secs(30);

/// Tell whether everything that was produced has landed
///
/// Produced are the distinct ids in the topic, and those that the producer refused. Each of them has landed (it has
/// a row), or is dead (it has a dead letter and no row), or is in flight (the sink has not committed its record
/// yet), or else is missing. Doubled is an id on more than one row. By default this is over all that the topic still
/// holds; rows and dead letters of records that have expired are no part of it.
///
/// Exits 0 when the ledger is closed, 3 when something is missing or doubled, 6 when it is open: nothing is wrong,
/// but some is in flight. With --wait it waits for what is in flight, and exits 5 when that does not arrive.
///
/// Examples:
///   landing ledger
///   landing ledger --wait 60s -o json
///   landing ledger --since 24h
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The topic of the sales
    #[arg(long, default_value = "sales")]
    topic: String,
    /// The topic of their dead letters
    #[arg(long, default_value = "sales.dlq", value_name = "TOPIC")]
    dlq: String,
    /// The consumer group of the sink: connect- and the name of the connector
    #[arg(long, default_value = "connect-pg-sales-jdbc-sink")]
    group: String,
    /// Only what was produced since then: 24h, or 2026-01-31T08:00:00Z
    #[arg(long, value_name = "WHEN", value_parser = when::point)]
    since: Option<Timestamp>,
    /// Only what was produced before then
    #[arg(long, value_name = "WHEN", value_parser = when::point)]
    until: Option<Timestamp>,
    /// Rows of events before then may have been dropped from the table: such sales are expired, not missing
    #[arg(long, value_name = "WHEN", value_parser = when::point)]
    kept_since: Option<Timestamp>,
    /// Wait that long for what is in flight
    #[arg(long, value_name = "SPAN", value_parser = when::span)]
    wait: Option<Duration>,
    /// How to print the result
    #[arg(short, long, value_enum, default_value = "table")]
    output: Format,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Exit> {
    let mut env = Env::from_process();
    let (postgres, kafka) = (Postgres::from_env(&mut env), Kafka::from_env("landing", &mut env));
    if args.since.zip(args.until).is_some_and(|(since, until)| since >= until) {
        env.mistake("--since is not before --until: the window is empty");
    }
    env.finish()?;

    let stop = Shutdown::on_signals().context("cannot listen for signals")?;
    let verdict = tokio::select! {
        verdict = verdict(&args, &postgres, &kafka, &stop) => verdict,
        () = stop.asked() => return Ok(stop.exit()),
    };
    if stop.is_asked() {
        return Ok(stop.exit());
    }
    let verdict = verdict?;
    match args.output {
        Format::Table => output::print(&report::table(&verdict))?,
        Format::Json => output::print_json(&verdict)?,
    }
    Ok(match verdict.state {
        State::Closed => Exit::Ok,
        State::Broken => Exit::Difference,
        State::Open if args.wait.is_some() => Exit::Unreachable,
        State::Open => Exit::Partial,
    })
}

async fn verdict(args: &Args, postgres: &Postgres, kafka: &Kafka, stop: &Shutdown) -> anyhow::Result<Verdict> {
    let scope = Scope {
        topic: args.topic.clone(),
        dead_letters: args.dlq.clone(),
        group: args.group.clone(),
        since: args.since,
        until: args.until,
        kept_since: args.kept_since,
    };
    let mut teller = Teller(Progress::start());
    let table = Table::new(Session::open(postgres, "landing ledger").await?).await?;
    let failed = |error: landing::ledger::Error| -> Failure { error.failure(kafka, postgres) };
    let mut ledger = block_in_place(|| Ledger::open(kafka, scope, End::Now)).map_err(|error| failed(error.into()))?;

    let mut verdict = ledger.advance(&table, &mut teller, stop).await.map_err(failed)?;
    let deadline = Instant::now() + args.wait.unwrap_or_default();
    let mut moved = Instant::now();
    while verdict.state == State::Open && Instant::now() < deadline && moved.elapsed() < STANDSTILL {
        teller.at(&report::sentence(&verdict));
        tokio::time::sleep(PAUSE).await;
        let next = ledger.advance(&table, &mut teller, stop).await.map_err(failed)?;
        if (next.counts, &next.lag) != (verdict.counts, &verdict.lag) {
            moved = Instant::now();
        }
        verdict = next;
    }
    ledger.explain(&mut verdict, stop).map_err(|error| failed(error.into()))?;
    Ok(verdict)
}

struct Teller(Progress);

impl Observer for Teller {
    fn at(&mut self, what: &str) {
        self.0.tell(what);
    }
}
