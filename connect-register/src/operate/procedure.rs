//! The state of a procedure: what is still to be brought about on one connector, what was learnt on the
//! way, what takes it back, and how it ended.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use super::aim::{Aim, Move};
use super::call::{Side, Time};
use crate::core::offsets::{Moves, Offsets, Refusal};
use crate::core::{Backoff, ConnectorName, DesiredState, Fault};

/// How long it may take, and what a failure means.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The time that all aims together may take; taking them back may take as much again.
    pub timeout: Duration,
    /// The pauses between attempts.
    pub backoff: Backoff,
    /// Whether what was done is taken back where something fails.
    pub takes_back: bool,
}

/// Why an aim was not reached.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// There is no such connector.
    Absent(Side),
    /// There is one of that name already, and it is another one.
    Exists,
    /// A call failed, and will fail again.
    Fault(Fault),
    /// The time is over; this is what it waited for.
    TimedOut {
        /// What was to be brought about.
        aim: Aim,
        /// What was seen last.
        seen: String,
    },
    /// The offsets cannot be changed so.
    Refused(Vec<Refusal>),
    /// The connector has failed.
    Ill(Side, String),
    /// It was asked to stop.
    Interrupted,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent(Side::Here) => f.write_str("there is no such connector"),
            Self::Absent(Side::There) => f.write_str("there is no such connector there"),
            Self::Exists => f.write_str("there is another connector of that name"),
            Self::Fault(fault) => fault.fmt(f),
            Self::TimedOut { aim, seen } if seen.is_empty() => write!(f, "it was given too little time {aim}"),
            Self::TimedOut { aim, seen } => write!(f, "it was given too little time {aim}: {seen}"),
            Self::Refused(refusals) => {
                f.write_str(&refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
            }
            Self::Ill(_, cause) => write!(f, "it has failed: {cause}"),
            Self::Interrupted => f.write_str("it was interrupted"),
        }
    }
}

/// How a procedure ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// All is as it was to be.
    Done,
    /// All was done, and the connector has failed.
    Ill(String),
    /// It could not be done; what was done before stays.
    Failed(Why),
    /// It could not be done, and all is as before.
    TakenBack(Why),
    /// It could not be done, and not be taken back either.
    Left {
        /// Why it could not be done.
        why: Why,
        /// Why it could not be taken back.
        stuck: Why,
    },
}

/// What was called last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// A view is asked for.
    Look,
    /// There was no status: is there a connector?
    Check,
    /// What was learnt is kept.
    Keep,
    /// It was asked for.
    Ask,
    /// Nothing; it waits.
    Rest,
}

/// How the aim at the front comes on.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    /// When it was asked for, the last time.
    pub(super) asked: Option<Time>,
    /// Whether nobody knows what became of that.
    pub(super) in_doubt: bool,
    /// Calls that failed in a row.
    pub(super) attempts: u32,
    /// How often what was asked for was refused.
    pub(super) refusals: u32,
    /// Whether the way back of this aim is remembered.
    pub(super) is_remembered: bool,
    /// When the view under way was asked for.
    pub(super) looked: Time,
    /// Since when it is not seen.
    pub(super) absent_since: Option<Time>,
    /// How the offsets are changed, once that is worked out.
    pub(super) moves: Option<Moves>,
    /// What was seen last, in words.
    pub(super) seen: String,
}

/// One connector, and what is to be brought about.
#[derive(Clone, Debug)]
pub struct Procedure {
    /// The connector.
    pub name: ConnectorName,
    /// How it ended, once it has.
    pub outcome: Option<Outcome>,
    /// The state that it was found in.
    pub found: Option<DesiredState>,
    /// The offsets that were kept.
    pub kept: Option<Offsets>,
    /// The offsets from and to which it was moved.
    pub moved: Option<(Offsets, Moves)>,
    /// Whether anything was asked for.
    pub is_touched: bool,
    pub(super) limits: Limits,
    pub(super) moves: VecDeque<Move>,
    pub(super) undo: Vec<Move>,
    /// Why it is being taken back.
    pub(super) back: Option<Why>,
    /// Whether the first aim of the way back may be reached already: what it takes back was never
    /// accepted.
    pub(super) may_be_back: bool,
    pub(super) ill: Option<String>,
    pub(super) deadline: Time,
    pub(super) doing: Doing,
    pub(super) course: Course,
}

impl Procedure {
    /// Aims for a connector, one after the other.
    pub fn new(name: ConnectorName, limits: Limits, moves: impl IntoIterator<Item = Move>) -> Self {
        Self {
            name,
            outcome: None,
            found: None,
            kept: None,
            moved: None,
            is_touched: false,
            deadline: limits.timeout,
            limits,
            moves: moves.into_iter().collect(),
            undo: Vec::new(),
            back: None,
            may_be_back: false,
            ill: None,
            doing: Doing::Rest,
            course: Course::default(),
        }
    }

    /// When it has to be over, or has to be taken back.
    pub fn deadline(&self) -> Time {
        self.deadline
    }

    /// Whether what was done is being taken back.
    pub fn is_going_back(&self) -> bool {
        self.back.is_some()
    }

    /// Whether it was made by this procedure, so that it may not be seen yet.
    pub(super) fn is_ours(&self, side: Side) -> bool {
        self.undo.iter().any(|undo| undo.side == side && undo.aim == Aim::Gone)
    }
}
