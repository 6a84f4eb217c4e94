//! The ledger of a run: what was sent by whom, what they knew then, what it did and when they were
//! told. From it follows whether each effect had to be, and who broke which law.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use connect_register::core::DesiredState;

use super::answers::MASK;
use super::cluster::{Effect, Part, Time, View};
use super::expectation::Expectation;
use super::faults::Phase;
use super::laws::{Broken, Law};
use super::rest::Ask;
use super::ward::Ward;

/// How long a write whose outcome is unknown may still have its effect, as the product assumes.
const SETTLE: Duration = Duration::from_secs(10);
/// More looks than this within ten seconds are a burden.
const MOST_LOOKS: usize = 45;

/// A request, by its number.
pub(crate) type Id = usize;
/// A process, by its number.
pub(crate) type Who = usize;

/// How a request ended, as far as its sender knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was answered rightly.
    Done,
    /// It was told that nothing happened.
    Nothing,
    /// It was refused for good.
    Refused,
    /// Nobody knows.
    Doubt,
}

/// A request that changes something.
#[derive(Clone, Debug)]
struct Deed {
    who: Who,
    ask: Arc<Ask>,
    /// The moment that its sender's last view showed.
    knew: Option<Time>,
    told: Option<(Time, Outcome)>,
}

/// A request that reads.
#[derive(Clone, Debug)]
struct Look {
    who: Who,
    ask: Arc<Ask>,
    /// The moment that the answer shows, and which connectors have failed in it.
    shown: Option<(Time, BTreeSet<String>)>,
}

/// What a process has seen.
#[derive(Clone, Debug, Default)]
struct Sight {
    view_at: Option<Time>,
    checks: BTreeMap<String, Time>,
    failed: BTreeSet<String>,
    looks: Vec<Time>,
}

/// What last changed a part of a connector.
#[derive(Clone, Copy, Debug)]
struct Change {
    at: Time,
    by: Option<Who>,
    was_late: bool,
}

/// The ledger.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) expectation: Arc<Expectation>,
    pub(crate) broken: Vec<Broken>,
    /// Effects on configurations and states.
    pub(crate) effects: usize,
    pub(crate) restarted: usize,
    /// Effects after their sender was told of an outcome, or had stopped listening.
    pub(crate) late: usize,
    /// Effects that changed nothing.
    pub(crate) redundant: usize,
    /// Requests that would change a configuration or a state.
    pub(crate) writes: usize,
    looks: BTreeMap<Id, Look>,
    deeds: BTreeMap<Id, Deed>,
    sights: BTreeMap<Who, Sight>,
    changes: BTreeMap<(String, Part), Change>,
    changed_late: BTreeSet<String>,
    /// What the laws say of restarts.
    pub(crate) ward: Ward,
    /// What all was like when a process began.
    before: BTreeMap<Who, Arc<View>>,
    /// The processes that do it once.
    applying: BTreeSet<Who>,
    /// The processes that were told that they may not.
    pub(crate) denied: BTreeSet<Who>,
    /// Those that a worker told its version, the last time that they asked.
    has_told_version: BTreeSet<Who>,
}

impl Ledger {
    pub(crate) fn new(expectation: Arc<Expectation>) -> Self {
        Self { expectation, ..Self::default() }
    }

    pub(crate) fn breaks(&mut self, law: Law, how: impl Into<String>) {
        self.broken.push(Broken { law, how: how.into() });
    }

    /// A process begins; what it does is done once, or for ever.
    pub(crate) fn began(&mut self, who: Who, before: &Arc<View>, is_apply: bool) {
        self.before.insert(who, before.clone());
        if is_apply {
            self.applying.insert(who);
        }
    }

    /// A request leaves.
    pub(crate) fn sent(&mut self, id: Id, who: Who, now: Time, ask: &Arc<Ask>, creates_in_a_state: bool) {
        if matches!(**ask, Ask::List) {
            self.looked(who, now);
        }
        // A call that asks several things goes on: that it may not was told to another one beside it.
        let is_new = ask.phase() != Phase::Inspect;
        if is_new && self.denied.contains(&who) && self.applying.contains(&who) {
            self.breaks(Law::Stubborn, format!("{} after it was told that it may not", ask.told()));
        }
        if !ask.phase().changes() {
            self.looks.insert(id, Look { who, ask: ask.clone(), shown: None });
            return;
        }
        self.writes += usize::from(!matches!(**ask, Ask::Restart(_) | Ask::RestartInstance(_)));
        self.check_content(who, ask);
        self.check_patience(who, now, ask);
        self.check_idle(who, ask, creates_in_a_state);
        let name = ask.connector().unwrap_or_default();
        let sight = self.sights.entry(who).or_default();
        // What has no status yet is missing from a list: what was read by name counts, where it was.
        let knew = sight.checks.get(name).copied().or(sight.view_at);
        if matches!(**ask, Ask::Restart(_)) && !sight.failed.contains(name) {
            let how = format!("{name} was restarted, and had not failed");
            self.breaks(Law::Restarts, how);
        }
        self.deeds.insert(id, Deed { who, ask: ask.clone(), knew, told: None });
    }

    fn looked(&mut self, who: Who, now: Time) {
        let looks = &mut self.sights.entry(who).or_default().looks;
        looks.retain(|look| now.saturating_sub(*look) < Duration::from_secs(10));
        looks.push(now);
        if looks.len() > MOST_LOOKS {
            looks.clear();
            self.breaks(Law::Pace, format!("more than {MOST_LOOKS} looks in ten seconds"));
        }
    }

    fn check_content(&mut self, who: Who, ask: &Ask) {
        if let Some((key, _)) = ask.values().find(|(_, value)| *value == MASK) {
            self.breaks(Law::Mask, format!("{} sets {key} to a mask", ask.told()));
        }
        if let Some(how) = self.expectation.forbids(ask) {
            self.breaks(Law::Ours, how);
        } else if let Some(how) = self.expectation.is_strange(ask, self.before.get(&who).map(|view| &**view)) {
            self.breaks(Law::Content, how);
        }
    }

    /// Neither is a write in doubt sent again too soon, nor one again that was refused for good.
    fn check_patience(&mut self, who: Who, now: Time, ask: &Ask) {
        let same = |deed: &&Deed| deed.who == who && *deed.ask == *ask;
        let told = self.deeds.values().rev().find(same).and_then(|deed| deed.told);
        match told {
            Some((at, Outcome::Doubt))
                if now < at + SETTLE && !matches!(ask, Ask::Restart(_) | Ask::RestartInstance(_)) =>
            {
                self.breaks(
                    Law::Patience,
                    format!("{} again {:?} after its outcome was unknown", ask.told(), now.saturating_sub(at)),
                );
            }
            Some((_, Outcome::Refused)) if self.applying.contains(&who) => {
                self.breaks(Law::Stubborn, format!("{} again", ask.told()));
            }
            _ => {}
        }
    }

    /// Where a worker can create it in its state, it never runs.
    fn check_idle(&mut self, who: Who, ask: &Ask, creates_in_a_state: bool) {
        let Ask::Put(name, _) = ask else { return };
        let state = self.expectation.declared.get(name).and_then(|declared| declared.state);
        let is_idle = state.is_some_and(|state| state != DesiredState::Running);
        let is_new =
            !self.expectation.before.contains_key(name) && !self.changes.contains_key(&(name.clone(), Part::Config));
        if is_idle && is_new && creates_in_a_state && self.has_told_version.contains(&who) {
            self.breaks(Law::Idle, format!("{name} was created to run"));
        }
    }

    /// A request has its effect.
    pub(crate) fn happened(&mut self, id: Id, now: Time, effect: &Effect) {
        let is_restart = effect.part == Part::Tasks;
        self.restarted += usize::from(is_restart);
        self.effects += usize::from(!is_restart);
        let Some(deed) = self.deeds.get(&id) else { return };
        let name = deed.ask.connector().unwrap_or_default().to_owned();
        let (who, what, knew, is_late) = (deed.who, deed.ask.told(), deed.knew, deed.told.is_some());
        self.late += usize::from(is_late && !is_restart);
        let kept = self.expectation.declared.get(&name).map(|declared| &declared.kept);
        if let Some(key) = effect.dropped.iter().find(|key| kept.is_some_and(|kept| kept.contains(*key))) {
            let how = format!("{what} removed {key}, which is left to others");
            self.breaks(Law::Content, how);
        }
        let part = (name.clone(), effect.part);
        if effect.is_redundant && !is_restart {
            self.redundant += 1;
            let last = self.changes.get(&part);
            let is_excused = is_late
                || last.is_some_and(|last| {
                    last.was_late || (last.by != Some(who) && knew.is_none_or(|knew| last.at >= knew))
                });
            if !is_excused {
                self.breaks(Law::Once, format!("{what} changed nothing: it was so already"));
            }
            return;
        }
        if is_late {
            self.changed_late.insert(name.clone());
        }
        self.changes.insert(part, Change { at: now, by: Some(who), was_late: is_late });
        if let Ask::Post(_, _, state) = &*self.deeds[&id].ask
            && *state != DesiredState::Running
        {
            self.changes.insert((name, Part::State), Change { at: now, by: Some(who), was_late: is_late });
        }
    }

    /// Somebody else changed a connector.
    pub(crate) fn meddled(&mut self, name: &str, now: Time) {
        for part in [Part::Config, Part::State] {
            self.changes.insert((name.to_owned(), part), Change { at: now, by: None, was_late: false });
        }
    }

    /// A request that reads was answered with what was there at this time.
    pub(crate) fn shown(&mut self, id: Id, view_at: Time, failed: BTreeSet<String>) {
        if let Some(look) = self.looks.get_mut(&id) {
            look.shown = Some((view_at, failed));
        }
    }

    /// The sender is told of an outcome, or is gone.
    pub(crate) fn told(&mut self, id: Id, now: Time, outcome: Outcome) {
        if let Some(look) = self.looks.remove(&id) {
            if outcome == Outcome::Done {
                self.saw(look);
            } else if *look.ask == Ask::Root {
                // What does not tell its version this time is taken for an old one.
                self.has_told_version.remove(&look.who);
            }
            return;
        }
        let Some(deed) = self.deeds.get_mut(&id) else { return };
        deed.told = Some((now, outcome));
    }

    /// What was shown has reached its reader.
    fn saw(&mut self, Look { who, ask, shown }: Look) {
        let Some((view_at, failed)) = shown else { return };
        let sight = self.sights.entry(who).or_default();
        match &*ask {
            Ask::List => {
                (sight.view_at, sight.failed) = (Some(view_at), failed);
                sight.checks.clear();
            }
            Ask::Config(name) => {
                sight.checks.insert(name.clone(), view_at);
            }
            Ask::Root => {
                self.has_told_version.insert(who);
            }
            _ => {}
        }
    }

    /// Whether a late effect changed a connector at any time: a view that lags may show what was before it.
    pub(crate) fn was_late(&self, name: &str) -> bool {
        self.changed_late.contains(name)
    }
}
