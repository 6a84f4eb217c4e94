//! One connector while it is being reconciled: what it is to become, what was seen of it, what was
//! done about it, and when something may be done next.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::access::Effect;
use super::healing::Healing;
use super::request::Time;
use super::rollback::Before;
use crate::core::{
    Backoff, ConnectorName, DesiredState, Difference, Fault, Mistake, ObservedConfig, Part, Spec, Verdict, Write,
    backoff,
};

/// After a write, what is observed may lag behind for about this long; and a write that timed out
/// may still land within it.
pub(super) const SETTLE: Duration = Duration::from_secs(10);
/// A failure is believed only this long after a write: before, it may be that of the old tasks.
const BELIEVE_FAILURE: Duration = Duration::from_secs(5);
/// The tasks of before an update may be reported as running for about this long.
const BELIEVE_RUNNING: Duration = Duration::from_secs(2);

/// What a connector is to become.
#[derive(Clone, Debug)]
pub enum Target {
    /// As this says.
    Present(Arc<Spec>),
    /// Gone, if it carries the name of this set.
    Absent {
        /// The set.
        set: String,
    },
}

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
    /// What was done is taken back, and nothing had been done to it.
    Left,
}

/// Why a connector cannot be made as declared.
#[derive(Clone, Debug, PartialEq)]
pub enum Rejection {
    /// Its template is wrong, says the worker's plug-in.
    Mistakes(Vec<Mistake>),
    /// The worker refused it.
    Fault(Fault),
}

/// One connector.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name.
    pub name: ConnectorName,
    /// What it is to become.
    pub target: Target,
    /// How far it is.
    pub stage: Stage,
    /// What our writes did to it, the last one.
    pub effect: Option<Effect>,
    /// The state that we asked for, the last one.
    pub asked: Option<DesiredState>,
    /// Whether it does its work.
    pub verdict: Verdict,
    /// The last fault, while it is not overcome.
    pub fault: Option<Fault>,
    /// Whether the worker's plug-in had nothing against it.
    pub(super) is_inspected: bool,
    pub(super) in_doubt: bool,
    /// How far it is with failing and being restarted, where that is looked at.
    pub healing: Healing,
    pub(super) restart: Option<Part>,
    pub(super) look_at: Option<Time>,
    /// How it differs, and from what, while it has to be written.
    pub(super) difference: Option<Difference>,
    pub(super) seen: Option<ObservedConfig>,
    /// What it was like when it was first found to differ.
    pub(super) before: Option<Before>,
    /// The requests that make it as it is to become.
    pub(super) todo: VecDeque<Arc<Write>>,
    /// What the write in doubt would have done.
    intent: (Option<Effect>, Option<DesiredState>),
    /// A view that matches is believed only if it was asked for after this.
    trust_after: Option<Time>,
    written_at: Option<Time>,
    hold_until: Time,
    attempts: u32,
}

impl Member {
    pub(super) fn new(spec: Arc<Spec>) -> Self {
        Self::of_target(spec.name.clone(), Target::Present(spec))
    }

    pub(super) fn of_target(name: ConnectorName, target: Target) -> Self {
        Self {
            name,
            target,
            stage: Stage::Unseen,
            effect: None,
            asked: None,
            verdict: Verdict::Missing,
            fault: None,
            is_inspected: false,
            in_doubt: false,
            healing: Healing::default(),
            restart: None,
            look_at: None,
            difference: None,
            seen: None,
            before: None,
            todo: VecDeque::new(),
            intent: (None, None),
            trust_after: None,
            written_at: None,
            hold_until: Time::ZERO,
            attempts: 0,
        }
    }

    /// What is declared of it, where it is declared.
    pub fn spec(&self) -> Option<&Arc<Spec>> {
        match &self.target {
            Target::Present(spec) => Some(spec),
            Target::Absent { .. } => None,
        }
    }

    /// It is declared anew, the same or not.
    pub(super) fn declared(&mut self, spec: Arc<Spec>) {
        if matches!(self.stage, Stage::Rejected(_)) && !self.in_doubt {
            (self.hold_until, self.attempts) = (Time::ZERO, 0);
        }
        (self.target, self.stage, self.is_inspected) = (Target::Present(spec), Stage::Unseen, false);
        (self.difference, self.seen) = (None, None);
        self.todo.clear();
    }

    /// The state that it is declared to be in.
    pub fn desired(&self) -> Option<DesiredState> {
        self.spec().and_then(|spec| spec.state)
    }

    /// Whether something was done to it, or may have been.
    pub fn is_touched(&self) -> bool {
        self.effect.is_some() || self.asked.is_some() || self.in_doubt
    }

    /// Whether it may be there, although a list of all does not show it: it is to go, and was neither
    /// deleted by us for certain nor found to be gone.
    pub(super) fn may_be_there(&self) -> bool {
        let is_known_to_be_gone = self.effect == Some(Effect::Deleted) || self.stage == Stage::Matches;
        matches!(self.target, Target::Absent { .. }) && (self.in_doubt || !is_known_to_be_gone)
    }

    /// Whether it does what it is declared to do: it runs, unless another state is declared.
    pub fn is_well(&self) -> bool {
        match (&self.target, self.desired()) {
            (Target::Absent { .. }, _) => true,
            (_, Some(DesiredState::Paused)) => self.verdict == Verdict::Paused,
            (_, Some(DesiredState::Stopped)) => self.verdict == Verdict::Stopped,
            (_, None | Some(DesiredState::Running)) => self.verdict == Verdict::Running,
        }
    }

    /// A view that was asked for at `asked` shows it as it is to be. Returns whether a write in doubt
    /// has landed.
    pub(super) fn matches(&mut self, asked: Time) -> bool {
        if let Some(trust) = self.trust_after.filter(|trust| asked < *trust) {
            (self.stage, self.look_at) = (Stage::Held, Some(trust));
            return false;
        }
        let landed = std::mem::take(&mut self.in_doubt);
        if landed {
            let (effect, state) = self.intent;
            (self.effect, self.asked) = (effect.or(self.effect), state.or(self.asked));
            // Views may lag behind what has landed as behind any write.
            self.written_at = self.written_at.max(Some(asked));
        }
        self.settled();
        landed
    }

    fn settled(&mut self) {
        (self.stage, self.fault, self.attempts, self.trust_after) = (Stage::Matches, None, 0, None);
        (self.difference, self.seen, self.in_doubt) = (None, None, false);
        self.todo.clear();
    }

    /// It differs, in a view that was asked for at `asked`; says whether something may be done about it.
    /// An answer may take long: what counts is how old the view may be, not when it came.
    pub(super) fn differs(&mut self, now: Time, asked: Time, backoff: &Backoff) {
        let may_lag = self.lags_until().filter(|until| asked < *until);
        if may_lag.is_some() && self.todo.is_empty() {
            self.stage = Stage::Matches;
        } else if let Some(until) = may_lag.filter(|_| !self.is_only_state_open()) {
            // A part was written and the next one failed: which part is it that is not seen?
            self.hold(now, until, backoff);
        } else if asked < self.hold_until {
            self.hold(now, self.hold_until, backoff);
        } else {
            self.stage = Stage::ToWrite;
        }
    }

    /// It is there, and whether it is in the state that is declared is not told yet.
    pub(super) fn untold(&mut self, now: Time, asked: Time, backoff: &Backoff) {
        let may_lag = self.lags_until().is_some_and(|until| asked < until);
        if may_lag && self.todo.is_empty() && !self.in_doubt {
            self.stage = Stage::Matches;
            return;
        }
        self.hold(now, Time::MAX, backoff);
    }

    /// It has to wait; it is looked at now and then meanwhile, more and more rarely.
    fn hold(&mut self, now: Time, until: Time, backoff: &Backoff) {
        self.look_at = Some(until.max(now).min(now + backoff.delay(self.attempts, self.salt())));
        if !matches!(self.stage, Stage::Rejected(_)) {
            self.stage = Stage::Held;
            self.attempts += 1;
        }
    }

    /// How long views may be from before our last write.
    fn lags_until(&self) -> Option<Time> {
        self.written_at.map(|written| written + SETTLE)
    }

    /// Whether the configuration is seen as it was written, and what failed is only to ask for a state.
    fn is_only_state_open(&self) -> bool {
        let is_state = self.todo.front().is_some_and(|write| matches!(**write, Write::State(_)));
        is_state && self.difference.as_ref().is_some_and(|difference| difference.action.is_nothing())
    }

    /// A request was done; what is still to do follows at once.
    pub(super) fn done(&mut self, now: Time, effect: Option<Effect>, state: Option<DesiredState>) {
        self.todo.pop_front();
        // A write restarts what it changes.
        self.restart = None;
        (self.effect, self.asked, self.written_at) = (effect.or(self.effect), state.or(self.asked), Some(now));
        if self.todo.is_empty() {
            self.settled();
        }
    }

    /// What was done to it is to be taken back.
    pub(super) fn go_back_to(&mut self, target: Target) {
        self.trust_after = self.lags_until().max(self.in_doubt.then_some(self.hold_until));
        (self.target, self.stage, self.is_inspected) = (target, Stage::Unseen, true);
        (self.written_at, self.fault, self.attempts, self.look_at) = (None, None, 0, None);
        self.todo.clear();
        if !self.in_doubt {
            self.hold_until = Time::ZERO;
        }
    }

    /// Whether what is observed does not lag behind our writes any more.
    pub(super) fn is_settled_at(&self, now: Time) -> bool {
        self.lags_until().is_none_or(|until| now >= until)
    }

    /// Nothing happened: it may be tried again after a back-off. A look that fails is no news of a write
    /// in doubt, which is waited for as before.
    pub(super) fn failed(&mut self, now: Time, fault: Fault, backoff: &Backoff) {
        let again = now + backoff.delay(self.attempts, self.salt());
        self.hold_until = if self.in_doubt { self.hold_until.max(again) } else { again };
        self.look_at = Some(again);
        self.attempts += 1;
        (self.stage, self.fault) = (Stage::Held, Some(fault));
    }

    /// A write may have happened or may happen yet: it is looked at soon, and written again only when
    /// its effect is still absent after a while.
    pub(super) fn doubted(&mut self, now: Time, fault: Fault, backoff: &Backoff, write: &Write) {
        self.failed(now, fault, backoff);
        self.hold_until = now + SETTLE;
        self.in_doubt = true;
        let is_new = self.seen.is_none();
        self.intent = match write {
            Write::Put(_) if is_new => (Some(Effect::Created), None),
            Write::Put(_) | Write::Patch(_) => (Some(Effect::Updated), None),
            Write::Create(_, state) => (Some(Effect::Created), Some(*state)),
            Write::State(state) => (None, Some(*state)),
            Write::Delete => (Some(Effect::Deleted), None),
        };
    }

    /// It cannot be made as declared; a sidecar looks again after a long while.
    pub(super) fn rejected(&mut self, now: Time, rejection: Rejection) {
        self.hold_until = now + backoff::refusal_delay(self.attempts + 1);
        self.attempts += 1;
        self.is_inspected = false;
        self.stage = Stage::Rejected(rejection);
    }

    /// Whether there is nothing left to wait for, where it should be in its declared state.
    pub(super) fn has_verdict(&self, observed_at: Time) -> bool {
        if matches!(self.target, Target::Absent { .. }) {
            return true;
        }
        let age = self.written_at.map(|written| observed_at.saturating_sub(written));
        let was_seen_after = self.written_at.is_none_or(|written| observed_at > written);
        let believe = |delay| age.is_none_or(|age| age >= delay);
        was_seen_after
            && match (&self.verdict, self.desired()) {
                (Verdict::Failed { .. }, _) | (Verdict::Paused | Verdict::Stopped, None) => believe(BELIEVE_FAILURE),
                (Verdict::Running, None | Some(DesiredState::Running)) => {
                    self.effect != Some(Effect::Updated) || believe(BELIEVE_RUNNING)
                }
                // It is there, or still on its way.
                (Verdict::Paused, Some(DesiredState::Paused)) | (Verdict::Stopped, Some(DesiredState::Stopped)) => true,
                (Verdict::Running | Verdict::Paused | Verdict::Stopped | Verdict::Starting | Verdict::Missing, _) => {
                    false
                }
            }
    }

    /// When a restart is due, and of what.
    pub(super) fn restart_due(&self) -> Option<(Time, Part)> {
        self.healing.due().filter(|_| self.stage == Stage::Matches)
    }

    /// Whether it is to run, as far as is declared.
    pub(super) fn is_to_run(&self) -> bool {
        matches!(self.target, Target::Present(_)) && matches!(self.desired(), None | Some(DesiredState::Running))
    }

    /// A restart was not accepted.
    pub(super) fn not_restarted(&mut self, now: Time, backoff: &Backoff) {
        self.restart = None;
        self.healing.not_restarted(now + backoff.delay(2, self.salt()));
    }

    /// Keeps the delays of two connectors apart.
    fn salt(&self) -> u64 {
        // FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/: stable, unlike the hasher of std.
        self.name
            .as_str()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }
}
