//! What is wrong with a connector that is left alone, as it is told to people. When that is so is decided
//! elsewhere.

use std::fmt;
use std::time::Duration;

use crate::core::Ailment;

/// What is wrong with a connector that is not, or not only, to be restarted.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// It has been restarted as often as is allowed, and failed again.
    GivenUp {
        /// How often.
        restarts: u32,
    },
    /// It has failed the same way again and again, and is tried rarely.
    SameFailure(Ailment),
    /// Tasks have had no worker for longer than a rebalance takes.
    Unassigned {
        /// For how long.
        age: Duration,
    },
    /// It runs without a task.
    Idle {
        /// For how long.
        age: Duration,
    },
    /// It runs, has something to do, and does not get on.
    Stalled {
        /// For how long.
        age: Duration,
        /// How many records it is behind.
        lag: u64,
    },
}

impl Trouble {
    /// What it is called in metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::GivenUp { .. } => "given_up",
            Self::SameFailure(_) => "same_failure",
            Self::Unassigned { .. } => "unassigned",
            Self::Idle { .. } => "no_tasks",
            Self::Stalled { .. } => "stalled",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GivenUp { restarts } => write!(f, "gave up after {restarts} restarts"),
            Self::SameFailure(ailment) => write!(f, "fails the same way after every restart: {ailment}"),
            Self::Unassigned { age } => write!(f, "unassigned for {} s", age.as_secs()),
            Self::Idle { age } => write!(f, "runs without a task for {} s", age.as_secs()),
            Self::Stalled { age, lag } => write!(f, "stalled for {} s, {lag} records behind", age.as_secs()),
        }
    }
}
