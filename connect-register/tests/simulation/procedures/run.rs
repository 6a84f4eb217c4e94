//! A run from its beginning to its end: a process does what is asked for, may die, and is followed by
//! another one; when nothing goes wrong any more it comes to its end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use connect_register::core::{Backoff, ConnectorName};
use connect_register::operate::{Limits, Outcome as Ended, Procedure};

use super::bugs::Bug;
use super::goal;
use super::process::play;
use super::scenario::{Kind, Scenario};
use super::world::{Shared, World, lock};
use crate::world::cluster::Time;
use crate::world::weather::Weather;

/// The time that a procedure is given.
const TIMEOUT: Duration = Duration::from_mins(12);
/// The longest that anything may take: there and back, with a call of 95 seconds at each end.
const LONGEST: Duration = Duration::from_mins(28);

/// What came of a run.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) broken: Vec<String>,
    pub(crate) requests: u64,
    pub(crate) faults: u64,
    pub(crate) died: bool,
    pub(crate) taken_back: u64,
    pub(crate) done: u64,
    pub(crate) time: Time,
    pub(crate) trace: String,
}

/// Runs a scenario.
pub(crate) fn run(scenario: &Scenario, bug: Bug, is_traced: bool) -> Outcome {
    let world: Shared = Arc::new(Mutex::new(World::new(scenario, is_traced)));
    let mut outcome = Outcome::default();
    let mut is_done = false;
    for attempt in 0..5 {
        let (procedure, is_recovery) = begin(scenario, &world, attempt);
        let began = lock(&world).now;
        let ended = play(&world, procedure, bug);
        let mut world = lock(&world);
        if world.now > began + LONGEST {
            world.breaks("it takes longer than it may".to_owned());
        }
        let Some(ended) = ended else {
            outcome.died = true;
            world.is_dead = false;
            let again = world.now + Duration::from_secs(30);
            world.pass(again);
            continue;
        };
        is_done = judge(scenario, &mut world, &ended, is_recovery, attempt, &mut outcome);
        if is_done {
            break;
        }
        // Somebody comes again when it is calm.
        world.weather = Weather::Clear;
        let calm = world.now + Duration::from_mins(3);
        world.pass(calm);
    }
    let mut world = lock(&world);
    let needless = world.here.needless;
    let is_excused = world.late.is_some() || world.meddled.is_some();
    if needless > 0
        && !is_excused
        && scenario.kind == Kind::RestartFailed
        && world.doubts == 0
        && !scenario.lags
        && !outcome.died
    {
        world.breaks(format!("it was restarted {needless} times although nothing had failed"));
    }
    if !is_done && !is_excused {
        world.breaks("it never comes to its end".to_owned());
    }
    outcome.broken.append(&mut world.broken);
    (outcome.requests, outcome.faults) = (world.requests, world.hits.cells.len() as u64);
    (outcome.time, outcome.trace) = (world.now, world.trace());
    outcome
}

/// The next process: what was kept by one that was killed comes first.
fn begin(scenario: &Scenario, world: &Shared, attempt: u64) -> (Procedure, bool) {
    let mut world = lock(world);
    let kept = world.disk.clone().filter(|_| scenario.kind.keeps());
    let moves = match &kept {
        Some(kept) => goal::recovery(scenario.kind, kept, &world),
        None => goal::moves(scenario.kind),
    };
    world.goes_on = kept.is_some();
    world.note(|| format!("begins {}", if kept.is_some() { "with what was kept" } else { "" }));
    let backoff = Backoff::of_requests(scenario.seed ^ attempt);
    let limits = Limits { timeout: TIMEOUT, backoff, takes_back: scenario.kind.takes_back() };
    (Procedure::new(ConnectorName::reported("c"), limits, moves), kept.is_some())
}

/// Holds the laws against how a process ended; whether that was the end.
fn judge(
    scenario: &Scenario,
    world: &mut World,
    ended: &Procedure,
    is_recovery: bool,
    attempt: u64,
    outcome: &mut Outcome,
) -> bool {
    let Scenario { kind, found, .. } = *scenario;
    let what = ended.outcome.clone();
    world.note(|| format!("ended: {what:?}"));
    let is_excused = world.late.is_some() || world.meddled.is_some();
    let is_deleted = matches!(kind, Kind::Delete | Kind::DeleteWithOffsets) && world.here.connector.is_none();
    let complain = |world: &mut World, how: Option<String>| {
        if let Some(how) = how.filter(|_| !is_excused) {
            world.breaks(how);
        }
    };
    match ended.outcome.as_ref() {
        Some(Ended::Done) => {
            let kept = world.disk.clone().filter(|_| is_recovery && kind != Kind::Migrate);
            let how = match kept {
                Some(kept) => goal::unrecovered(found, &kept, world),
                None => goal::undone(kind, found, world),
            };
            complain(world, how);
            world.disk = None;
            outcome.done += 1;
            true
        }
        Some(Ended::Ill(_)) => {
            complain(world, Some("it has failed, and nothing makes it fail".to_owned()));
            true
        }
        // Another process has deleted it, and was killed before it knew.
        Some(Ended::Failed(_)) if is_deleted => true,
        Some(Ended::Failed(_) | Ended::TakenBack(_)) => {
            if scenario.has_to_succeed() && attempt == 0 {
                complain(world, Some(format!("it gave up: {what:?}")));
            }
            // Of a deletion that was killed nothing tells what it was before.
            let is_known = kind.keeps() || !outcome.died;
            if kind.takes_back() && !is_recovery && is_known {
                complain(world, goal::left(kind, found, world));
                world.disk = None;
            }
            outcome.taken_back += 1;
            false
        }
        _ => false,
    }
}
