//! The step: state and event in, state and requests out. No clock, no network, no randomness: equal
//! inputs give equal outputs, so that a million runs with faults can be simulated.
//!
//! For each aim it is looked first, so that the way back is known; then it is asked for; then it is
//! looked until it is so. A call whose outcome is unknown is not made again before it would be seen.

use std::sync::Arc;
use std::time::Duration;

use super::aim::{Aim, Move, OnIll, Scope};
use super::call::{Answer, Call, Event, Kept, Note, Request, Side, Time, What};
use super::judge::{self, Seen, View};
use super::procedure::{Course, Doing, Outcome, Procedure, Why};
use super::undo::{self, SETTLE};
use crate::core::offsets::{Edit, Offsets};
use crate::core::{Class, ConnectorStatus, DesiredState, Fault, ObservedConfig, Part, Remedy, State};

/// The pause between two looks.
const POLL: Duration = Duration::from_millis(250);
/// So often a worker may say that a connector is not stopped, although it was seen so.
const NOT_STOPPED: u32 = 5;
/// So often the way back is tried against a fault that does not pass by itself.
const STUBBORN: u32 = 8;

type Stepped = (Procedure, Vec<Request>);

/// Takes one step. After the outcome nothing is asked for any more.
pub fn step(procedure: Procedure, now: Time, event: Event) -> Stepped {
    if procedure.outcome.is_some() {
        return (procedure, Vec::new());
    }
    match event {
        Event::Begin | Event::Woken => look(procedure, now, Vec::new()),
        // The way back is gone to its end.
        Event::Stop if procedure.back.is_some() => look(procedure, now, Vec::new()),
        Event::Stop => undo::fail(procedure, now, Why::Interrupted),
        Event::Answered(Err(fault)) => failed(procedure, now, fault),
        Event::Answered(Ok(answer)) => {
            let mut procedure = procedure;
            procedure.course.attempts = 0;
            match (procedure.doing, answer) {
                (Doing::Look, Answer::Status(Some(status))) => {
                    procedure.course.absent_since = None;
                    seen(procedure, now, &status)
                }
                (Doing::Look, Answer::Status(None)) => check(procedure, now),
                (Doing::Check, Answer::Config(config)) => checked(procedure, now, config.is_some()),
                (Doing::Look, Answer::Config(config)) => configured(procedure, now, config.as_ref()),
                (Doing::Look, Answer::Offsets(Some(offsets))) => counted(procedure, now, offsets),
                (Doing::Look, Answer::Offsets(None)) => absent(procedure, now),
                (Doing::Keep, Answer::Done) => reached(procedure, now, Vec::new()),
                (Doing::Ask, Answer::Done) => {
                    (procedure.course.asked, procedure.course.in_doubt) = (Some(now), false);
                    let told = procedure.moves.front().map(|Move { side, aim, .. }| Note::Asked(*side, aim.clone()));
                    look(procedure, now, told.map(Request::Tell).into_iter().collect())
                }
                // An answer of another kin than its call asks for; a driver that compiles cannot make it.
                _ => wait(procedure, now, String::new(), POLL),
            }
        }
    }
}

/// The next call is a look at what the aim at the front is about.
fn look(mut procedure: Procedure, now: Time, mut requests: Vec<Request>) -> Stepped {
    let Some(front) = procedure.moves.front_mut() else {
        procedure.outcome = Some(match (procedure.back.take(), procedure.ill.take()) {
            (Some(why), _) => Outcome::TakenBack(why),
            (None, Some(cause)) => Outcome::Ill(cause),
            (None, None) => Outcome::Done,
        });
        return (procedure, requests);
    };
    if front.aim == Aim::BeAsBefore {
        let found = procedure.found.unwrap_or(DesiredState::Running);
        // It has been stopped, or still is, by us.
        if found == DesiredState::Stopped {
            return reached(procedure, now, requests);
        }
        front.aim = Aim::Be(found);
    }
    let what = match front.aim {
        Aim::Found | Aim::Be(_) | Aim::BeAsBefore | Aim::Restarted(_) => What::Status,
        Aim::Gone | Aim::There(_) => What::Config,
        Aim::Kept | Aim::Offsets(_) | Aim::OffsetsAsKept => What::Offsets,
    };
    let side = front.side;
    (procedure.doing, procedure.course.looked) = (Doing::Look, now);
    requests.push(Request::Call(Call { side, what }));
    (procedure, requests)
}

/// It has no status: is it there at all?
fn check(mut procedure: Procedure, now: Time) -> Stepped {
    let Some(Move { side, .. }) = procedure.moves.front() else { return look(procedure, now, Vec::new()) };
    let call = Call { side: *side, what: What::Config };
    procedure.doing = Doing::Check;
    (procedure, vec![Request::Call(call)])
}

fn checked(procedure: Procedure, now: Time, is_there: bool) -> Stepped {
    if is_there {
        return wait(procedure, now, "it has no status yet".to_owned(), POLL);
    }
    absent(procedure, now)
}

/// It is not there; a view that lags behind may say so for a while of what was made a while ago.
fn absent(mut procedure: Procedure, now: Time) -> Stepped {
    let Some(Move { side, .. }) = procedure.moves.front() else { return look(procedure, now, Vec::new()) };
    let side = *side;
    let since = *procedure.course.absent_since.get_or_insert(now);
    if procedure.is_ours(side) || now < since + SETTLE {
        return wait(procedure, now, "it is not seen".to_owned(), POLL);
    }
    undo::fail(procedure, now, Why::Absent(side))
}

/// Its status was read.
fn seen(mut procedure: Procedure, now: Time, status: &ConnectorStatus) -> Stepped {
    let Some(Move { side, aim, .. }) = procedure.moves.front().cloned() else {
        return look(procedure, now, Vec::new());
    };
    if side == Side::Here && !procedure.is_touched {
        // What has failed or is nowhere was to run, as far as anybody can tell. Until it is touched by us,
        // somebody else may put it into another state.
        procedure.found = Some(DesiredState::reported(&status.state).unwrap_or(DesiredState::Running));
    }
    match aim {
        Aim::Found => reached(procedure, now, Vec::new()),
        Aim::Be(wanted) => stated(procedure, now, status, wanted),
        Aim::Restarted(scope) => restarted(procedure, now, status, scope),
        _ => wait(procedure, now, String::new(), POLL),
    }
}

/// It is to be in a state.
fn stated(mut procedure: Procedure, now: Time, status: &ConnectorStatus, wanted: DesiredState) -> Stepped {
    let seen = judge::state(wanted, view(&procedure, status));
    if procedure.course.asked.is_some() {
        return judged(procedure, now, seen, What::Ask(wanted));
    }
    if procedure.may_be_back && seen == Seen::Reached {
        return reached(procedure, now, Vec::new());
    }
    let before = DesiredState::reported(&status.state).or(procedure.found);
    undo::remember(&mut procedure, before, None);
    ask(procedure, What::Ask(wanted))
}

/// Parts of it are to be started anew.
fn restarted(procedure: Procedure, now: Time, status: &ConnectorStatus, scope: Scope) -> Stepped {
    if procedure.course.asked.is_some() {
        let seen = judge::restarted(&scope, view(&procedure, status));
        return judged(procedure, now, seen, What::Restart(scope));
    }
    let has_failed = status.state == State::Failed || status.tasks.iter().any(|task| task.state == State::Failed);
    if scope == Scope::Part(Part::Failed) && !has_failed {
        return reached(procedure, now, Vec::new());
    }
    ask(procedure, What::Restart(scope))
}

fn view<'a>(procedure: &Procedure, status: &'a ConnectorStatus) -> View<'a> {
    let Course { looked, asked, in_doubt, .. } = procedure.course;
    View { status, looked, asked, in_doubt }
}

/// What a view says of what was asked for; what is lost is asked for again.
fn judged(mut procedure: Procedure, now: Time, seen: Seen, what: What) -> Stepped {
    match seen {
        Seen::Reached => reached(procedure, now, Vec::new()),
        Seen::Ill(cause) => ill(procedure, now, cause),
        Seen::NotYet(why) if is_lost(&procedure, now) => {
            procedure.course.seen = why;
            ask(procedure, what)
        }
        Seen::NotYet(why) => wait(procedure, now, why, POLL),
    }
}

/// Its configuration was read.
fn configured(mut procedure: Procedure, now: Time, config: Option<&ObservedConfig>) -> Stepped {
    let Some(Move { aim, .. }) = procedure.moves.front().cloned() else { return look(procedure, now, Vec::new()) };
    let (was_asked, is_lost) = (procedure.course.asked.is_some(), is_lost(&procedure, now));
    match (aim, config) {
        // What may still come was waited for before the way back began.
        (Aim::Gone, None) if was_asked || procedure.may_be_back => reached(procedure, now, Vec::new()),
        (Aim::Gone, _) if !was_asked || is_lost => ask(procedure, What::Delete),
        (Aim::Gone, _) => wait(procedure, now, "it is still there".to_owned(), POLL),
        (Aim::There(payload), None) if !was_asked || is_lost => {
            undo::remember(&mut procedure, None, None);
            ask(procedure, What::Create(payload))
        }
        (Aim::There(_), None) => wait(procedure, now, "it is not seen yet".to_owned(), POLL),
        (Aim::There(payload), Some(config)) if was_asked && is_of(config, payload.expose()) => {
            reached(procedure, now, Vec::new())
        }
        (Aim::There(_), Some(_)) => {
            // It is not ours to delete.
            procedure.undo.retain(|undo| undo.aim != Aim::Gone);
            undo::fail(procedure, now, Why::Exists)
        }
        _ => wait(procedure, now, String::new(), POLL),
    }
}

/// Whether a configuration is what was sent, as far as it is not masked.
fn is_of(config: &ObservedConfig, sent: &std::collections::BTreeMap<String, String>) -> bool {
    sent.iter()
        .all(|(key, value)| config.get(key).is_some_and(|seen| seen == value || crate::core::payload::is_masked(seen)))
}

/// Its offsets were read.
fn counted(mut procedure: Procedure, now: Time, offsets: Offsets) -> Stepped {
    let Some(Move { aim, .. }) = procedure.moves.front().cloned() else { return look(procedure, now, Vec::new()) };
    let edit = match aim {
        Aim::Kept => {
            let kept = Kept { offsets: offsets.clone(), state: procedure.found, is_final: procedure.is_touched };
            procedure.kept = Some(offsets);
            procedure.doing = Doing::Keep;
            let call = Call { side: Side::Here, what: What::Keep(Arc::new(kept)) };
            return (procedure, vec![Request::Call(call)]);
        }
        Aim::Offsets(edit) => edit,
        _ => Edit::Exactly(procedure.kept.clone().unwrap_or_default()),
    };
    if let (Some(moves), true) = (&procedure.course.moves, procedure.course.asked.is_some()) {
        let is_so = moves.0.iter().all(|(partition, offset)| offsets.0.get(partition) == offset.as_ref());
        return match (is_so, is_lost(&procedure, now)) {
            (true, _) => reached(procedure, now, Vec::new()),
            (false, true) => alter(procedure, &edit),
            (false, false) => wait(procedure, now, "its offsets are not yet what they are to be".to_owned(), POLL),
        };
    }
    match edit.moves(&offsets) {
        Err(refusals) => undo::fail(procedure, now, Why::Refused(refusals)),
        Ok(moves) if moves.is_empty() => reached(procedure, now, Vec::new()),
        Ok(moves) => {
            if procedure.back.is_none() {
                procedure.moved = Some((offsets.clone(), moves.clone()));
            }
            procedure.course.moves = Some(moves);
            undo::remember(&mut procedure, None, Some(&offsets));
            alter(procedure, &edit)
        }
    }
}

fn alter(procedure: Procedure, edit: &Edit) -> Stepped {
    let moves = procedure.course.moves.clone().unwrap_or_default();
    let what = if edit.is_clear() { What::Clear } else { What::Alter(Arc::new(moves)) };
    ask(procedure, what)
}

/// Whether what was asked for, with an outcome that nobody knows, would be seen by now.
fn is_lost(procedure: &Procedure, now: Time) -> bool {
    procedure.course.in_doubt && procedure.course.asked.is_some_and(|asked| now >= asked + SETTLE)
}

fn ask(mut procedure: Procedure, what: What) -> Stepped {
    let Some(Move { side, .. }) = procedure.moves.front() else { return (procedure, Vec::new()) };
    let call = Call { side: *side, what };
    (procedure.doing, procedure.is_touched) = (Doing::Ask, true);
    (procedure, vec![Request::Call(call)])
}

fn ill(mut procedure: Procedure, now: Time, cause: String) -> Stepped {
    let Some(Move { side, on_ill, .. }) = procedure.moves.front() else { return look(procedure, now, Vec::new()) };
    match on_ill {
        OnIll::TakeBack if procedure.back.is_none() => {
            let why = Why::Ill(*side, cause);
            undo::fail(procedure, now, why)
        }
        OnIll::Tell | OnIll::TakeBack => {
            procedure.ill = Some(cause);
            next(procedure, now, Vec::new())
        }
    }
}

fn reached(procedure: Procedure, now: Time, mut requests: Vec<Request>) -> Stepped {
    if let Some(Move { side, aim, .. }) = procedure.moves.front() {
        requests.push(Request::Tell(Note::Reached(*side, aim.clone())));
    }
    next(procedure, now, requests)
}

fn next(mut procedure: Procedure, now: Time, requests: Vec<Request>) -> Stepped {
    procedure.moves.pop_front();
    (procedure.course, procedure.may_be_back) = (Course::default(), false);
    look(procedure, now, requests)
}

/// A call failed.
fn failed(mut procedure: Procedure, now: Time, fault: Fault) -> Stepped {
    let Some(Move { side, aim, .. }) = procedure.moves.front().cloned() else {
        return look(procedure, now, Vec::new());
    };
    let is_asking = procedure.doing == Doing::Ask;
    let remedy = match (fault.class, fault.class.remedy(), &aim) {
        // A worker may not know yet that it is stopped, though its leader does.
        (Class::Invalid, _, Aim::Offsets(_) | Aim::OffsetsAsKept)
            if fault.message.contains("STOPPED") && procedure.course.refusals < NOT_STOPPED =>
        {
            Remedy::Retry
        }
        (Class::Missing | Class::Done, ..) if is_asking && procedure.is_ours(side) => Remedy::Retry,
        // The way back is worth more patience.
        (_, Remedy::GiveUp, _) if procedure.back.is_some() && procedure.course.refusals < STUBBORN => Remedy::Retry,
        (_, remedy, _) => remedy,
    };
    procedure.course.attempts += 1;
    if fault.class.remedy() == Remedy::GiveUp {
        procedure.course.refusals += 1;
    }
    match remedy {
        Remedy::GiveUp => {
            if is_asking && fault.status.is_some_and(|status| status >= 500) {
                // It says nothing of what it did.
                (procedure.course.asked, procedure.course.in_doubt) = (Some(now), true);
            }
            if fault.class == Class::Missing && !matches!(aim, Aim::There(_)) {
                return absent(procedure, now);
            }
            undo::fail(procedure, now, Why::Fault(fault))
        }
        remedy => {
            let failures = procedure.course.attempts.max(procedure.course.refusals);
            let mut pause = procedure.limits.backoff.delay(failures - 1, 0);
            if is_asking && remedy == Remedy::Look {
                (procedure.course.asked, procedure.course.in_doubt) = (Some(now), true);
                // A view from before then may show by chance what was asked for, or what was not.
                pause = pause.max(SETTLE);
            }
            let words = fault.to_string();
            let (procedure, mut requests) = wait(procedure, now, words, pause);
            requests.insert(0, Request::Tell(Note::Again(fault)));
            (procedure, requests)
        }
    }
}

/// It is looked again after a pause; or the time is over.
fn wait(mut procedure: Procedure, now: Time, why: String, pause: Duration) -> Stepped {
    if !why.is_empty() {
        procedure.course.seen = why;
    }
    if now >= procedure.deadline {
        let aim = procedure.moves.front().map_or(Aim::BeAsBefore, |front| front.aim.clone());
        let why = Why::TimedOut { aim, seen: std::mem::take(&mut procedure.course.seen) };
        return undo::fail(procedure, now, why);
    }
    procedure.doing = Doing::Rest;
    let note = Note::Waiting(procedure.course.seen.clone());
    let again = (now + pause).min(procedure.deadline.max(now + Duration::from_millis(1)));
    (procedure, vec![Request::Tell(note), Request::Wake(again)])
}

#[cfg(test)]
#[path = "step_tests.rs"]
mod tests;
