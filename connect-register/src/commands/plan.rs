//! `plan`: what `apply` would do, and nothing done.

use std::path::PathBuf;
use std::sync::Arc;

use service::{Exit, Failure};
use tokio::time::Instant;

use super::choice::ChoiceArgs;
use super::format::Format;
use super::options::{ConnectArgs, LintArgs, ReadTimeout, TemplateArgs, backoff};
use super::pruning::{PruneArgs, SetArgs};
use super::{check, plan_view};
use crate::core::lint::UnknownKeys;
use crate::core::write::{needs_version, writes};
use crate::core::{Action, Care, KafkaVersion, Observation, Plan, Prune, Spec, impact};
use crate::reconcile::{ConnectReader, WorkerInfo, inspect, persist::persist, survey};
use crate::sources::Loaded;
use crate::sources::plan_file::{self, Prints};
use crate::sources::templates::invalid;

/// Show what apply would change, key by key, and what it means for what runs; nothing is changed
///
/// Signs: `+` a connector or a key is new, `~` it changes, `-` it goes, `=` nothing to do, `#` what it
/// means. Secrets are masked; values that the worker masks itself are not counted as changes. A plan
/// that is saved holds fingerprints and no values; `apply --plan` does it, or refuses where the worker
/// or the templates have moved.
///
/// Example: connect-register plan -f connectors/ --fail-on-changes
///
/// Example: connect-register plan -f connectors/ --prune --out today.plan
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    choice: ChoiceArgs,
    #[command(flatten)]
    templates: TemplateArgs,
    #[command(flatten)]
    set: SetArgs,
    #[command(flatten)]
    prune: PruneArgs,
    #[command(flatten)]
    lint: LintArgs,
    #[command(flatten)]
    timeout: ReadTimeout,
    /// Save the plan for `apply --plan`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// End with exit code 3 where something would be changed
    #[arg(long)]
    fail_on_changes: bool,
    /// The format of the plan
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// A plan, and what it was made of.
pub(super) struct Made {
    pub(super) plan: Plan,
    pub(super) specs: Vec<Arc<Spec>>,
    pub(super) observation: Observation,
    pub(super) worker: Option<WorkerInfo>,
}

/// What a plan is to be made for.
pub(super) struct Wanted<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) set: &'a SetArgs,
    pub(super) prune: Option<Prune>,
    pub(super) unknown_keys: UnknownKeys,
    /// Whether the worker is asked for itself, whatever the plan needs.
    pub(super) asks_worker: bool,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let loaded = args.templates.load_for(args.prune)?;
    let client = connect.client(loaded.environment.redactor.clone())?;
    let prune = args.prune.prune(&args.set, &loaded)?;
    let wanted = Wanted {
        loaded: &loaded,
        set: &args.set,
        prune: prune.clone(),
        unknown_keys: args.lint.policy(),
        asks_worker: args.out.is_some(),
    };
    let selection = args.choice.selection()?;
    if args.out.is_some() && !selection.is_all() {
        return Err(Failure::new(Exit::Usage, "a plan is saved whole; --out takes no choice of connectors").into());
    }
    let mut made = make(&wanted, &client, args.timeout.deadline()).await?;
    made.plan.steps.retain(|step| selection.has(&step.name));
    if let Some(out) = &args.out {
        let prints = Prints::new(loaded.environment.key.clone());
        let cluster = made.worker.as_ref().and_then(|worker| worker.cluster.clone());
        let specs = made.specs.iter().map(AsRef::as_ref);
        let saved = prints.saved(&made.plan, specs, &made.observation, cluster, args.set.name(), prune.is_some());
        plan_file::write(out, &saved)?;
    }
    plan_view::show(&made.plan, client.address(), args.output)?;
    Ok(if args.fail_on_changes && !made.plan.is_empty() { Exit::Difference } else { Exit::Ok })
}

/// The plan for templates without mistakes, which the worker's plug-ins have nothing against either.
pub(super) async fn make(wanted: &Wanted<'_>, reader: &impl ConnectReader, deadline: Instant) -> anyhow::Result<Made> {
    let Wanted { loaded, set, prune, unknown_keys, asks_worker } = wanted;
    if !loaded.mistakes.is_empty() {
        return Err(check::failure(loaded, reader, *unknown_keys, deadline).await.into());
    }
    let (specs, backoff) = (set.own(loaded.specs()?), backoff());
    let all = || specs.iter().map(AsRef::as_ref);
    let observation = survey(reader, all(), deadline, &backoff).await;
    let observation = observation.map_err(|fault| fault.into_failure("the connectors could not be read"))?;
    let mut plan = Plan::of(all(), &observation, prune.as_ref(), None);
    let mut worker = None;
    if *asks_worker || is_version_needed(&plan, &specs, &observation) {
        let info = persist(deadline, &backoff, || reader.worker()).await;
        let info = info.map_err(|fault| fault.into_failure("the worker could not be asked for its version"))?;
        plan = Plan::of(all(), &observation, prune.as_ref(), KafkaVersion::parse(&info.version));
        worker = Some(info);
    }
    let version = worker.as_ref().and_then(|worker| KafkaVersion::parse(&worker.version));
    let mut mistakes = Vec::new();
    for (spec, step) in specs.iter().zip(&plan.steps) {
        if step.difference.is_nothing() {
            continue;
        }
        let seen = observation.get(&spec.name).map(|observed| &observed.config);
        mistakes.extend(writes(spec, seen, &step.difference, version, Care::Declared).err().unwrap_or_default());
        if matches!(step.difference.action, Action::Create(_) | Action::Update(_)) {
            let found = persist(deadline, &backoff, || inspect(reader, spec, *unknown_keys)).await;
            mistakes.extend(found.map_err(|fault| fault.into_failure("a template could not be shown to the worker"))?);
        }
    }
    if mistakes.is_empty() { Ok(Made { plan, specs, observation, worker }) } else { Err(invalid(&mistakes).into()) }
}

fn is_version_needed(plan: &Plan, specs: &[Arc<Spec>], observation: &Observation) -> bool {
    specs.iter().zip(&plan.steps).any(|(spec, step)| {
        let seen = observation.get(&spec.name).map(|observed| &observed.config);
        !step.difference.is_nothing()
            && (needs_version(spec, seen, &step.difference, Care::Declared)
                || impact::depends_on_version(&step.difference))
    })
}
