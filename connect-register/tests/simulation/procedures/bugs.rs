//! Planted bugs: each has to break a law, to show that the net has no holes.

use connect_register::core::{Class, DesiredState, Fault, State};
use connect_register::operate::call::{Answer, Call, What};

use super::scenario::Kind;

/// What a bug remembers.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) answers: Vec<Answer>,
}

type Before = fn(&Call, bool) -> Option<Result<Answer, Fault>>;
type After = fn(&mut Memory, &Call, &mut Result<Answer, Fault>);

/// A bug that sits between the step and its driver.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bug {
    pub(crate) name: &'static str,
    /// Answers a call without making it; whether it is on the way back is told.
    pub(crate) before: Option<Before>,
    /// Changes what was answered.
    pub(crate) after: Option<After>,
    /// Makes this call twice.
    pub(crate) twice: Option<fn(&What) -> bool>,
    /// In which runs it can show.
    pub(crate) kind: Kind,
}

impl Bug {
    pub(crate) const NONE: Self = Self { name: "none", before: None, after: None, twice: None, kind: Kind::Shift };
}

/// As if it had been done.
const DONE: Result<Answer, Fault> = Ok(Answer::Done);

/// Every planted bug.
pub(crate) const ALL: [Bug; 12] = [
    Bug {
        name: "offsets are not kept",
        before: Some(|call, _| matches!(call.what, What::Keep(_)).then(|| DONE)),
        ..Bug::NONE
    },
    Bug {
        name: "nothing is taken back",
        before: Some(|call, is_back| (is_back && call.what.is_write()).then_some(DONE)),
        ..Bug::NONE
    },
    Bug {
        name: "what was made there is not removed",
        before: Some(|call, _| matches!(call.what, What::Delete).then(|| DONE)),
        kind: Kind::Migrate,
        ..Bug::NONE
    },
    Bug {
        name: "its state is not looked at",
        after: Some(|_, call, answer| {
            if let (What::Status, Ok(Answer::Status(Some(status)))) = (&call.what, answer)
                && status.state == State::Paused
            {
                status.state = State::Running;
                status.tasks.iter_mut().for_each(|task| task.state = State::Running);
            }
        }),
        ..Bug::NONE
    },
    Bug {
        name: "tasks that still run are not waited for",
        after: Some(|_, call, answer| {
            if let (What::Status, Ok(Answer::Status(Some(status)))) = (&call.what, answer)
                && status.state == State::Stopped
            {
                status.tasks.clear();
            }
        }),
        kind: Kind::Migrate,
        ..Bug::NONE
    },
    Bug {
        name: "offsets are shifted from where they were first seen",
        after: Some(|memory, call, answer| {
            if matches!(call.what, What::Offsets)
                && let Ok(Answer::Offsets(Some(_))) = answer
            {
                if memory.answers.is_empty() {
                    memory.answers.extend(answer.clone().ok());
                } else if memory.answers.len() < 3 {
                    let first = memory.answers[0].clone();
                    memory.answers.push(first.clone());
                    *answer = Ok(first);
                }
            }
        }),
        ..Bug::NONE
    },
    Bug {
        name: "what runs is restarted",
        after: Some(|_, call, answer| {
            if let (What::Status, Ok(Answer::Status(Some(status)))) = (&call.what, answer)
                && let Some(task) = status.tasks.first_mut()
            {
                task.state = State::Failed;
            }
        }),
        kind: Kind::RestartFailed,
        ..Bug::NONE
    },
    Bug {
        name: "a restart is made twice",
        twice: Some(|what| matches!(what, What::Restart(_))),
        kind: Kind::RestartFailed,
        ..Bug::NONE
    },
    Bug {
        name: "a doubt is taken for a success",
        after: Some(|_, call, answer| {
            if call.what.is_write() && answer.as_ref().is_err_and(|fault| fault.class == Class::Ambiguous) {
                *answer = Ok(Answer::Done);
            }
        }),
        kind: Kind::Delete,
        ..Bug::NONE
    },
    Bug {
        name: "a rebalance is given up",
        after: Some(|_, _, answer| {
            if let Err(fault) = answer
                && fault.class == Class::Rebalance
            {
                fault.class = Class::Fatal;
            }
        }),
        ..Bug::NONE
    },
    Bug {
        name: "it is said to be stopped and asked to pause",
        before: None,
        after: Some(|_, call, answer| {
            if let (What::Ask(DesiredState::Stopped), Ok(_)) = (&call.what, &answer) {
                *answer = Err(Fault {
                    class: Class::Fatal,
                    request: "stop".to_owned(),
                    status: Some(400),
                    message: "no".to_owned(),
                });
            }
        }),
        ..Bug::NONE
    },
    Bug {
        name: "the offsets are not given to the new one",
        before: Some(|call, _| matches!(call.what, What::Alter(_)).then(|| DONE)),
        after: Some(|memory, call, answer| {
            if matches!(call.what, What::Offsets)
                && let Ok(Answer::Offsets(Some(_))) = answer
            {
                if memory.answers.is_empty() {
                    memory.answers.extend(answer.clone().ok());
                } else {
                    *answer = Ok(memory.answers[0].clone());
                }
            }
        }),
        twice: None,
        kind: Kind::Migrate,
    },
];
