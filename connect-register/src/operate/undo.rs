//! The way back: what takes an aim back, and when it may begin.

use super::aim::{Aim, Move, OnIll};
use super::call::{Note, Request, Time};
use super::procedure::{Course, Doing, Outcome, Procedure, Why};
use crate::core::DesiredState;
use crate::core::offsets::{Edit, Offsets};

/// A call that timed out may still have its effect for about this long.
pub(super) const SETTLE: Time = Time::from_secs(10);

/// Remembers what takes the aim at the front back, before it is asked for.
pub(super) fn remember(procedure: &mut Procedure, state: Option<DesiredState>, offsets: Option<&Offsets>) {
    if procedure.back.is_some() || !procedure.limits.takes_back || procedure.course.asked.is_some() {
        return;
    }
    let Some(Move { side, aim, .. }) = procedure.moves.front() else { return };
    let undo = match (aim, state, offsets) {
        (Aim::Be(wanted), Some(before), _) if before != *wanted => Aim::Be(before),
        (Aim::There(_), ..) => Aim::Gone,
        (Aim::Offsets(_) | Aim::OffsetsAsKept, _, Some(before)) => Aim::Offsets(Edit::Exactly(before.clone())),
        _ => return,
    };
    let undo = Move { side: *side, aim: undo, on_ill: OnIll::Tell };
    procedure.course.is_remembered = true;
    // It may be asked for again, after a fault that did nothing.
    if procedure.undo.last() != Some(&undo) {
        procedure.undo.push(undo);
    }
}

/// The aim at the front will not be reached: what was done is taken back, where that is wanted.
pub(super) fn fail(mut procedure: Procedure, now: Time, why: Why) -> (Procedure, Vec<Request>) {
    if let Some(first) = procedure.back.take() {
        procedure.outcome = Some(Outcome::Left { why: first, stuck: why });
        return (procedure, Vec::new());
    }
    if procedure.undo.is_empty() {
        procedure.outcome = Some(Outcome::Failed(why));
        return (procedure, Vec::new());
    }
    let Course { asked, in_doubt, is_remembered, .. } = std::mem::take(&mut procedure.course);
    procedure.may_be_back = is_remembered && (in_doubt || asked.is_none());
    // What may still have its effect has it before it is taken back.
    let begin = asked.filter(|_| in_doubt).map_or(now, |asked| now.max(asked + SETTLE));
    let note = Note::TakingBack(why.to_string());
    procedure.moves = std::mem::take(&mut procedure.undo).into_iter().rev().collect();
    (procedure.back, procedure.deadline) = (Some(why), begin + procedure.limits.timeout);
    procedure.doing = Doing::Rest;
    (procedure, vec![Request::Tell(note), Request::Wake(begin)])
}
