//! The connectors of a cluster, and what they were some moments ago: a view of the past is what a
//! worker shows that lags behind. How it is told over REST is not known here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::change::{Change, Target, What};
use crate::loggers::Loggers;
use crate::offsets::{self, Offsets};
use crate::plugins;

/// The configuration of a connector.
pub type Config = BTreeMap<String, String>;

/// Time since the cluster began.
pub(crate) type Time = Duration;

/// One connector at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Connector {
    pub(crate) config: Arc<Config>,
    pub(crate) target: Target,
    /// When it came to be: its status comes later.
    pub(crate) created: Time,
    /// How often it was written.
    pub(crate) version: u64,
    /// The traces of the tasks that have failed.
    pub(crate) failed: BTreeMap<u32, String>,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Created(Connector),
    Updated(Connector),
    Done,
    /// There is no such connector.
    Missing,
    /// There is one already.
    Exists,
    /// It was done, and this is said of it.
    Said(&'static str),
    /// The plug-in has something against the configuration.
    Refused(u16, String),
}

/// All connectors.
#[derive(Debug, Default)]
pub(crate) struct Cluster {
    connectors: BTreeMap<String, Vec<(Time, Option<Connector>)>>,
    coming: Vec<(Time, Change)>,
    /// The offsets of connectors, also of those that are gone.
    pub(crate) offsets: BTreeMap<String, Offsets>,
    pub(crate) loggers: Loggers,
    /// How often each connector's configuration was written.
    pub(crate) effects: BTreeMap<String, u64>,
    /// How often a mask was written in place of a secret.
    pub(crate) masks_written: u64,
    /// Counts what has changed, for those who keep what they have rendered.
    pub(crate) revision: u64,
    pub(crate) changed: Time,
}

impl Cluster {
    /// Lets those changes happen whose time has come.
    pub(crate) fn pass(&mut self, now: Time) {
        let coming = std::mem::take(&mut self.coming);
        let (mut due, coming): (Vec<_>, Vec<_>) = coming.into_iter().partition(|(at, _)| *at <= now);
        self.coming = coming;
        due.sort_by_key(|(at, _)| *at);
        for (at, change) in due {
            self.apply(at, change);
        }
    }

    /// A change that will happen later.
    pub(crate) fn later(&mut self, at: Time, change: Change) {
        self.coming.push((at, change));
    }

    /// Removes all connectors, and what was still to happen to them.
    pub(crate) fn clear(&mut self) {
        *self = Self { revision: self.revision + 1, ..Self::default() };
    }

    /// Whether nothing is still to happen.
    pub(crate) fn is_settled(&self) -> bool {
        self.coming.is_empty()
    }

    /// Does what is asked for.
    pub(crate) fn apply(&mut self, now: Time, Change { name, what }: Change) -> Outcome {
        let before = self.one(&name, now).cloned();
        let (config, target) = match (what, &before) {
            (What::Create(..), Some(_)) => return Outcome::Exists,
            (What::Create(config, target), None) => (config, target),
            (What::Put(config), before) => (config, before.as_ref().map_or(Target::Running, |before| before.target)),
            (_, None) => return Outcome::Missing,
            (What::Patch(patch), Some(before)) => (patched(&before.config, patch), before.target),
            (What::Ask(target), Some(before)) => {
                let failed = if target == Target::Stopped { BTreeMap::new() } else { before.failed.clone() };
                self.record(&name, now, Some(Connector { target, failed, ..before.clone() }));
                return Outcome::Done;
            }
            (What::Restart { tasks }, Some(before)) => {
                let failed = if tasks { BTreeMap::new() } else { before.failed.clone() };
                self.record(&name, now, Some(Connector { failed, ..before.clone() }));
                return Outcome::Done;
            }
            (What::RestartTask(task), Some(before)) => {
                let mut after = before.clone();
                after.failed.remove(&task);
                self.record(&name, now, Some(after));
                return Outcome::Done;
            }
            (What::Fail(task, trace), Some(before)) => {
                let mut after = before.clone();
                after.failed.insert(task, trace);
                self.record(&name, now, Some(after));
                return Outcome::Done;
            }
            (What::Alter(_) | What::Clear, Some(before)) if before.target != Target::Stopped => {
                return Outcome::Refused(400, offsets::NOT_STOPPED.to_owned());
            }
            (What::Alter(entries), Some(_)) => {
                self.offsets.entry(name).or_default().alter(entries);
                return Outcome::Said(offsets::ALTERED);
            }
            (What::Clear, Some(_)) => {
                self.offsets.remove(&name);
                return Outcome::Said(offsets::CLEARED);
            }
            (What::Delete, Some(_)) => {
                self.record(&name, now, None);
                return Outcome::Done;
            }
        };
        if let Some((status, message)) = plugins::refusal(&name, &config) {
            return Outcome::Refused(status, message);
        }
        let mut config = config;
        config.insert("name".to_owned(), name.clone());
        self.masks_written += u64::from(config.values().any(|value| plugins::is_mask(value)));
        *self.effects.entry(name.clone()).or_default() += 1;
        let (created, version) = before.as_ref().map_or((now, 1), |before| (before.created, before.version + 1));
        let after = Connector { config: Arc::new(config), target, created, version, failed: BTreeMap::new() };
        self.record(&name, now, Some(after.clone()));
        if before.is_some() { Outcome::Updated(after) } else { Outcome::Created(after) }
    }

    /// Makes a connector one that came to be at the very beginning.
    pub(crate) fn ages(&mut self, name: &str) {
        let newest = self.connectors.get_mut(name).and_then(|history| history.last_mut());
        if let Some((_, Some(connector))) = newest {
            connector.created = Time::ZERO;
        }
    }

    fn record(&mut self, name: &str, now: Time, connector: Option<Connector>) {
        let history = self.connectors.entry(name.to_owned()).or_default();
        // What came before the last change but eight is nobody's view any more.
        if history.len() > 8 {
            history.remove(0);
        }
        history.push((now, connector));
        self.revision += 1;
        self.changed = now;
    }

    /// One connector as it was at a time.
    pub(crate) fn one(&self, name: &str, at: Time) -> Option<&Connector> {
        seen(self.connectors.get(name)?, at)
    }

    /// All connectors as they were at a time.
    pub(crate) fn all(&self, at: Time) -> impl Iterator<Item = (&str, &Connector)> {
        self.connectors.iter().filter_map(move |(name, history)| Some((name.as_str(), seen(history, at)?)))
    }
}

fn seen(history: &[(Time, Option<Connector>)], at: Time) -> Option<&Connector> {
    history.iter().rev().find(|(when, _)| *when <= at)?.1.as_ref()
}

fn patched(config: &Config, patch: BTreeMap<String, Option<String>>) -> Config {
    let mut config = config.clone();
    for (key, value) in patch {
        match value {
            Some(value) => config.insert(key, value),
            None => config.remove(&key),
        };
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(value: &str) -> Change {
        let config = [("connector.class", plugins::SINK), ("number", value)];
        let config = config.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        Change { name: "a".to_owned(), what: What::Put(config) }
    }

    fn number(cluster: &Cluster, at: u64) -> Option<&str> {
        cluster.one("a", Time::from_secs(at)).map(|connector| connector.config["number"].as_str())
    }

    #[test]
    fn a_view_of_the_past_shows_what_was_there_then() {
        let mut cluster = Cluster::default();
        cluster.apply(Time::from_secs(1), put("1"));
        cluster.apply(Time::from_secs(2), put("2"));
        cluster.apply(Time::from_secs(3), Change { name: "a".to_owned(), what: What::Delete });
        assert_eq!([0, 1, 2, 3].map(|at| number(&cluster, at)), [None, Some("1"), Some("2"), None]);
        assert_eq!(cluster.effects["a"], 2);
    }

    #[test]
    fn what_comes_late_happens_when_its_time_has_come() {
        let mut cluster = Cluster::default();
        cluster.later(Time::from_secs(5), put("1"));
        cluster.pass(Time::from_secs(4));
        assert!(number(&cluster, 9).is_none() && !cluster.is_settled());
        cluster.pass(Time::from_secs(6));
        assert_eq!((number(&cluster, 9), cluster.is_settled()), (Some("1"), true));
    }

    #[test]
    fn a_patch_keeps_what_it_does_not_name_and_null_takes_away() {
        let config: Config = [("a", "1"), ("b", "2")].map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let patch = BTreeMap::from([("b".to_owned(), None), ("c".to_owned(), Some("3".to_owned()))]);
        let after: Vec<_> = patched(&config, patch).into_iter().map(|(key, value)| key + &value).collect();
        assert_eq!(after, ["a1", "c3"]);
    }
}
