//! The guarded transaction that all changes share: look, show, ask, stop, keep, change, look again, go on.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use service::{Exit, Failure};
use tokio::time::Instant;

use super::super::act::{self, Verb, drive_all};
use super::super::backup::{self, BackupFile};
use super::super::consent;
use super::super::format::OutputArgs;
use super::super::options::{ConnectArgs, backoff, duration};
use super::super::show::table;
use super::shown::{Change, changes};
use crate::connect::{Client, HttpTransport};
use crate::core::offsets::{Edit, Offsets};
use crate::core::{ConnectorName, DesiredState, Fault, KafkaVersion, ObservedConfig, State, plain};
use crate::operate::{Aim, Clusters, Limits, Move, Operator, Outcome, Procedure};
use crate::reconcile::{ConnectReader, WorkerInfo, persist::persist};
use crate::sources::Environment;
use crate::sources::environment::names;

/// How a change is made.
#[derive(Clone, Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct ChangeArgs {
    /// Tell what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Change without asking
    #[arg(long, short)]
    yes: bool,
    /// Where the offsets are kept before; by default a new file NAME.offsets.TIME.json in this folder
    #[arg(long, value_name = "FILE")]
    backup: Option<PathBuf>,
    /// Leave it stopped afterwards
    #[arg(long)]
    stay_stopped: bool,
    /// Let it run afterwards, also where it was paused or stopped
    #[arg(long, conflicts_with = "stay_stopped")]
    resume: bool,
    /// How long it may take; taking it back may take as much again
    #[arg(long, env = names::TIMEOUT, hide_env_values = true, value_name = "DURATION", default_value = "2m", value_parser = duration)]
    timeout: Duration,
    #[command(flatten)]
    output: OutputArgs,
}

/// A connector, before it is changed.
pub(super) struct Subject {
    pub(super) client: Client<HttpTransport>,
    pub(super) name: ConnectorName,
    pub(super) config: ObservedConfig,
    /// As they are committed; of a connector that runs they are some seconds old.
    pub(super) offsets: Offsets,
    is_stopped: bool,
    worker: WorkerInfo,
}

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    connector: &'a ConnectorName,
    dry_run: bool,
    result: &'static str,
    backup: Option<String>,
    partitions: Vec<Change>,
}

impl Subject {
    /// Looks at a connector; its workers have to be able to change offsets.
    pub(super) async fn of(name: &str, connect: &ConnectArgs, args: &ChangeArgs) -> anyhow::Result<Self> {
        let client = connect.client(Environment::without_templates()?.redactor)?;
        let name = parse(name)?;
        let (deadline, backoff) = (Instant::now() + args.timeout, backoff());
        let unread = |fault: Fault| fault.into_failure("the offsets could not be read");
        let worker = persist(deadline, &backoff, || client.worker()).await.map_err(unread)?;
        if KafkaVersion::parse(&worker.version).is_some_and(|version| !version.has_offset_changes()) {
            let message = format!("the worker is Kafka {}, which cannot change offsets", worker.version);
            return Err(Failure::new(Exit::Failed, message)
                .hint("that takes Kafka 3.6; for a sink of an older one, delete it and use kafka-consumer-groups.sh")
                .into());
        }
        let config = persist(deadline, &backoff, || client.config(&name)).await.map_err(unread)?;
        let offsets = persist(deadline, &backoff, || client.offsets(&name)).await.map_err(unread)?;
        let status = persist(deadline, &backoff, || client.status(&name)).await.map_err(unread)?;
        let is_stopped = status.is_some_and(|status| status.state == State::Stopped);
        let (Some(config), Some(offsets)) = (config, offsets) else { return Err(absent(&name).into()) };
        Ok(Self { client, name, config, offsets, is_stopped, worker })
    }

    /// The Kafka cluster of its workers, where they tell it.
    pub(super) fn cluster(&self) -> Option<&str> {
        self.worker.cluster.as_deref()
    }
}

/// The name of a connector as it is given.
pub(in super::super) fn parse(name: &str) -> Result<ConnectorName, Failure> {
    let name = name.strip_prefix(crate::core::selection::PREFIX).unwrap_or(name);
    ConnectorName::parse(name).map_err(|why| Failure::new(Exit::Usage, why))
}

pub(in super::super) fn absent(name: &ConnectorName) -> Failure {
    Failure::new(Exit::Failed, format!("there is no connector {name}"))
        .hint("`connect-register get -o name` tells which there are")
}

/// Makes the change. `doing` says what it is: `shift by -10`. `state` is what it is left in, where that is
/// not what it was found in.
pub(super) async fn change(
    args: &ChangeArgs,
    subject: &Subject,
    edit: Edit,
    doing: String,
    state: Option<DesiredState>,
    taken_from: Option<&std::path::Path>,
) -> anyhow::Result<Exit> {
    let Subject { client, name, offsets, is_stopped, worker, .. } = subject;
    let file = BackupFile::new(args.backup.as_deref(), worker.cluster.clone(), doing);
    let is_other = |path: &PathBuf| taken_from.is_none_or(|from| !is_same(from, path));
    let unfinished: Vec<_> =
        file.unfinished(name).into_iter().filter(is_other).map(|path| path.display().to_string()).collect();
    if !unfinished.is_empty() {
        let what = format!("a change of the offsets of {name} did not come to its end");
        let failure = Failure::all(Exit::Difference, &what, &unfinished);
        return Err(failure
            .hint(format!(
                "`connect-register offsets import {}` takes it back; if that is not wanted, remove the file",
                unfinished.first().map(String::as_str).unwrap_or_default()
            ))
            .into());
    }
    let moves = edit.moves(offsets).map_err(|refusals| {
        Failure::all(Exit::Invalid, &format!("the offsets of {name} cannot be changed so"), &refusals)
            .hint("`connect-register offsets get` tells what they are; nothing was changed")
    })?;
    let preview = changes(offsets, &moves);
    let body = |result, backup: Option<PathBuf>, partitions| Body {
        worker: client.address(),
        connector: name,
        dry_run: args.dry_run,
        result,
        backup: backup.map(|path| path.display().to_string()),
        partitions,
    };
    // Where it runs, only a stop tells how far it has come.
    let is_nothing = matches!(&edit, Edit::Set(offsets) if offsets.0.is_empty());
    let is_settled = moves.is_empty() && (*is_stopped || is_nothing);
    let is_same_state = !args.resume && state.is_none();
    if args.dry_run || is_settled && is_same_state {
        let result = if moves.is_empty() { "unchanged" } else { "would change" };
        return args.show(&body(result, None, preview)).map(|()| Exit::Ok);
    }
    if !args.yes {
        ask(name, &preview)?;
    }
    // Whenever this program is killed, the file tells where it was; once it is stopped, to the record.
    let mut aims = vec![Aim::Found, Aim::Kept, Aim::Be(DesiredState::Stopped), Aim::Kept, Aim::Offsets(edit)];
    match (is_settled, state) {
        // Only its state is another one.
        (true, _) => aims.clear(),
        // The file that leads back stays what it is until all is as it was.
        (false, Some(_)) => aims.retain(|aim| *aim != Aim::Kept),
        (false, None) => {}
    }
    match (args.stay_stopped, args.resume, state) {
        (true, ..) => {}
        (_, true, _) => aims.push(Aim::Be(DesiredState::Running)),
        (_, _, Some(state)) => aims.push(Aim::Be(state)),
        _ => aims.push(Aim::BeAsBefore),
    }
    let limits = Limits { timeout: args.timeout, backoff: backoff(), takes_back: true };
    let procedure = Procedure::new(name.clone(), limits, aims.into_iter().map(Move::here));
    let verb = Verb { doing: "changing the offsets of", done: "changed" };
    let ended = drive_all(&Clusters::one(client), &file, verb, 1, vec![procedure]).await?;
    let Some(procedure) = ended.first() else { return Ok(Exit::Failed) };
    let done = || procedure.moved.as_ref().map(|(before, moves)| changes(before, moves)).unwrap_or_default();
    match &procedure.outcome {
        Some(Outcome::Done | Outcome::Ill(_)) => {
            let backup = file.finish()?;
            if let Some(from) = taken_from {
                backup::finish(from)?;
            }
            let done = done();
            let result = if done.is_empty() && is_same_state { "unchanged" } else { "changed" };
            args.show(&body(result, backup, done))?;
        }
        // Where nothing was to be taken back, nothing had been done.
        Some(Outcome::TakenBack(why) | Outcome::Failed(why)) => {
            file.finish()?;
            let failure = Failure::new(act::exit_of(why), format!("the offsets of {name} are as before: {why}"));
            return Err(failure.into());
        }
        _ => {
            let why = act::why_of(procedure).map(ToString::to_string).unwrap_or_default();
            let failure = Failure::new(
                act::why_of(procedure).map_or(Exit::Failed, act::exit_of),
                format!("the offsets of {name} could not be changed: {why}"),
            );
            return Err(match file.path() {
                Some(path) => failure.hint(format!(
                    "it may be stopped; `connect-register offsets import {}` brings it to where it was",
                    path.display()
                )),
                None => {
                    failure.hint("its offsets were not touched; `connect-register status` tells whether it is stopped")
                }
            }
            .into());
        }
    }
    act::exit(verb, &ended)
}

fn is_same(one: &std::path::Path, other: &std::path::Path) -> bool {
    one.canonicalize().ok().is_some_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

fn ask(name: &ConnectorName, preview: &[Change]) -> Result<(), Failure> {
    let line = |change: &Change| {
        let [partition, before, after] = &change.words;
        format!("{partition}: {before} -> {after}")
    };
    let lines: Vec<_> = preview.iter().map(line).collect();
    consent::ask(&consent::Question {
        fact: &format!("{name} is stopped, and its offsets are changed"),
        offer: "Change them?",
        unasked: "offsets would be changed, and nobody can be asked",
        hint: "look at --dry-run, then say --yes; nothing was changed",
        names: &lines,
    })
}

impl ChangeArgs {
    fn show(&self, body: &Body<'_>) -> anyhow::Result<()> {
        let name = format!("{}{}", crate::core::selection::PREFIX, body.connector.as_str());
        self.output.print(body, [name], |_| {
            if body.partitions.is_empty() {
                return format!("{}: there is nothing to change\n", body.connector);
            }
            let lines = body.partitions.iter().map(|change| {
                let [partition, before, after] = change.words.clone();
                [partition, before, after, change.records.map(|records| format!("{records:+}")).unwrap_or_default()]
            });
            let kept = body.backup.as_ref().map(|backup| format!("\nkept before: {}\n", plain::line(backup)));
            table(["PARTITION", "BEFORE", "AFTER", "RECORDS"], lines) + &kept.unwrap_or_default()
        })
    }
}
