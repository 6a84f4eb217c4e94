//! `watch`: the sidecar. Keeps the connectors as declared and their tasks running, and tells of both.

mod declaration;
mod healing;
mod metrics;
mod progress;
mod told;

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::registry::Registry;
use service::{Endpoint, Exit, Readiness, Shutdown, endpoint};
use tokio::sync::{mpsc, watch};

use self::declaration::{Declaration, Declared, Keeper};
use self::healing::HealingArgs;
use self::metrics::WatchMetrics;
use self::progress::{Onlooker, ProgressArgs};
use self::told::Told;
use super::options::{ConnectArgs, LintArgs, TemplateArgs, backoff, duration, show_duration};
use super::pruning::{PruneArgs, SetArgs};
use crate::reconcile::{Conduct, Mode, Note, Policy, State, drive_with};
use crate::sources::environment::names;

/// Keep the connectors as declared, and their tasks running
///
/// Every interval all connectors are read in one request; what differs is written, and what has
/// failed is restarted: at once, then 2, 6, 12, 20, 30 and 42 minutes after one another, at most an hour
/// apart, as often as --max-restarts lets it. What fails the same way three times in a row is tried once an
/// hour; where most connectors fail at once, one at a time is restarted until one runs. Tasks that wait for a
/// rebalance are left alone, and a connector that runs without a task is restarted once.
///
/// A state is put right only where a template declares one. With --prune it deletes without asking; two
/// sidecars with other templates under one --set-name would then fight. With --report-only nothing is
/// changed at all. Templates, variables, secrets and the policy are read again when a file of them changes, or
/// on SIGHUP; with mistakes in them what was declared before stays. Where `KAFKA_BOOTSTRAP_SERVERS` is set, sinks
/// that run and do not get on are told too.
///
/// Serves /livez, /readyz and /metrics; /readyz names what is the matter. Several at once do no harm. SIGTERM
/// ends it with exit code 0. Without --policy the default policy holds: see `connect-register policy show`.
///
/// Example: connect-register watch -f connectors/ --interval 30s
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    templates: TemplateArgs,
    #[command(flatten)]
    set: SetArgs,
    #[command(flatten)]
    prune: PruneArgs,
    /// How many requests may be under way at once
    #[arg(long, env = names::PARALLEL, hide_env_values = true, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    parallel: u16,
    #[command(flatten)]
    lint: LintArgs,
    /// The pause between two looks
    #[arg(long, env = names::INTERVAL, hide_env_values = true, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    interval: Duration,
    #[command(flatten)]
    healing: HealingArgs,
    #[command(flatten)]
    progress: ProgressArgs,
    /// Tell what differs and what has failed, and change nothing
    #[arg(long)]
    report_only: bool,
    /// Where health and metrics are served
    #[arg(long, env = names::METRICS_ADDR, hide_env_values = true, value_name = "HOST:PORT", default_value = "127.0.0.1:9465")]
    metrics_addr: String,
}

/// News that wait to be taken in: a declaration, or how far sinks have come.
const NEWS: usize = 4;

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let declaration = Declaration { templates: args.templates.guarded(), set: args.set.clone(), prune: args.prune };
    let Declared { specs, prune, redactor, files } = declaration.read()?;
    let client = Arc::new(connect.client(redactor)?);
    let shutdown = Shutdown::on_signals()?;
    let listener = endpoint::bind(&args.metrics_addr).await?;
    let (mut registry, readiness) = (Registry::default(), Readiness::default());
    let metrics = WatchMetrics::register(&mut registry);
    let (events, news) = mpsc::channel(NEWS);
    let (running, sinks) = watch::channel(Vec::new());
    let onlook = |kafka| Onlooker::new(kafka, args.progress, sinks, metrics.clone(), events.clone());
    let onlooker = connect.kafka_if_set()?.map(onlook);
    let keeper = Keeper::new(declaration, files, client.clone(), metrics.clone(), events)?;
    tracing::info!(
        connectors = specs.len(),
        worker = client.address(),
        interval = show_duration(args.interval),
        metrics = %listener.local_addr()?,
        "watching"
    );
    let server = tokio::spawn(Endpoint::new(registry, readiness.clone()).serve(listener, shutdown.clone()));
    let keeper = tokio::spawn(keeper.keep(args.interval, shutdown.clone()));
    let onlooker = onlooker.map(|onlooker| tokio::spawn(onlooker.look(shutdown.clone())));

    let policy = Policy {
        parallel: usize::from(args.parallel),
        prune,
        conduct: if args.report_only { Conduct::Report } else { Conduct::Mend },
        healing: args.healing.policy(args.progress.stalled()),
        ..Policy::new(Mode::Watch { interval: args.interval, restarts: args.healing.restarts() }, backoff())
    };
    let mut told = Told::new(metrics, readiness);
    let on_note = |note: &Note, state: &State| {
        told.note(note, state);
        if let Note::Observed(observation) = note {
            running.send_replace(progress::sinks(state, observation));
        }
    };
    drive_with(&*client, State::new(policy, specs), args.lint.policy(), news, &shutdown, on_note).await;
    shutdown.stop();
    server.await??;
    keeper.await?;
    if let Some(onlooker) = onlooker {
        onlooker.await?;
    }
    tracing::info!("stopped");
    Ok(Exit::Ok)
}
