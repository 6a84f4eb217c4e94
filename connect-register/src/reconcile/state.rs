//! The state of reconciling: what is declared, how far each connector is, and what is under way.

use std::collections::VecDeque;
use std::sync::Arc;

use super::breaker::Breaker;
use super::member::{Member, Stage};
use super::policy::{Goal, Mode, OnError, Policy};
use super::request::{Call, Time};
use super::rollback::Cause;
use crate::core::{ConnectorName, Fault, KafkaVersion, Spec};

/// How reconciling ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// There is nothing left to do: each connector is as declared or was rejected, and, where that is
    /// the goal, runs or will not run. Or one was refused, and that stops it.
    Settled,
    /// The time is over. With the fault that kept us from looking, where there is one.
    TimedOut(Option<Fault>),
    /// Mistakes were found before anything was sent, and nothing was.
    Invalid,
    /// The worker will not be spoken to.
    Refused(Fault),
    /// It failed, and what was done was taken back, as far as the stages of the members tell.
    RolledBack(Cause),
}

/// Which way it goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Course {
    /// To what is declared.
    Forward,
    /// To what was there before.
    Back { cause: Cause, deadline: Time },
}

/// What a round is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Observing,
    Checking,
    Asking,
    Inspecting,
    Writing,
    Pruning,
    Restarting,
    Waiting,
}

/// The version of the worker, as far as it was asked for in this round: workers are upgraded one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Unasked,
    /// It does not tell, and is taken for an old one.
    Untold,
    Known(KafkaVersion),
}

impl Version {
    pub(super) fn known(self) -> Option<KafkaVersion> {
        match self {
            Self::Known(version) => Some(version),
            Self::Unasked | Self::Untold => None,
        }
    }
}

/// The state of reconciling.
#[derive(Clone, Debug)]
pub struct State {
    /// What is wanted.
    pub policy: Policy,
    /// The declared connectors in the order of declaration, then those that are deleted.
    pub members: Vec<Member>,
    /// How it ended, once it has.
    pub ending: Option<Ending>,
    pub(super) course: Course,
    pub(super) phase: Phase,
    pub(super) queue: VecDeque<Call>,
    /// Calls that were not answered yet.
    pub(super) under_way: usize,
    /// The version of the worker.
    pub(super) worker: Version,
    /// Whether all connectors were read once.
    pub(super) is_surveyed: bool,
    /// When this round began.
    pub(super) began: Time,
    /// When the last view of all connectors was asked for.
    pub(super) observed_at: Time,
    /// Attempts to read that failed in a row, and why the last one did.
    pub(super) unobserved: u32,
    pub(super) unobserved_fault: Option<Fault>,
    /// Calls that failed in a row.
    pub(super) failures: u32,
    /// Whether most connectors fail at once.
    pub breaker: Breaker,
    /// What the next round begins with.
    pub(super) declared: Option<Vec<Arc<Spec>>>,
}

impl State {
    /// The state before anything happened.
    pub fn new(policy: Policy, specs: impl IntoIterator<Item = Arc<Spec>>) -> Self {
        Self {
            policy,
            members: specs.into_iter().map(Member::new).collect(),
            ending: None,
            course: Course::Forward,
            phase: Phase::Waiting,
            queue: VecDeque::new(),
            under_way: 0,
            worker: Version::Unasked,
            is_surveyed: false,
            began: Time::ZERO,
            observed_at: Time::ZERO,
            unobserved: 0,
            unobserved_fault: None,
            failures: 0,
            breaker: Breaker::default(),
            declared: None,
        }
    }

    /// When all has to be done.
    pub fn deadline(&self) -> Option<Time> {
        match (&self.course, self.policy.mode) {
            (Course::Back { deadline, .. }, _) => Some(*deadline),
            (Course::Forward, Mode::Apply { timeout, .. }) => Some(timeout),
            (Course::Forward, Mode::Watch { .. }) => None,
        }
    }

    /// Whether what was done is being taken back, or was.
    pub fn is_going_back(&self) -> bool {
        matches!(self.course, Course::Back { .. })
    }

    pub(super) fn is_late(&self, now: Time) -> bool {
        self.deadline().is_some_and(|deadline| now >= deadline)
    }

    pub(super) fn is_apply(&self) -> bool {
        matches!(self.policy.mode, Mode::Apply { .. })
    }

    /// What a failure means for the others.
    pub(super) fn on_error(&self) -> OnError {
        match (self.policy.mode, &self.course) {
            (Mode::Watch { .. }, _) | (_, Course::Back { .. }) => OnError::Continue,
            (Mode::Apply { .. }, Course::Forward) => self.policy.on_error,
        }
    }

    /// What has to be reached; going back is done when it is written.
    pub(super) fn goal(&self) -> Goal {
        match (self.policy.mode, &self.course) {
            (Mode::Apply { goal, .. }, Course::Forward) => goal,
            _ => Goal::Written,
        }
    }

    pub(super) fn is_any_rejected(&self) -> bool {
        self.members.iter().any(|member| matches!(member.stage, Stage::Rejected(_)))
    }

    pub(super) fn is_untouched(&self) -> bool {
        !self.members.iter().any(Member::is_touched)
    }

    pub(super) fn member(&mut self, name: &ConnectorName) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.name == *name)
    }

    /// The connectors that are not as declared.
    pub fn differing(&self) -> Vec<ConnectorName> {
        let differs = |member: &&Member| !matches!(member.stage, Stage::Matches | Stage::Left | Stage::Unseen);
        self.members.iter().filter(differs).map(|member| member.name.clone()).collect()
    }
}
