//! The state of reconciling: what is declared, how far each connector is, and what is under way.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::member::{Member, Stage};
use super::request::{Call, Time};
use crate::core::{Backoff, ConnectorName, Fault, Spec};

/// What is wanted, and how long.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Once or for ever.
    pub mode: Mode,
    /// The pauses between attempts.
    pub backoff: Backoff,
}

/// Once or for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Until all is as declared, or this much time has gone.
    Apply {
        /// The time it may take.
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
    /// Every connector is configured as declared.
    Written,
    /// And every connector runs with all its tasks, of which it has at least one.
    Running,
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

/// How reconciling ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// There is nothing left to do: each connector is as declared or was rejected, and, where that is
    /// the goal, runs or will not run.
    Settled,
    /// The time is over. With the fault that kept us from looking, where there is one.
    TimedOut(Option<Fault>),
    /// The worker's plug-ins found mistakes; nothing was sent.
    Invalid,
    /// The worker will not be spoken to.
    Refused(Fault),
}

/// What a round is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Observing,
    Checking,
    Inspecting,
    Writing,
    Restarting,
    Waiting,
}

/// The state of reconciling.
#[derive(Clone, Debug)]
pub struct State {
    /// What is wanted.
    pub policy: Policy,
    /// The declared connectors, in the order of declaration.
    pub members: Vec<Member>,
    /// How it ended, once it has.
    pub ending: Option<Ending>,
    pub(super) phase: Phase,
    pub(super) queue: VecDeque<Call>,
    /// When this round began.
    pub(super) began: Time,
    /// When the last view of all connectors was asked for.
    pub(super) observed_at: Time,
    /// Attempts to read that failed in a row, and why the last one did.
    pub(super) unobserved: u32,
    pub(super) unobserved_fault: Option<Fault>,
    /// Writes that failed in a row in this round.
    pub(super) failures: u32,
}

impl State {
    /// The state before anything happened.
    pub fn new(policy: Policy, specs: impl IntoIterator<Item = Arc<Spec>>) -> Self {
        Self {
            policy,
            members: specs.into_iter().map(Member::new).collect(),
            ending: None,
            phase: Phase::Waiting,
            queue: VecDeque::new(),
            began: Time::ZERO,
            observed_at: Time::ZERO,
            unobserved: 0,
            unobserved_fault: None,
            failures: 0,
        }
    }

    /// When all has to be done.
    pub fn deadline(&self) -> Option<Time> {
        match self.policy.mode {
            Mode::Apply { timeout, .. } => Some(timeout),
            Mode::Watch { .. } => None,
        }
    }

    pub(super) fn is_late(&self, now: Time) -> bool {
        self.deadline().is_some_and(|deadline| now >= deadline)
    }

    pub(super) fn is_apply(&self) -> bool {
        matches!(self.policy.mode, Mode::Apply { .. })
    }

    pub(super) fn member(&mut self, name: &ConnectorName) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.spec.name == *name)
    }

    /// The connectors that are not as declared.
    pub fn differing(&self) -> Vec<ConnectorName> {
        let differs = |member: &&Member| !matches!(member.stage, Stage::Matches | Stage::Unseen);
        self.members.iter().filter(differs).map(|member| member.spec.name.clone()).collect()
    }
}
