//! `apply`: makes the connectors as declared, writing only what differs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use service::{Exit, Failure, Shutdown};
use tokio::time::Instant;

use super::format::Format;
use super::options::{ConnectArgs, LintArgs, TemplateArgs, backoff, duration};
use super::plan::Wanted;
use super::progress::Progress;
use super::pruning::{PruneArgs, SetArgs, agree};
use super::{apply_view, check, look, plan, plan_view};
use crate::core::{Plan, Prune, Spec, plain};
use crate::reconcile::persist::persist;
use crate::reconcile::{ConnectReader, Goal, Mode, Note, OnError, Policy, State, drive, survey};
use crate::sources::Loaded;
use crate::sources::environment::names;
use crate::sources::plan_file::{self, Prints};

/// Make the connectors as declared, writing only what differs
///
/// All connectors are read in one request; one that is as declared is not written. What fails because
/// the cluster is busy is tried again until --timeout; a write whose outcome is unknown is looked at
/// before it is sent again. Before anything is sent, the worker is asked what it has against it: if
/// anything, nothing is sent. After a write that the worker refuses, no other is begun.
///
/// Example: connect-register apply -f connectors/ --wait
///
/// Example: connect-register apply -f connectors/ --prune --yes --atomic --wait --timeout 5m
///
/// Example: connect-register apply -f connectors/ --plan today.plan
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct Args {
    #[command(flatten)]
    templates: TemplateArgs,
    #[command(flatten)]
    set: SetArgs,
    #[command(flatten)]
    prune: PruneArgs,
    /// Do not ask before connectors are deleted
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    lint: LintArgs,
    /// How long it may take; with --atomic, going back may take as long again
    #[arg(long, env = names::TIMEOUT, hide_env_values = true, value_name = "DURATION", default_value = "60s", value_parser = duration)]
    timeout: Duration,
    /// Wait until every connector is in its declared state, and where that is running, runs with all
    /// its tasks (at least one); else exit code 7 and the cause
    #[arg(long)]
    wait: bool,
    /// How many requests may be under way at once
    #[arg(long, env = names::PARALLEL, hide_env_values = true, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    parallel: u16,
    /// Apply the others although the worker has something against one
    #[arg(long, conflicts_with = "atomic")]
    continue_on_error: bool,
    /// Take everything back where one is refused, fails (with --wait) or is not done in time
    #[arg(long)]
    atomic: bool,
    /// Do what this saved plan says, or refuse where the worker or the templates have moved (exit code 3)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dry_run", "prune"])]
    plan: Option<PathBuf>,
    /// Show the plan, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// The format of the result
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let mut loaded = args.templates.load_for(args.prune)?;
    let client = connect.client(loaded.environment.redactor.clone())?;
    let (unknown_keys, deadline) = (args.lint.policy(), Instant::now() + args.timeout);
    let prune = args.prune.prune(&args.set, &loaded)?;
    if args.dry_run {
        let set = &args.set;
        let wanted = Wanted { loaded: &loaded, set, prune, unknown_keys, asks_worker: false };
        let made = plan::make(&wanted, &client, deadline).await?;
        plan_view::show(&made.plan, client.address(), args.output)?;
        return Ok(Exit::Ok);
    }
    if !loaded.mistakes.is_empty() {
        return Err(check::failure(&loaded, &client, unknown_keys, deadline).await.into());
    }
    let specs = args.set.own(loaded.take_specs()?);
    let prune = match &args.plan {
        Some(file) => planned(file, args, &loaded, &specs, &client, deadline).await?,
        None => agreed(prune, args.yes, &specs, &client, deadline).await?,
    };
    let goal = if args.wait { Goal::Running } else { Goal::Written };
    let policy = Policy {
        parallel: usize::from(args.parallel),
        on_error: match (args.atomic, args.continue_on_error) {
            (true, _) => OnError::RollBack,
            (false, true) => OnError::Continue,
            (false, false) => OnError::Stop,
        },
        prune,
        ..Policy::new(Mode::Apply { timeout: args.timeout, goal }, backoff())
    };
    let (mut progress, shutdown) = (Progress::new(), Shutdown::on_signals()?);
    let state = State::new(policy, specs);
    let state = drive(&client, state, unknown_keys, &shutdown, |note, state| tell(&mut progress, note, state)).await;
    progress.finish();
    let Some(ending) = state.ending.clone() else {
        progress
            .line("stopped before it was done, and nothing is taken back; `connect-register plan` tells what is left");
        return Ok(shutdown.exit());
    };
    apply_view::finish(&state, ending, client.address(), args.timeout, args.output)
}

/// What may be deleted, asked for on a terminal unless it is agreed to already.
async fn agreed(
    prune: Option<Prune>,
    is_agreed: bool,
    specs: &[Arc<Spec>],
    reader: &impl ConnectReader,
    deadline: Instant,
) -> anyhow::Result<Option<Prune>> {
    let Some(prune) = prune else { return Ok(None) };
    if is_agreed {
        return Ok(Some(prune));
    }
    let observation = look::all(reader, deadline).await?;
    let candidates = prune.candidates(&observation, specs.iter().map(|spec| &spec.name));
    if candidates.is_empty() {
        return Ok(None);
    }
    let only = Some(agree(&candidates)?);
    Ok(Some(Prune { only, ..prune }))
}

/// What a saved plan deletes, if nothing has moved since it was made.
async fn planned(
    file: &Path,
    args: &Args,
    loaded: &Loaded,
    specs: &[Arc<Spec>],
    reader: &impl ConnectReader,
    deadline: Instant,
) -> anyhow::Result<Option<Prune>> {
    let saved = plan_file::read(file)?;
    if saved.set != args.set.name() {
        let what = format!("the plan is of the set {}, not of {}", plain::line(&saved.set), args.set.name());
        return Err(Failure::new(Exit::Invalid, what).hint("name it with --set-name; nothing was changed").into());
    }
    let worker = persist(deadline, &backoff(), || reader.worker()).await;
    let worker = worker.map_err(|fault| fault.into_failure("the worker could not be asked which cluster it is on"))?;
    if saved.cluster != worker.cluster {
        let shown = |id: &Option<String>| id.as_deref().map_or_else(|| "an unknown one".to_owned(), plain::line);
        let (plan, worker) = (shown(&saved.cluster), shown(&worker.cluster));
        let failure =
            Failure::new(Exit::Invalid, format!("the plan is for the cluster {plan}, the worker is on {worker}"));
        return Err(failure.hint("is KAFKA_CONNECT_URL right? nothing was changed").into());
    }
    let observation = survey(reader, specs.iter().map(AsRef::as_ref), deadline, &backoff()).await;
    let observation = observation.map_err(|fault| fault.into_failure("the connectors could not be read"))?;
    let prune = saved.prune.then(|| Prune::of_set(args.set.name()));
    let plan = Plan::of(specs.iter().map(AsRef::as_ref), &observation, prune.as_ref(), None);
    let prints = Prints::of(&saved, loaded.environment.key.clone());
    let moved = prints.moved(&saved, &plan, specs.iter().map(AsRef::as_ref), &observation);
    if !moved.is_empty() {
        return Err(Failure::all(Exit::Difference, "the plan does not hold any more", &moved)
            .hint("make a new one with `plan --out FILE`; nothing was changed")
            .into());
    }
    let untold = saved.untold();
    if !untold.is_empty() {
        Progress::new().line(&format!(
            "whether these secrets are those of the plan is unknown, for it was made without {}: {}",
            names::FINGERPRINT_KEY,
            untold.join(", ")
        ));
    }
    Ok(prune.map(|prune| Prune { only: Some(saved.deletions().collect()), ..prune }))
}

fn tell(progress: &mut Progress, note: &Note, state: &State) {
    match note {
        Note::Unobserved(fault, _) => progress.waiting(&format!("waiting for the worker: {fault}")),
        Note::Failed(name, fault) => progress.line(&format!("{name}: trying again: {fault}")),
        Note::Landed(name) => progress.line(&format!("{name}: the write has had its effect after all")),
        Note::Unchecked(name, fault) => progress.line(&format!("{name}: the worker could not check it: {fault}")),
        Note::RollingBack(cause) => progress.line(&format!("going back: {}", apply_view::why(cause))),
        Note::Wrote(..) | Note::Asked(..) => {
            let done = state.members.iter().filter(|member| member.is_touched()).count();
            progress.waiting(&format!("{done} connectors written"));
        }
        Note::RoundOver { .. } => {
            let unfinished = state.members.iter().filter(|member| apply_view::is_unfinished(member)).count();
            if unfinished > 0 {
                progress.waiting(&format!("{unfinished} connectors are still to be written"));
            } else if let Some(member) = state.members.iter().find(|member| !member.is_well()) {
                progress.waiting(&crate::core::health::tell(&member.name, &member.verdict));
            }
        }
        Note::Observed(_)
        | Note::Differs(..)
        | Note::Rejected(..)
        | Note::Restarted(..)
        | Note::Troubled(..)
        | Note::Untroubled(_)
        | Note::Breaker(_) => {}
    }
}
