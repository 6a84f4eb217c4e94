//! What is wanted of reconciling: once or for ever, how much at once, and what a failure means for
//! the rest.

use std::time::Duration;

use super::healing::HealingPolicy;
use crate::core::{Backoff, Care, Prune};

/// What is wanted, and how.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Once or for ever.
    pub mode: Mode,
    /// The pauses between attempts.
    pub backoff: Backoff,
    /// How many calls may be under way at once, at least one.
    pub parallel: usize,
    /// What one failure means for the others, where it is done once.
    pub on_error: OnError,
    /// What is deleted because it is declared no more.
    pub prune: Option<Prune>,
    /// Whether anything is changed at all.
    pub conduct: Conduct,
    /// When what has failed is restarted, where it is done for ever.
    pub healing: HealingPolicy,
}

impl Policy {
    /// One call at a time, a stop at the first refusal, and nothing deleted.
    pub fn new(mode: Mode, backoff: Backoff) -> Self {
        Self {
            mode,
            backoff,
            parallel: 1,
            on_error: OnError::Stop,
            prune: None,
            conduct: Conduct::Mend,
            healing: HealingPolicy::default(),
        }
    }

    pub(super) fn care(&self) -> Care {
        match self.on_error {
            OnError::RollBack => Care::Reversible,
            OnError::Stop | OnError::Continue => Care::Declared,
        }
    }
}

/// Whether anything is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conduct {
    /// What differs is written, and what has failed is restarted.
    #[default]
    Mend,
    /// It is only told.
    Report,
}

/// Once or for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Until all is as declared, or this much time has gone.
    Apply {
        /// The time it may take; taking it back may take as much again.
        timeout: Duration,
        /// What has to be reached.
        goal: Goal,
    },
    /// For ever.
    Watch {
        /// The pause between two looks.
        interval: Duration,
        /// What is done about failed tasks.
        restarts: RestartPolicy,
    },
}

/// What has to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Every connector is configured as declared, and was asked to be in the declared state.
    Written,
    /// And every connector runs with all its tasks, of which it has at least one, or is in the state
    /// that is declared.
    Running,
}

/// What a failure means for the rest. A sidecar always goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// What the worker has against one keeps all from being sent; after a refused write none is begun.
    #[default]
    Stop,
    /// All others are applied.
    Continue,
    /// What was done is taken back.
    RollBack,
}

/// What is done about connectors and tasks that have failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RestartPolicy {
    /// They are restarted, more and more rarely while they keep failing.
    #[default]
    Failed,
    /// Nothing.
    Never,
}
