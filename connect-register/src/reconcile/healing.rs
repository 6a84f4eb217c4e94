//! What a sidecar does about one connector that does not work: when a restart is due, how many there are,
//! and what is left alone and told instead. The restarts themselves are asked for by the round.

use std::time::Duration;

use super::request::Time;
use super::trouble::Trouble;
use crate::core::payload::is_masked;
use crate::core::{Ailment, ConnectorStatus, Observed, ObservedConfig, Part, State, Verdict};

/// So many equal failures in a row, with restarts between them, and it will fail the same way again.
const SAME: u32 = 3;
/// The longest pause between two restarts, and between two attempts at what fails the same way, in units.
const LONGEST: u32 = 60;

/// When restarts are made, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealingPolicy {
    /// The unit of the schedule: after the n-th restart the next one is n² + n units away.
    pub unit: Duration,
    /// So many restarts without a healthy spell, and it is given up; without a limit where absent.
    pub most: Option<u32>,
    /// What has run this long is healthy, and its next restart is a first one.
    pub healthy: Duration,
    /// Tasks without a worker may be waiting for the one that has gone for so long.
    pub rebalance_delay: Duration,
    /// A connector may run without tasks for so long, as before the first ones are made.
    pub idle: Duration,
    /// What is done about a connector that runs and gets nowhere.
    pub stalled: Stalled,
}

/// What is done about a connector that runs and gets nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stalled {
    /// It is told.
    #[default]
    Told,
    /// And all its tasks are restarted.
    Restarted,
}

impl Default for HealingPolicy {
    /// Strimzi's schedule, <https://strimzi.io/docs/operators/latest/configuring#type-AutoRestart-reference>,
    /// and Connect's `scheduled.rebalance.max.delay.ms` with half a minute for the rebalance itself.
    fn default() -> Self {
        Self {
            unit: Duration::from_mins(1),
            most: Some(7),
            healthy: Duration::from_mins(10),
            rebalance_delay: Duration::from_secs(330),
            idle: Duration::from_mins(1),
            stalled: Stalled::Told,
        }
    }
}

impl HealingPolicy {
    /// The least pause after so many restarts.
    pub fn pause(&self, restarts: u32) -> Duration {
        self.unit.saturating_mul(restarts.saturating_mul(restarts.saturating_add(1)).min(LONGEST))
    }
}

/// One look at a connector.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// When it is looked.
    pub now: Time,
    /// When the view was asked for.
    pub asked: Time,
    /// What was seen.
    pub observed: Option<&'a Observed>,
    /// The verdict on that.
    pub verdict: &'a Verdict,
    /// Whether it is to run.
    pub is_to_run: bool,
}

/// How far one connector is with failing and being restarted.
#[derive(Clone, Debug, Default)]
pub struct Healing {
    /// When it was looked at last.
    looked: Time,
    /// Restarts without a long healthy spell.
    restarts: u32,
    /// The last restart that was accepted, or may have been.
    last: Option<Time>,
    /// A restart that was not accepted is not asked for again before.
    hold_until: Time,
    /// What the last restart was for, and how many restarts in a row were for that.
    ailment: Option<Ailment>,
    same: u32,
    /// What it fails with now, as of the last look.
    ails: Option<Ailment>,
    /// Its configuration when it began to fail.
    config: Option<ObservedConfig>,
    running_since: Option<Time>,
    unassigned_since: Option<Time>,
    idle_since: Option<Time>,
    is_idle_restarted: bool,
    /// What is known of its progress, where that is looked at.
    progress: Option<Behind>,
    is_stall_restarted: bool,
    due: Option<(Time, Part)>,
    trouble: Option<Trouble>,
    /// Whether it was left alone, so that it is somebody else who has made it run.
    is_left: bool,
}

/// A connector that is behind, and does not get on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behind {
    /// For how long it has not got on.
    pub age: Duration,
    /// How many records it is behind.
    pub lag: u64,
}

impl Healing {
    /// What is wrong with it beyond a failure that will be restarted.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// For how long tasks of it have had no worker, as of the last look.
    pub fn unassigned_for(&self) -> Duration {
        self.unassigned_since.map_or(Duration::ZERO, |since| self.looked.saturating_sub(since))
    }

    /// When a restart is due, and of what.
    pub(super) fn due(&self) -> Option<(Time, Part)> {
        self.due
    }

    /// When it was restarted last.
    pub(super) fn last(&self) -> Option<Time> {
        self.last
    }

    /// What was found out about its progress; `None` where it gets on.
    pub(super) fn progressed(&mut self, behind: Option<Behind>) {
        self.is_stall_restarted &= behind.is_some();
        self.progress = behind;
    }

    /// Takes note of a look.
    pub(super) fn look(&mut self, seen: Seen<'_>, policy: &HealingPolicy) {
        let status = seen.observed.and_then(|observed| observed.status.as_ref());
        self.looked = seen.now;
        self.note_config(seen.observed, seen.verdict);
        let (is_unassigned, is_idle) = (status.is_some_and(is_unassigned), status.is_some_and(is_idle));
        since(&mut self.running_since, seen.now, *seen.verdict == Verdict::Running);
        since(&mut self.unassigned_since, seen.now, is_unassigned && seen.is_to_run);
        since(&mut self.idle_since, seen.now, is_idle && seen.is_to_run);
        self.is_idle_restarted &= is_idle;
        self.ails = None;
        if *seen.verdict == Verdict::Running {
            self.runs(seen.now, policy);
        }
        (self.due, self.trouble) = match (status, seen.verdict) {
            _ if !seen.is_to_run => (None, None),
            (Some(status), Verdict::Failed { .. }) => self.fails(seen, status, policy),
            _ => self.hangs(seen, policy),
        };
        self.is_left |= matches!(self.trouble, Some(Trouble::GivenUp { .. } | Trouble::SameFailure(_)));
    }

    fn runs(&mut self, now: Time, policy: &HealingPolicy) {
        // Nobody but somebody else can have made it run.
        let was_left = std::mem::take(&mut self.is_left);
        let is_healthy = self.running_since.is_some_and(|since| now.saturating_sub(since) >= policy.healthy);
        if was_left || is_healthy {
            self.renew();
            self.config = None;
        }
    }

    /// A new beginning; but restarts never follow one another faster than the first two.
    fn renew(&mut self) {
        (self.restarts, self.same, self.ailment, self.is_left) = (0, 0, None, false);
    }

    /// A configuration that has changed may have mended it.
    fn note_config(&mut self, observed: Option<&Observed>, verdict: &Verdict) {
        let Some(Observed { config, .. }) = observed else { return };
        match &self.config {
            Some(before) if !is_same(before, config) => self.renew(),
            None if matches!(verdict, Verdict::Failed { .. }) => {}
            _ => return,
        }
        self.config = Some(config.clone());
    }

    fn fails(
        &mut self,
        seen: Seen<'_>,
        status: &ConnectorStatus,
        policy: &HealingPolicy,
    ) -> (Option<(Time, Part)>, Option<Trouble>) {
        let Some(ailment) = Ailment::of(status) else { return (None, None) };
        // A view of just after a restart may be one of before it.
        let is_new = self.last.is_none_or(|last| seen.asked >= last + policy.unit);
        let failures = if self.ailment.as_ref() == Some(&ailment) { self.same + 1 } else { 1 };
        let is_stuck = failures >= SAME && !ailment.may_pass();
        self.ails = Some(ailment.clone());
        if policy.most.is_some_and(|most| self.restarts >= most) {
            return (None, is_new.then_some(Trouble::GivenUp { restarts: self.restarts }));
        }
        let pause = if is_stuck { policy.unit * LONGEST } else { policy.pause(self.restarts.max(1)) };
        let after_last = self.last.map_or(Time::ZERO, |last| last.saturating_add(pause));
        // A worker that has gone may come back; what it had cannot be restarted before.
        let assigned = self.unassigned_since.map_or(Time::ZERO, |since| since.saturating_add(policy.rebalance_delay));
        let at = after_last.max(self.hold_until).max(assigned);
        (Some((at, Part::Failed)), (is_stuck && is_new).then_some(Trouble::SameFailure(ailment)))
    }

    /// It has not failed: it runs, is on its way, or hangs.
    fn hangs(&self, seen: Seen<'_>, policy: &HealingPolicy) -> (Option<(Time, Part)>, Option<Trouble>) {
        let age = |since: Option<Time>| since.map_or(Duration::ZERO, |since| seen.now.saturating_sub(since));
        let (unassigned, idle) = (age(self.unassigned_since), age(self.idle_since));
        let may_restart = policy.most.is_none_or(|most| self.restarts < most);
        let after_last = self.last.map_or(Time::ZERO, |last| last.saturating_add(policy.pause(self.restarts.max(1))));
        let due = |at: Time, of| may_restart.then_some((at.max(after_last).max(self.hold_until), of));
        if self.unassigned_since.is_some() {
            return (None, (unassigned >= policy.rebalance_delay).then_some(Trouble::Unassigned { age: unassigned }));
        }
        if let Some(since) = self.idle_since {
            let due = due(since + policy.idle, Part::Connector).filter(|_| !self.is_idle_restarted);
            return (due, (idle >= policy.idle).then_some(Trouble::Idle { age: idle }));
        }
        match (seen.verdict, self.progress) {
            (Verdict::Running, Some(Behind { age, lag })) => {
                let is_restarted = policy.stalled == Stalled::Restarted && !self.is_stall_restarted;
                (due(seen.now, Part::All).filter(|_| is_restarted), Some(Trouble::Stalled { age, lag }))
            }
            _ => (None, None),
        }
    }

    /// A restart may have been accepted: it counts, but is not relied on.
    pub(super) fn doubted(&mut self, now: Time, of: Part) {
        let (is_idle_restarted, is_stall_restarted) = (self.is_idle_restarted, self.is_stall_restarted);
        self.restarted(now, of);
        (self.is_idle_restarted, self.is_stall_restarted) = (is_idle_restarted, is_stall_restarted);
    }

    /// A restart was accepted; returns the how manieth it was.
    pub(super) fn restarted(&mut self, now: Time, of: Part) -> u32 {
        self.restarts += 1;
        (self.last, self.due) = (Some(now), None);
        match of {
            Part::Failed => {
                let is_same = self.ailment == self.ails;
                self.same = if is_same { self.same + 1 } else { 1 };
                self.ailment = self.ails.take();
                (self.trouble, self.is_left) = (None, false);
            }
            Part::Connector => self.is_idle_restarted = true,
            Part::All => self.is_stall_restarted = true,
        }
        self.restarts
    }

    /// A restart was not accepted.
    pub(super) fn not_restarted(&mut self, again: Time) {
        self.hold_until = again;
        self.due = self.due.map(|(at, of)| (at.max(again), of));
    }
}

fn since(since: &mut Option<Time>, now: Time, is: bool) {
    *since = if is { since.or(Some(now)) } else { None };
}

fn is_unassigned(status: &ConnectorStatus) -> bool {
    status.state == State::Unassigned || status.tasks.iter().any(|task| task.state == State::Unassigned)
}

fn is_idle(status: &ConnectorStatus) -> bool {
    status.state == State::Running && status.tasks.is_empty()
}

/// Whether two views of a configuration may be of the same one: one worker may mask what another shows.
fn is_same(one: &ObservedConfig, other: &ObservedConfig) -> bool {
    let is_ours = |key: &str| !key.starts_with("__internal.");
    let pairs = |config: &ObservedConfig| config.keys().filter(|key| is_ours(key)).count();
    let is_equal = |(key, value): (&String, &String)| {
        other.get(key).is_some_and(|other| other == value || is_masked(other) || is_masked(value))
    };
    pairs(one) == pairs(other) && one.iter().filter(|(key, _)| is_ours(key)).all(is_equal)
}

#[cfg(test)]
#[path = "healing_tests.rs"]
mod tests;
