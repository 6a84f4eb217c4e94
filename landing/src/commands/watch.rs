//! `landing watch`: the ledger and the latencies as metrics, all the time.

use std::time::Duration;

use anyhow::Context;
use kafka::Kafka;
use landing::ledger::verdict::Scope;
use landing::postgres::Postgres;
use landing::watch::{self, Settings};
use service::when;
use service::{Env, Exit, Shutdown, endpoint};

/// Keep the ledger all the time, and serve it as metrics
///
/// Serves /livez, /readyz and /metrics. Reads everything once when it starts, and after that only what is new. It
/// outlives outages of Kafka and of PostgreSQL; /readyz says what is away. Ends with 0 on SIGTERM and Ctrl-C.
///
/// Example: landing watch --interval 1s --metrics-addr 127.0.0.1:9466
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Between two looks
    #[arg(long, value_name = "SPAN", default_value = "1s", value_parser = when::span, env = "LANDING_INTERVAL")]
    interval: Duration,
    /// After this long everything is read anew, which drops what has expired from the topic
    #[arg(long, value_name = "SPAN", default_value = "6h", value_parser = when::span, env = "LANDING_RECOUNT")]
    recount: Duration,
    /// A sale that was older than this when it landed was replayed, and has no latency
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = when::span)]
    replayed_after: Duration,
    /// The topic of the sales
    #[arg(long, default_value = "sales")]
    topic: String,
    /// The topic of their dead letters
    #[arg(long, default_value = "sales.dlq", value_name = "TOPIC")]
    dlq: String,
    /// The consumer group of the sink: connect- and the name of the connector
    #[arg(long, default_value = "connect-pg-sales-jdbc-sink")]
    group: String,
    /// Where to serve /livez, /readyz and /metrics
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:9466", env = "METRICS_ADDR")]
    metrics_addr: String,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Exit> {
    let mut env = Env::from_process();
    let (postgres, kafka) = (Postgres::from_env(&mut env), Kafka::from_env("landing", &mut env));
    if args.interval.is_zero() {
        env.mistake("--interval is zero; use 1s or more");
    }
    env.finish()?;
    let scope = Scope {
        topic: args.topic,
        dead_letters: args.dlq,
        group: args.group,
        since: None,
        until: None,
        kept_since: None,
    };

    let listener = endpoint::bind(&args.metrics_addr).await?;
    tracing::info!("serving /livez, /readyz and /metrics on http://{}", listener.local_addr()?);
    let shutdown = Shutdown::on_signals().context("cannot listen for signals")?;
    let Args { interval, recount, replayed_after, .. } = args;
    watch::run(listener, shutdown, Settings { kafka, postgres, scope, interval, recount, replayed_after }).await?;
    Ok(Exit::Ok)
}
