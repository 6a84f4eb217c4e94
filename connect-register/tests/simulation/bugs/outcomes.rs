//! Bugs of outcomes: an answer, or the lack of one, is taken for what it is not.

use std::sync::Arc;
use std::time::Duration;

use connect_register::core::{Class, Observation, Write};
use connect_register::reconcile::{Answer, Call, Effect, Event, Request, State};

use super::{Bug, Memory};

pub(super) const BUGS: [Bug; 13] = [
    Bug {
        again: Some(|call, answer| matches!(call, Call::Write(..)) && is(answer, Class::Ambiguous)),
        ..Bug::named("blind-retry", "a write whose outcome is unknown is sent again at once")
    },
    Bug {
        event: Some(|_, event| one(class(event, Class::Ambiguous, Class::Transient))),
        ..Bug::named("no-settle-after-doubt", "an unknown outcome is taken for a passing fault: no settle window")
    },
    Bug {
        event: Some(|_, event| one(succeed(event, |class| class == Class::Ambiguous))),
        ..Bug::named("doubt-is-success", "an unknown outcome of a write is taken for a success")
    },
    Bug {
        event: Some(|_, event| one(class(event, Class::Ambiguous, Class::Fatal))),
        ..Bug::named("doubt-is-fatal", "an unknown outcome of a write is given up")
    },
    Bug {
        again: Some(|_, answer| is(answer, Class::Exists)),
        ..Bug::named("exists-is-rebalance", "409 `already exists` is waited out as if it were a rebalance")
    },
    Bug {
        event: Some(|_, event| one(class(event, Class::Rebalance, Class::Fatal))),
        ..Bug::named("rebalance-is-fatal", "409 of a rebalance is given up")
    },
    Bug {
        event: Some(|_, event| one(succeed(event, |class| class == Class::Rebalance))),
        ..Bug::named("conflict-is-success", "409 is taken for `it is there already`, a success")
    },
    Bug {
        event: Some(|_, event| one(class(event, Class::Unreachable, Class::Fatal))),
        ..Bug::named("unreachable-is-fatal", "a refused connection is given up")
    },
    Bug {
        event: Some(|_, event| one(class(event, Class::Fatal, Class::Transient))),
        ..Bug::named("fatal-is-transient", "a 500 that will not pass is tried again and again")
    },
    Bug {
        event: Some(|_, event| one(class(event, Class::Invalid, Class::Transient))),
        ..Bug::named("invalid-is-transient", "a 400 is tried again and again")
    },
    Bug {
        event: Some(|_, event| one(class(event, Class::Denied, Class::Transient))),
        ..Bug::named("denied-is-transient", "a 401 is tried again and again")
    },
    Bug {
        event: Some(|_, event| one(empty(event))),
        ..Bug::named("page-is-empty-cluster", "what is no answer of Connect is taken for a cluster without connectors")
    },
    Bug {
        requests: Some(counted),
        event: Some(another),
        ..Bug::named("answers-swapped", "of two calls under way, each gets the answer of the other")
    },
];

fn one(event: Event) -> Vec<Event> {
    vec![event]
}

fn is(answer: &Result<Answer, connect_register::core::Fault>, class: Class) -> bool {
    answer.as_ref().is_err_and(|fault| fault.class == class)
}

/// Takes faults of one class for those of another.
fn class(mut event: Event, from: Class, to: Class) -> Event {
    if let Event::Answered(_, Err(fault)) = &mut event
        && fault.class == from
    {
        fault.class = to;
    }
    event
}

/// Takes faults of writes for successes.
fn succeed(event: Event, is_success: fn(Class) -> bool) -> Event {
    match event {
        Event::Answered(Call::Write(name, write), Err(fault)) if is_success(fault.class) => {
            let answer = done(&write);
            Event::Answered(Call::Write(name, write), Ok(answer))
        }
        other => other,
    }
}

/// The answer of a write that was done.
pub(super) fn done(write: &Write) -> Answer {
    match write {
        Write::State(_) => Answer::StateAsked,
        Write::Delete => Answer::Written(Effect::Deleted),
        Write::Put(_) | Write::Create(..) | Write::Patch(_) => Answer::Written(Effect::Updated),
    }
}

fn empty(event: Event) -> Event {
    match event {
        Event::Answered(Call::Observe, Err(fault)) if fault.class == Class::NotConnect => {
            Event::Answered(Call::Observe, Ok(Answer::Observed(Arc::new(Observation::new()))))
        }
        Event::Answered(call @ Call::ReadConfig(_), _) => Event::Answered(call, Ok(Answer::Config(None))),
        other => other,
    }
}

/// Counts the writes under way.
fn counted(memory: &mut Memory, _: &State, _: Duration, requests: Vec<Request>) -> Vec<Request> {
    let is_write = |request: &&Request| matches!(request, Request::Call(Call::Write(..)));
    memory.count += requests.iter().filter(is_write).count() as u64;
    requests
}

/// Keeps one answer of a write back while another one is under way, and gives it to that one.
fn another(memory: &mut Memory, event: Event) -> Vec<Event> {
    let Event::Answered(call @ Call::Write(..), answer) = event else { return vec![event] };
    memory.count = memory.count.saturating_sub(1);
    match memory.kept.take() {
        None if memory.count > 0 => {
            memory.kept = Some((call, answer));
            Vec::new()
        }
        None => vec![Event::Answered(call, answer)],
        Some((first, of_first)) => vec![Event::Answered(first, answer), Event::Answered(call, of_first)],
    }
}
