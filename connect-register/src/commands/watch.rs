//! `watch`: the sidecar. Keeps the connectors as declared and their tasks running, and tells of both.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::ValueEnum;
use prometheus_client::registry::Registry;
use service::{Endpoint, Exit, Readiness, Shutdown, endpoint};

use super::options::{ConnectArgs, LintArgs, TemplateArgs, backoff, duration, show_duration};
use super::pruning::{PruneArgs, SetArgs};
use super::watch_metrics::WatchMetrics;
use crate::core::{ConnectorName, Verdict};
use crate::reconcile::{Mode, Note, Observation, Policy, Rejection, RestartPolicy, State, drive};
use crate::sources::environment::names;

/// Keep the connectors as declared, and their tasks running
///
/// Every interval all connectors are read in one request; what differs is written, and what has
/// failed is restarted: at once, then after 10, 20, 40 … seconds, at most five minutes apart. A state is
/// put right only where a template declares one. With --prune it deletes without asking; two sidecars
/// with other templates under one --set-name would then fight. Serves /livez, /readyz and /metrics.
/// Several at once do no harm. SIGTERM ends it with exit code 0. Without --policy the default policy
/// holds: see `connect-register policy show`.
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
    /// What is done about connectors and tasks that have failed
    #[arg(long, value_enum, value_name = "POLICY", default_value_t = Restart::Failed)]
    restart: Restart,
    /// Where health and metrics are served
    #[arg(long, env = names::METRICS_ADDR, hide_env_values = true, value_name = "HOST:PORT", default_value = "127.0.0.1:9465")]
    metrics_addr: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Restart {
    /// They are restarted
    Failed,
    /// Nothing
    Never,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let mut loaded = args.templates.guarded().load_for(args.prune)?;
    let prune = args.prune.prune(&args.set, &loaded)?;
    let specs = args.set.own(loaded.take_specs()?);
    let client = connect.client(loaded.environment.redactor.clone())?;
    let shutdown = Shutdown::on_signals()?;
    let listener = endpoint::bind(&args.metrics_addr).await?;
    let (mut registry, readiness) = (Registry::default(), Readiness::default());
    let metrics = WatchMetrics::register(&mut registry);
    tracing::info!(
        connectors = specs.len(),
        worker = client.address(),
        interval = show_duration(args.interval),
        metrics = %listener.local_addr()?,
        "watching"
    );
    let server = tokio::spawn(Endpoint::new(registry, readiness.clone()).serve(listener, shutdown.clone()));

    let restarts = match args.restart {
        Restart::Failed => RestartPolicy::Failed,
        Restart::Never => RestartPolicy::Never,
    };
    let policy = Policy {
        parallel: usize::from(args.parallel),
        prune,
        ..Policy::new(Mode::Watch { interval: args.interval, restarts }, backoff())
    };
    let mut told = Told { metrics, readiness, verdicts: BTreeMap::new(), is_reached: None };
    let state = State::new(policy, specs);
    drive(&client, state, args.lint.policy(), &shutdown, |note, state| told.note(note, state)).await;
    shutdown.stop();
    server.await??;
    tracing::info!("stopped");
    Ok(Exit::Ok)
}

/// What was told last, so that only news are logged.
struct Told {
    metrics: WatchMetrics,
    readiness: Readiness,
    verdicts: BTreeMap<ConnectorName, Verdict>,
    is_reached: Option<bool>,
}

impl Told {
    fn note(&mut self, note: &Note, state: &State) {
        self.metrics.note(note, state);
        match note {
            Note::Observed(observation) => self.observed(observation, state),
            Note::Unobserved(fault, _) => {
                if self.is_reached != Some(false) {
                    tracing::warn!(%fault, "the connectors cannot be read");
                }
                self.is_reached = Some(false);
                self.readiness.not_ready(format!("the connectors cannot be read: {fault}"));
            }
            Note::Differs(name, action) => tracing::info!(connector = %name, action = action.word(), "differs"),
            Note::Wrote(name, effect) => tracing::info!(connector = %name, "{}", effect.word()),
            Note::Asked(name, state) => {
                tracing::info!(connector = %name, %state, "was asked to be in its declared state");
            }
            Note::RollingBack(_) => {}
            Note::Landed(name) => tracing::info!(connector = %name, "the write has had its effect after all"),
            Note::Failed(name, fault) => tracing::warn!(connector = %name, %fault, "trying again"),
            Note::Unchecked(name, fault) => tracing::warn!(connector = %name, %fault, "the worker could not check it"),
            Note::Restarted(name, count) => tracing::warn!(connector = %name, count, "restarted what has failed"),
            Note::Rejected(name, Rejection::Fault(fault)) => tracing::error!(connector = %name, %fault, "refused"),
            Note::Rejected(name, Rejection::Mistakes(mistakes)) => {
                for mistake in mistakes {
                    tracing::error!(connector = %name, %mistake, "refused");
                }
            }
            Note::RoundOver { differing, .. } if differing.is_empty() => self.readiness.ready(),
            Note::RoundOver { differing, .. } => {
                let names: Vec<_> = differing.iter().map(ToString::to_string).collect();
                self.readiness.not_ready(format!("not as declared: {}", names.join(", ")));
            }
        }
    }

    fn observed(&mut self, observation: &Observation, state: &State) {
        if self.is_reached == Some(false) {
            tracing::info!("the connectors can be read again");
        }
        self.is_reached = Some(true);
        for member in &state.members {
            let name = &member.name;
            let verdict = Verdict::of(observation.get(name).and_then(|observed| observed.status.as_ref()));
            if self.verdicts.get(name) == Some(&verdict) {
                continue;
            }
            if matches!(verdict, Verdict::Failed { .. }) {
                tracing::warn!(connector = %name, "{}", verdict.words());
            } else {
                tracing::info!(connector = %name, "{}", verdict.words());
            }
            self.verdicts.insert(name.clone(), verdict);
        }
    }
}
