//! One declared connector while it is being reconciled: what was seen of it, what was done about it,
//! and when something may be done next.

use std::sync::Arc;
use std::time::Duration;

use super::access::Effect;
use super::request::Time;
use crate::core::{Backoff, Fault, Mistake, Spec, Verdict, backoff};

/// After a write, what is observed may lag behind for about this long; and a write that timed out
/// may still land within it.
pub(super) const SETTLE: Duration = Duration::from_secs(10);
/// A failure is believed only this long after a write: before, it may be that of the old tasks.
const BELIEVE_FAILURE: Duration = Duration::from_secs(5);
/// The tasks of before an update may be reported as running for about this long.
const BELIEVE_RUNNING: Duration = Duration::from_secs(2);
/// A connector that ran this long is healthy, and its next restart is a first one.
const HEALTHY: Duration = Duration::from_mins(10);

/// How far a connector is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// It was not looked at yet.
    Unseen,
    /// It is as declared, as far as can be told.
    Matches,
    /// It seems not to be there; that is checked.
    ToCheck,
    /// It has to be written.
    ToWrite,
    /// It differs, and has to wait before it may be written.
    Held,
    /// It cannot be made as declared.
    Rejected(Rejection),
}

/// Why a connector cannot be made as declared.
#[derive(Clone, Debug, PartialEq)]
pub enum Rejection {
    /// Its template is wrong, says the worker's plug-in.
    Mistakes(Vec<Mistake>),
    /// The worker refused it.
    Fault(Fault),
}

/// One declared connector.
#[derive(Clone, Debug)]
pub struct Member {
    /// What is declared.
    pub spec: Arc<Spec>,
    /// How far it is.
    pub stage: Stage,
    /// What our writes did to it, the last one.
    pub effect: Option<Effect>,
    /// Whether it does its work.
    pub verdict: Verdict,
    /// The last fault, while it is not overcome.
    pub fault: Option<Fault>,
    /// Whether the worker's plug-in had nothing against it.
    pub(super) is_inspected: bool,
    /// What the write under way, or in doubt, would do.
    pub(super) intent: Effect,
    pub(super) in_doubt: bool,
    pub(super) is_to_restart: bool,
    pub(super) look_at: Option<Time>,
    written_at: Option<Time>,
    hold_until: Time,
    attempts: u32,
    restarts: u32,
    restart_at: Time,
    running_since: Option<Time>,
}

impl Member {
    pub(super) fn new(spec: Arc<Spec>) -> Self {
        Self {
            spec,
            stage: Stage::Unseen,
            effect: None,
            verdict: Verdict::Missing,
            fault: None,
            is_inspected: false,
            intent: Effect::Created,
            in_doubt: false,
            is_to_restart: false,
            look_at: None,
            written_at: None,
            hold_until: Time::ZERO,
            attempts: 0,
            restarts: 0,
            restart_at: Time::ZERO,
            running_since: None,
        }
    }

    /// It is as declared. Returns whether a write in doubt has landed.
    pub(super) fn matches(&mut self) -> bool {
        let landed = std::mem::take(&mut self.in_doubt);
        if landed {
            self.effect = Some(self.intent);
        }
        (self.stage, self.fault, self.attempts) = (Stage::Matches, None, 0);
        landed
    }

    /// It differs, in a view that was asked for at `asked`; says whether something may be done about it.
    /// An answer may take long: what counts is how old the view may be, not when it came.
    pub(super) fn differs(&mut self, now: Time, asked: Time, intent: Effect, backoff: &Backoff) {
        let is_stale_view = self.written_at.is_some_and(|written| asked < written + SETTLE);
        if is_stale_view {
            self.stage = Stage::Matches;
        } else if asked < self.hold_until {
            if !matches!(self.stage, Stage::Rejected(_)) {
                self.stage = Stage::Held;
            }
            self.look_at = Some(self.hold_until.max(now).min(now + backoff.delay(self.attempts, self.salt())));
        } else {
            self.intent = intent;
            self.stage = if intent == Effect::Created { Stage::ToCheck } else { Stage::ToWrite };
        }
    }

    pub(super) fn written(&mut self, now: Time, effect: Effect) {
        self.matches();
        // A write restarts what it changes.
        self.is_to_restart = false;
        (self.effect, self.written_at) = (Some(effect), Some(now));
    }

    /// Nothing happened: it may be tried again after a back-off.
    pub(super) fn failed(&mut self, now: Time, fault: Fault, backoff: &Backoff) {
        self.hold_until = now + backoff.delay(self.attempts, self.salt());
        self.look_at = Some(self.hold_until);
        self.attempts += 1;
        (self.stage, self.fault) = (Stage::Held, Some(fault));
    }

    /// A write may have happened or may happen yet: it is looked at soon, and written again only when
    /// its effect is still absent after a while.
    pub(super) fn doubted(&mut self, now: Time, fault: Fault, backoff: &Backoff) {
        self.failed(now, fault, backoff);
        self.hold_until = now + SETTLE;
        self.in_doubt = true;
    }

    /// It cannot be made as declared; a sidecar looks again after a long while.
    pub(super) fn rejected(&mut self, now: Time, rejection: Rejection) {
        self.hold_until = now + backoff::restart_delay(self.attempts + 1);
        self.attempts += 1;
        self.is_inspected = false;
        self.stage = Stage::Rejected(rejection);
    }

    /// Whether there is nothing left to wait for, where it should run.
    pub(super) fn has_verdict(&self, observed_at: Time) -> bool {
        let age = self.written_at.map(|written| observed_at.saturating_sub(written));
        let was_seen_after = self.written_at.is_none_or(|written| observed_at > written);
        let believe = |delay| age.is_none_or(|age| age >= delay);
        was_seen_after
            && match &self.verdict {
                Verdict::Running => self.effect != Some(Effect::Updated) || believe(BELIEVE_RUNNING),
                Verdict::Failed { .. } | Verdict::Paused | Verdict::Stopped => believe(BELIEVE_FAILURE),
                Verdict::Starting | Verdict::Missing => false,
            }
    }

    /// Takes note of a verdict, and whether a restart is due.
    pub(super) fn judged(&mut self, now: Time, verdict: Verdict) {
        match verdict {
            Verdict::Running => {
                let since = *self.running_since.get_or_insert(now);
                if now.saturating_sub(since) >= HEALTHY {
                    self.restarts = 0;
                }
            }
            _ => self.running_since = None,
        }
        self.is_to_restart = matches!(verdict, Verdict::Failed { .. }) && now >= self.restart_at;
        self.verdict = verdict;
    }

    /// When a restart is due, where it has failed.
    pub(super) fn restart_due(&self) -> Option<Time> {
        matches!(self.verdict, Verdict::Failed { .. }).then_some(self.restart_at)
    }

    /// A restart was accepted; returns the how manieth it was.
    pub(super) fn restarted(&mut self, now: Time) -> u32 {
        self.is_to_restart = false;
        self.restarts += 1;
        self.restart_at = now + backoff::restart_delay(self.restarts);
        self.restarts
    }

    /// A restart was not accepted.
    pub(super) fn not_restarted(&mut self, now: Time, backoff: &Backoff) {
        self.is_to_restart = false;
        self.restart_at = now + backoff.delay(self.restarts.max(2), self.salt());
    }

    /// Keeps the delays of two connectors apart.
    fn salt(&self) -> u64 {
        // FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/: stable, unlike the hasher of std.
        self.spec
            .name
            .as_str()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }
}
