//! What the laws say of restarts, held against every call: whom a process saw failing, how often it has
//! restarted them, and when. It counts by itself, and shares no code with what decides.

use std::collections::BTreeMap;
use std::time::Duration;

use connect_register::core::Part;
use connect_register::core::{ConnectorStatus, Fault, Observation, Remedy, State, health};
use connect_register::reconcile::HealingPolicy;

use super::cluster::Time;
use super::ledger::Who;

/// What a look shows of a connector.
#[derive(Clone, Debug, PartialEq)]
enum Face {
    Runs,
    Failed(String),
    /// It, or a task of it, has no worker.
    Unassigned,
    Idle,
    Other,
}

/// One connector in the eyes of one process.
#[derive(Clone, Debug)]
struct Course {
    face: Face,
    config: Vec<(String, String)>,
    restarts: u32,
    last: Option<Time>,
    /// What the last restart was for, and how many in a row were for that.
    cause: Option<String>,
    same: u32,
    well_since: Option<Time>,
    is_left: bool,
}

/// All connectors in the eyes of one process.
#[derive(Clone, Debug, Default)]
struct Eyes {
    courses: BTreeMap<String, Course>,
    asked: Time,
    is_common: bool,
    has_passed: bool,
    /// Restarts since the last look.
    sent: usize,
}

/// The ward of a run.
#[derive(Debug, Default)]
pub(crate) struct Ward {
    pub(crate) policy: HealingPolicy,
    eyes: BTreeMap<Who, Eyes>,
}

/// Causes that pass by themselves.
pub(crate) const PASSING: &str = "java.net.ConnectException: Connection refused";
/// And those that do not.
pub(crate) const LASTING: &str = "x.BrokenException: record 12 is broken";

impl Ward {
    /// A process asks for a look.
    pub(crate) fn asks(&mut self, who: Who, now: Time) {
        self.eyes.entry(who).or_default().asked = now;
    }

    /// It sees all connectors; `is_ours` tells which are declared to run.
    pub(crate) fn sees(&mut self, who: Who, now: Time, observation: &Observation, is_ours: impl Fn(&str) -> bool) {
        let policy = self.policy;
        let eyes = self.eyes.entry(who).or_default();
        let (mut working, mut failed, mut fallen, mut risen) = (0, 0, false, false);
        let mut before: BTreeMap<String, Face> = BTreeMap::new();
        for (name, course) in &mut eyes.courses {
            before.insert(name.clone(), std::mem::replace(&mut course.face, Face::Other));
        }
        for (name, observed) in observation.iter().filter(|(name, _)| is_ours(name.as_str())) {
            let Some(status) = &observed.status else { continue };
            let face = Face::of(status);
            let was = before.get(name.as_str()).cloned().unwrap_or(Face::Other);
            let (is_failed, is_running) = (status_failed(status), face == Face::Runs);
            working += usize::from(is_failed || is_running);
            failed += usize::from(is_failed);
            fallen |= is_failed && was == Face::Runs;
            risen |= is_running && matches!(was, Face::Failed(_) | Face::Unassigned);
            let is_told = |(key, _): &(&String, &String)| !key.ends_with("password") && !key.starts_with("__internal");
            let config = observed.config.iter().filter(is_told).map(|(key, value)| (key.clone(), value.clone()));
            let config: Vec<_> = config.collect();
            let new = || Course::new(config.clone());
            let course = eyes.courses.entry(name.to_string()).or_insert_with(new);
            if course.config != config {
                course.renew();
                course.config = config;
            }
            course.face = face;
            course.seen(now, eyes.asked, &policy);
        }
        let is_common = working >= 4 && failed * 2 > working;
        eyes.has_passed = is_common && eyes.is_common && ((eyes.has_passed && !fallen) || (!eyes.has_passed && risen));
        (eyes.is_common, eyes.sent) = (is_common, 0);
    }

    /// It restarts a connector; what is wrong with that.
    pub(crate) fn sends(&mut self, who: Who, now: Time, name: &str, of: Part) -> Vec<String> {
        let policy = self.policy;
        let eyes = self.eyes.entry(who).or_default();
        eyes.sent += 1;
        let mut broken = Vec::new();
        if eyes.is_common && !eyes.has_passed && eyes.sent > 1 {
            broken.push(format!("{name} was restarted beside another one, although most have failed"));
        }
        let Some(course) = eyes.courses.get(name) else { return broken };
        match (&course.face, of) {
            (Face::Failed(_), Part::Failed) | (Face::Idle, Part::Connector) => {}
            (face, of) => broken.push(format!("{of:?} of {name} was restarted, which showed {face:?}")),
        }
        if policy.most.is_some_and(|most| course.restarts >= most) {
            broken.push(format!("{name} was restarted {} times before", course.restarts));
        }
        let units = if course.is_stuck() { 60 } else { schedule(course.restarts.max(1)) };
        if let Some(last) = course.last.filter(|last| now < *last + policy.unit * units) {
            broken.push(format!("{name} was restarted again after {:?}, not {units} units", now.saturating_sub(last)));
        }
        broken
    }

    /// It is told what became of that.
    pub(crate) fn told<T>(&mut self, who: Who, now: Time, name: &str, of: Part, answer: &Result<T, Fault>) {
        let may_have_happened = answer.as_ref().err().is_none_or(|fault| fault.class.remedy() == Remedy::Look);
        let course = self.eyes.entry(who).or_default().courses.get_mut(name);
        let Some(course) = course.filter(|_| may_have_happened) else { return };
        (course.restarts, course.last) = (course.restarts + 1, Some(now));
        if let (Face::Failed(cause), Part::Failed) = (&course.face, of) {
            course.same = if course.cause.as_ref() == Some(cause) { course.same + 1 } else { 1 };
            (course.cause, course.is_left) = (Some(cause.clone()), false);
        }
    }
}

impl Face {
    fn of(status: &ConnectorStatus) -> Self {
        let all = || std::iter::once(&status.state).chain(status.tasks.iter().map(|task| &task.state));
        let trace = status.tasks.iter().find(|task| task.state == State::Failed).and_then(|task| task.trace.as_deref());
        if all().any(|state| *state == State::Unassigned) {
            Self::Unassigned
        } else if all().any(|state| *state == State::Failed) {
            Self::Failed(health::root_cause(trace.unwrap_or_default()))
        } else if status.state == State::Running && status.tasks.is_empty() {
            Self::Idle
        } else if all().all(|state| *state == State::Running) {
            Self::Runs
        } else {
            Self::Other
        }
    }
}

fn status_failed(status: &ConnectorStatus) -> bool {
    status.state == State::Failed || status.tasks.iter().any(|task| task.state == State::Failed)
}

/// 2, 6, 12, 20, 30, 42 and 56 units, then 60.
fn schedule(restarts: u32) -> u32 {
    [0, 2, 6, 12, 20, 30, 42, 56].get(restarts as usize).copied().unwrap_or(60)
}

impl Course {
    fn new(config: Vec<(String, String)>) -> Self {
        Self {
            face: Face::Other,
            config,
            restarts: 0,
            last: None,
            cause: None,
            same: 0,
            well_since: None,
            is_left: false,
        }
    }

    fn renew(&mut self) {
        (self.restarts, self.cause, self.same, self.is_left) = (0, None, 0, false);
    }

    /// Two restarts were for what it shows again, and it does not pass.
    fn is_stuck(&self) -> bool {
        matches!(&self.face, Face::Failed(cause) if self.cause.as_ref() == Some(cause) && cause != PASSING)
            && self.same >= 2
    }

    fn seen(&mut self, now: Time, asked: Time, policy: &HealingPolicy) {
        if self.face != Face::Runs {
            self.well_since = None;
        }
        match self.face {
            Face::Runs => {
                let since = *self.well_since.get_or_insert(now);
                if self.is_left || now.saturating_sub(since) >= policy.healthy {
                    self.renew();
                }
            }
            Face::Failed(_) | Face::Unassigned => {
                let is_over = policy.most.is_some_and(|most| self.restarts >= most) || self.is_stuck();
                let is_new = self.last.is_none_or(|last| asked >= last + policy.unit);
                self.is_left |= is_over && is_new;
            }
            Face::Idle | Face::Other => {}
        }
    }
}

/// The policy of the runs: hours are minutes.
pub(crate) fn policy(most: Option<u32>) -> HealingPolicy {
    HealingPolicy {
        unit: Duration::from_secs(10),
        most,
        healthy: Duration::from_mins(2),
        rebalance_delay: Duration::from_mins(10),
        idle: Duration::from_secs(45),
        ..HealingPolicy::default()
    }
}
