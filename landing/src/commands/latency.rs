//! `landing latency`: how long an event took to become a row.

use std::time::{Duration, SystemTime};

use anyhow::Context;
use jiff::Timestamp;
use landing::latency::report::Gatherer;
use landing::ledger::rows::Table;
use landing::postgres::failure::failure;
use landing::postgres::{Postgres, Session};
use landing::progress::Progress;
use service::when;
use service::{Env, Exit, Format, Shutdown, output};

/// Tell how long events took to become rows: P50, P95, P99 and the longest
///
/// From the time of the event (ts) to the commit of its row, of all rows that landed in the window. Where the server
/// does not keep commit times (`track_commit_timestamp`) it is to the insert, and the output says so. Sales that were
/// replayed in their original time have no latency, and count for throughput only.
///
/// Examples:
///   landing latency
///   landing latency --window 1h -o json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Rows that landed in this last while
    #[arg(long, value_name = "SPAN", default_value = "5m", value_parser = when::span, conflicts_with = "since")]
    window: Duration,
    /// Rows that landed since then: 24h, or 2026-01-31T08:00:00Z
    #[arg(long, value_name = "WHEN", value_parser = when::point)]
    since: Option<Timestamp>,
    /// A sale that was older than this when it landed was replayed, and has no latency
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = when::span)]
    replayed_after: Duration,
    /// How to print the result
    #[arg(short, long, value_enum, default_value = "table")]
    output: Format,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Exit> {
    let mut env = Env::from_process();
    let postgres = Postgres::from_env(&mut env);
    env.finish()?;

    let stop = Shutdown::on_signals().context("cannot listen for signals")?;
    let (gatherer, commit_times) = tokio::select! {
        gathered = gather(&args, &postgres) => gathered?,
        () = stop.asked() => return Ok(stop.exit()),
    };
    let report = gatherer.report(commit_times);
    match args.output {
        Format::Table => output::print(&report.table())?,
        Format::Json => output::print_json(&report)?,
    }
    Ok(Exit::Ok)
}

async fn gather(args: &Args, postgres: &Postgres) -> anyhow::Result<(Gatherer, bool)> {
    let table = Table::new(Session::open(postgres, "landing latency").await?).await?;
    let read = |error| failure(postgres, "cannot read sales_raw", &error);
    let since = match args.since {
        Some(since) => SystemTime::from(since),
        // By the clock of the server, which is the one that stamps rows.
        None => table.now().await.map_err(read)? - args.window,
    };
    let progress = Progress::start();
    progress.tell("reading sales_raw");
    let mut gatherer = Gatherer::new(args.replayed_after)?;
    table.since(since, |row| gatherer.add(row)).await.map_err(read)?;
    Ok((gatherer, table.has_commit_times()))
}
