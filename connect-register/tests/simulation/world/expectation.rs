//! What is declared in a run, as the laws look at it: what may be written to which connector, and what
//! the end has to be. It shares no code with what compares and plans.

use std::collections::{BTreeMap, BTreeSet};

use connect_register::core::DesiredState;

use super::cluster::{Connector, View};
use super::rest::{Ask, Config};

/// One declared connector.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    /// All that is to be written, with what is remembered beside it.
    pub(crate) payload: Config,
    /// The key that need not be there where all else is right.
    pub(crate) remembered: &'static str,
    /// Keys that are others'.
    pub(crate) kept: BTreeSet<String>,
    pub(crate) state: Option<DesiredState>,
    /// Whether the worker will never take it.
    pub(crate) is_refused: bool,
}

/// All that is declared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expectation {
    pub(crate) declared: BTreeMap<String, Declared>,
    /// Those that are ours and declared no more.
    pub(crate) orphans: BTreeSet<String>,
    /// Whether these are to go.
    pub(crate) prunes: bool,
    /// Whether what was written may be written back to what it was.
    pub(crate) goes_back: bool,
    /// Whether nothing is deleted before all else is done.
    pub(crate) deletes_last: bool,
    /// What all was like in the beginning.
    pub(crate) before: View,
}

impl Declared {
    /// How a connector is not as declared.
    pub(crate) fn differs(&self, connector: Option<&Connector>) -> Option<String> {
        let Some(connector) = connector else { return Some("is not there".to_owned()) };
        for (key, value) in &self.payload {
            if connector.config.get(key) != Some(value) && key != self.remembered {
                return Some(format!("has another {key}"));
            }
        }
        let is_other = |key: &&String| !self.payload.contains_key(*key) && !self.kept.contains(*key) && *key != "name";
        if let Some(key) = connector.config.keys().find(is_other) {
            return Some(format!("has {key}"));
        }
        let state = self.state.filter(|state| *state != connector.state);
        state.map(|state| format!("is {} and not {state}", connector.state))
    }
}

impl Expectation {
    /// How the cluster is not as declared, those left out that the worker refuses.
    pub(crate) fn differs(&self, view: &View) -> Option<String> {
        let orphan = || self.orphans.iter().find(|name| self.prunes && view.contains_key(*name));
        self.declared_differs(view)
            .or_else(|| orphan().map(|name| format!("{name} was not deleted")))
            .or_else(|| self.foreign_differs(view))
    }

    /// How what is declared to be there is not so.
    pub(crate) fn declared_differs(&self, view: &View) -> Option<String> {
        let mut declared = self.declared.iter().filter(|(_, declared)| !declared.is_refused);
        declared.find_map(|(name, declared)| declared.differs(view.get(name)).map(|how| format!("{name} {how}")))
    }

    /// What of others' is not as it was.
    pub(crate) fn foreign_differs(&self, view: &View) -> Option<String> {
        let is_foreign =
            |name: &String| !(self.declared.contains_key(name) || self.orphans.contains(name) && self.prunes);
        let mut foreign = self.before.iter().filter(|(name, _)| is_foreign(name));
        let same = |now: Option<&Connector>, before: &Connector| {
            now.is_some_and(|now| now.config == before.config && now.state == before.state)
        };
        foreign.find(|(name, before)| !same(view.get(*name), before)).map(|(name, _)| format!("{name} was touched"))
    }

    /// How many effects there have to be at least.
    pub(crate) fn needed(&self, view: &View) -> usize {
        let of_one = |(name, declared): (&String, &Declared)| {
            let now = view.get(name);
            let is_config = Declared { state: None, ..declared.clone() }.differs(now).is_some();
            let is_state = match now {
                Some(now) => declared.state.is_some_and(|state| state != now.state),
                None => declared.state.is_some_and(|state| state != DesiredState::Running),
            };
            usize::from(is_config) + usize::from(is_state)
        };
        let deleted = self.orphans.iter().filter(|name| self.prunes && view.contains_key(*name)).count();
        self.declared.iter().filter(|(_, declared)| !declared.is_refused).map(of_one).sum::<usize>() + deleted
    }

    /// Why a request may not be sent.
    pub(crate) fn forbids(&self, ask: &Ask) -> Option<String> {
        let name = ask.connector().filter(|_| ask.phase().changes())?;
        let declared = self.declared.get(name);
        let is_orphan = self.orphans.contains(name) && self.prunes;
        let may = match ask {
            // Going back deletes what was created, and creates what was deleted.
            Ask::Delete(_) => is_orphan || (declared.is_some() && self.goes_back),
            _ => declared.is_some() || (is_orphan && self.goes_back),
        };
        (!may).then(|| ask.told())
    }

    /// How what a request would write is neither declared nor, on the way back, what was there before.
    /// `own` is what all was like when the sender began.
    pub(crate) fn is_strange(&self, ask: &Ask, own: Option<&View>) -> Option<String> {
        let name = ask.connector().filter(|_| ask.phase().changes())?;
        let declared = self.declared.get(name);
        let views = [Some(&self.before), own].into_iter().flatten();
        let before: Vec<_> = views.filter(|_| self.goes_back).filter_map(|view| view.get(name)).collect();
        for (key, value) in ask.values() {
            let is_declared = declared.is_some_and(|declared| {
                declared.payload.get(key).is_some_and(|it| it == value) || declared.kept.contains(key)
            });
            let was_so = before.iter().any(|before| before.config.get(key).is_some_and(|it| it == value));
            if !is_declared && !was_so {
                return Some(format!("{} sets {key} to something else", ask.told()));
            }
        }
        let is_whole = matches!(ask, Ask::Put(..) | Ask::Post(..)) && !self.goes_back;
        if let Some(declared) = declared.filter(|_| is_whole)
            && !ask.values().any(|(key, _)| key == declared.remembered)
        {
            return Some(format!("{} forgets {}", ask.told(), declared.remembered));
        }
        if let Ask::State(_, state) = ask {
            let is_declared = declared.is_some_and(|declared| declared.state == Some(*state));
            let was_so = before.iter().any(|before| before.state == *state);
            return (!is_declared && !was_so).then(|| ask.told());
        }
        None
    }
}
