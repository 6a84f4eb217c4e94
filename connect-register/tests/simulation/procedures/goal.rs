//! What is to be done as the aims of a procedure, as the commands put them, and what the world is like when
//! it is done, or was taken back.

use std::sync::Arc;

use connect_register::core::offsets::{Edit, Offset, Offsets, Partition, Shift};
use connect_register::core::{DesiredState, Part, Payload};
use connect_register::operate::call::Kept;
use connect_register::operate::{Aim, Move, Scope};

use super::scenario::{Kind, Scenario};
use super::site;
use super::world::World;

/// By so many records.
const BY: i64 = -10;

/// The offsets that [`Kind::Exactly`] is about.
fn exact() -> site::Offsets {
    [(0, 5), (2, 9)].into()
}

fn of_core(offsets: &site::Offsets) -> Offsets {
    let one = |(partition, offset): (&i64, &i64)| {
        (Partition::of_topic("t", i32::try_from(*partition).unwrap()), Offset::of_record(*offset))
    };
    Offsets(offsets.iter().map(one).collect())
}

/// The aims of a command.
pub(crate) fn moves(kind: Kind) -> Vec<Move> {
    let here = |aims: Vec<Aim>| aims.into_iter().map(Move::here).collect();
    let change = |edit| {
        vec![Aim::Found, Aim::Kept, Aim::Be(DesiredState::Stopped), Aim::Kept, Aim::Offsets(edit), Aim::BeAsBefore]
    };
    match kind {
        Kind::Be(wanted) => here(vec![Aim::Be(wanted.state())]),
        Kind::RestartFailed => here(vec![Aim::Restarted(Scope::Part(Part::Failed))]),
        Kind::Delete => here(vec![Aim::Gone]),
        Kind::DeleteWithOffsets => here(vec![Aim::Be(DesiredState::Stopped), Aim::Offsets(Edit::Clear), Aim::Gone]),
        Kind::Shift => here(change(Edit::Shift(Shift { by: BY, topics: vec![], bounds: [].into() }))),
        Kind::Exactly => here(change(Edit::Exactly(of_core(&exact())))),
        Kind::Clear => here(change(Edit::Clear)),
        Kind::Migrate => migration(true, None),
    }
}

fn migration(is_to_make: bool, state: Option<DesiredState>) -> Vec<Move> {
    let here = [Aim::Found, Aim::Kept, Aim::Be(DesiredState::Stopped), Aim::Kept];
    let config = serde_json::from_value(Scenario::config()).unwrap();
    let make = is_to_make.then(|| Aim::There(Arc::new(Payload::new(config).unwrap())));
    let last = [Aim::OffsetsAsKept, state.map_or(Aim::BeAsBefore, Aim::Be)];
    here.into_iter().map(Move::here).chain(make.into_iter().chain(last).map(Move::there)).collect()
}

/// What is done after a process was killed: what it kept leads back, or on.
pub(crate) fn recovery(kind: Kind, kept: &Kept, world: &World) -> Vec<Move> {
    let state = kept.state.unwrap_or(DesiredState::Running);
    if kind == Kind::Migrate {
        return match &world.there.connector {
            // It was started there when all was done.
            Some(there) if there.target != DesiredState::Stopped => vec![Move::there(Aim::Be(state))],
            there => migration(there.is_none(), Some(state)),
        };
    }
    // Before it was stopped its offsets are not touched.
    if !kept.is_final {
        return vec![Move::here(Aim::Be(state))];
    }
    let edit = Edit::Exactly(kept.offsets.clone());
    // What is kept stays what it is until all is as it was.
    [Aim::Found, Aim::Be(DesiredState::Stopped), Aim::Offsets(edit), Aim::Be(state)]
        .into_iter()
        .map(Move::here)
        .collect()
}

/// What is not as it was kept, although it was said to be brought back.
pub(crate) fn unrecovered(found: DesiredState, kept: &Kept, world: &World) -> Option<String> {
    let target = world.here.connector.as_ref().map(|it| it.target);
    let last = world.here.changes.last().map(|(_, after)| of_core(after));
    let is_so = target == Some(found) && last.as_ref().is_none_or(|last| *last == kept.offsets);
    (!is_so).then(|| format!("it was {found} at {:?}, and is {target:?} at {last:?}", kept.offsets.to_json()))
}

/// What is not so although it was said to be done.
pub(crate) fn undone(kind: Kind, found: DesiredState, world: &World) -> Option<String> {
    let (here, there) = (&world.here, &world.there);
    let target = here.connector.as_ref().map(|it| it.target);
    let is = |ok: bool, what: &str| (!ok).then(|| format!("{what}: {target:?}, {:?}", here.changes));
    match kind {
        Kind::Be(wanted) => is(target == Some(wanted.state()), "it is not in the state"),
        Kind::RestartFailed => is(here.connector.as_ref().is_some_and(|it| !it.has_failed), "it has still failed"),
        Kind::Delete => is(here.connector.is_none(), "it is still there"),
        Kind::DeleteWithOffsets => is(here.connector.is_none() && here.offsets.is_empty(), "something is still there"),
        Kind::Shift => is(target == Some(found) && shifted(world) == BY, "it is not shifted once, or not as it was"),
        Kind::Exactly => is(
            target == Some(found) && here.changes.last().is_some_and(|(_, after)| *after == exact()),
            "they are others",
        ),
        Kind::Clear => {
            is(target == Some(found) && here.changes.last().is_some_and(|(_, after)| after.is_empty()), "some are left")
        }
        Kind::Migrate => {
            let moved = there.connector.as_ref().is_some_and(|it| it.target == found);
            let given = there.changes.last().map(|(_, after)| after);
            is(moved && target == Some(DesiredState::Stopped) && given == Some(&here.offsets), "it is not moved")
        }
    }
}

/// What is not as it was although it was said to be.
pub(crate) fn left(kind: Kind, found: DesiredState, world: &World) -> Option<String> {
    let target = world.here.connector.as_ref().map(|it| it.target);
    if target != Some(found) {
        return Some(format!("it was {found}, and is {target:?}"));
    }
    if let (Some((first, _)), Some((_, last))) = (world.here.changes.first(), world.here.changes.last())
        && first != last
    {
        return Some(format!("its offsets were {first:?}, and are {last:?}"));
    }
    (kind == Kind::Migrate && world.there.connector.is_some()).then(|| "it is still there".to_owned())
}

/// By how much all changes together have moved the first partition. One that leads back to exactly what was
/// there before another one has undone that, however far the sink has come in between.
fn shifted(world: &World) -> i64 {
    let mut standing: Vec<&(site::Offsets, site::Offsets)> = Vec::new();
    for change in &world.here.changes {
        match standing.iter().position(|(before, _)| *before == change.1) {
            Some(undone) => standing.truncate(undone),
            None => standing.push(change),
        }
    }
    standing.iter().map(|(before, after)| after[&0] - before[&0]).sum()
}
