//! Connect in memory: its connectors, what requests do to them, and what it was like seconds ago, for
//! reads that lag behind. When and whether an answer arrives is the network's business.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use connect_register::connect::Response;
use connect_register::core::DesiredState;
use serde_json::json;

use super::answers::{self, Shown};
use super::rest::{Ask, Config};

/// Virtual time.
pub(crate) type Time = Duration;

/// How far a view may lag behind.
pub(crate) const LAG: Duration = Duration::from_secs(4);
/// A configuration with this key is refused when it is written, whatever a validation said.
pub(crate) const REFUSED: &str = "the.worker.refuses";
/// With this key, tasks fail whenever they are started.
pub(crate) const AILS: &str = "the.tasks.fail";

/// A connector.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Connector {
    pub(crate) config: Arc<Config>,
    pub(crate) state: DesiredState,
    pub(crate) has_failed: bool,
    pub(crate) hitch: Hitch,
    /// Before this it has no status, and is not in the list.
    pub(crate) listed_from: Time,
}

/// What keeps a connector from its work, although nothing has failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Hitch {
    #[default]
    None,
    /// A task waits for a worker that has gone.
    Unassigned,
    /// It has no task, until it is restarted.
    NoTasks,
}

/// All connectors at one moment.
pub(crate) type View = BTreeMap<String, Connector>;

/// A version of Connect, and what it can do.
#[expect(clippy::struct_excessive_bools, reason = "what a version can do, each by itself")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version {
    pub(crate) name: &'static str,
    pub(crate) stops: bool,
    pub(crate) creates_in_a_state: bool,
    pub(crate) patches: bool,
    pub(crate) masks: bool,
}

impl Version {
    const fn apache(name: &'static str, stops: bool, creates_in_a_state: bool, patches: bool) -> Self {
        Self { name, stops, creates_in_a_state, patches, masks: false }
    }

    pub(crate) const ALL: [Self; 6] = [
        Self::apache("3.4.1", false, false, false),
        Self::apache("3.6.2", true, false, false),
        Self::apache("3.7.2", true, true, false),
        Self::apache("3.9.1", true, true, true),
        Self::apache("4.1.0", true, true, true),
        Self { masks: true, ..Self::apache("7.9.3-ccs", true, true, true) },
    ];
}

/// What a request has changed, or would have if it had not been so already.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Effect {
    pub(crate) part: Part,
    pub(crate) is_redundant: bool,
    /// Keys of the configuration that are gone now.
    pub(crate) dropped: Vec<String>,
}

impl Effect {
    fn on(part: Part, is_redundant: bool) -> Self {
        Self { part, is_redundant, dropped: Vec::new() }
    }
}

/// What can be changed of a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Its configuration, and whether it is there.
    Config,
    State,
    Tasks,
}

/// The cluster.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    pub(crate) version: Version,
    pub(crate) connectors: Arc<View>,
    /// What it was like, the oldest first; each from its time on.
    past: Vec<(Time, Arc<View>)>,
    /// How long a new connector has no status.
    status_lag: Duration,
    /// From now on tasks do not fail again.
    is_cured: bool,
}

impl Cluster {
    pub(crate) fn new(version: Version, connectors: View, status_lag: Duration) -> Self {
        let connectors = Arc::new(connectors);
        let past = vec![(Time::ZERO, connectors.clone())];
        Self { version, connectors, past, status_lag, is_cured: false }
    }

    /// What it was like at a time, which must not be longer ago than views lag.
    pub(crate) fn at(&self, time: Time) -> Arc<View> {
        let latest = self.past.iter().rev().find(|(since, _)| *since <= time);
        latest.or(self.past.first()).map_or_else(|| self.connectors.clone(), |(_, view)| view.clone())
    }

    /// Those connectors that had failed at a time.
    pub(crate) fn failed(&self, time: Time) -> BTreeSet<String> {
        let view = self.at(time);
        view.iter().filter(|(_, connector)| connector.has_failed).map(|(name, _)| name.clone()).collect()
    }

    /// Whether nothing has changed since a time.
    pub(crate) fn is_unchanged_since(&self, time: Time) -> bool {
        self.past.last().is_none_or(|(since, _)| *since <= time)
    }

    /// Whether no connector has failed that is to run; a foreign one that has is nobody's business.
    pub(crate) fn is_well(&self, is_ours: impl Fn(&str) -> bool) -> bool {
        let is_ill = |connector: &Connector| {
            (connector.has_failed || connector.hitch != Hitch::None) && connector.state == DesiredState::Running
        };
        !self.connectors.iter().any(|(name, connector)| is_ours(name) && is_ill(connector))
    }

    /// Changes a connector behind everybody's back.
    pub(crate) fn change(&mut self, now: Time, change: impl FnOnce(&mut View)) {
        let mut view = View::clone(&self.connectors);
        change(&mut view);
        self.connectors = Arc::new(view);
        self.past.push((now, self.connectors.clone()));
        // The last one from before the time that views may show is still needed.
        let needed = self.past.iter().rposition(|(since, _)| *since + LAG <= now).unwrap_or(0);
        self.past.drain(..needed);
    }

    /// Does what is asked for, and answers.
    pub(crate) fn serve(&mut self, now: Time, ask: &Ask, shown: Shown) -> (Response, Option<Effect>) {
        match ask {
            Ask::Root => (answers::root(self.version.name), None),
            Ask::Plugins => (answers::plugins(), None),
            Ask::Validate(class, config) => (answers::validation(class, config), None),
            Ask::List => (answers::list(&self.at(shown.view_at), now, shown), None),
            Ask::Config(name) => (answers::config(name, self.at(shown.view_at).get(name), shown), None),
            Ask::Put(name, config) => self.put(now, name, config.clone(), None),
            Ask::Post(name, config, state) => self.post(now, name, config, *state),
            Ask::Patch(name, patch) => self.patch(now, name, patch),
            Ask::State(name, state) => self.ask(now, name, *state),
            Ask::Delete(name) => self.delete(now, name),
            Ask::Restart(name) => self.restart(now, name),
            Ask::RestartInstance(name) => self.restart_instance(now, name),
        }
    }

    fn put(
        &mut self,
        now: Time,
        name: &str,
        mut config: Config,
        state: Option<DesiredState>,
    ) -> (Response, Option<Effect>) {
        if config.contains_key(REFUSED) {
            let message = "Connector configuration is invalid and contains the following 1 error(s):\nno";
            return (answers::error(400, message), None);
        }
        config.insert("name".to_owned(), name.to_owned());
        let before = self.connectors.get(name).cloned();
        let is_redundant = before.as_ref().is_some_and(|before| *before.config == config);
        let keys = before.iter().flat_map(|before| before.config.keys());
        let dropped = keys.filter(|key| !config.contains_key(*key)).cloned().collect();
        let status = if before.is_some() { 200 } else { 201 };
        let answer = answers::json(status, &json!({"name": name, "config": config, "tasks": [], "type": "sink"}));
        let after = Connector {
            has_failed: if is_redundant { before.as_ref().is_some_and(|it| it.has_failed) } else { self.ails(&config) },
            config: Arc::new(config),
            state: before.as_ref().map_or(state.unwrap_or(DesiredState::Running), |before| before.state),
            hitch: before.as_ref().map_or(Hitch::None, |before| before.hitch),
            listed_from: before.map_or(now + self.status_lag, |before| before.listed_from),
        };
        self.change(now, |view| {
            view.insert(name.to_owned(), after);
        });
        (answer, Some(Effect { dropped, ..Effect::on(Part::Config, is_redundant) }))
    }

    fn post(&mut self, now: Time, name: &str, config: &Config, state: DesiredState) -> (Response, Option<Effect>) {
        if !self.version.creates_in_a_state {
            return (answers::error(500, "Unrecognized field \"initial_state\""), None);
        }
        if self.connectors.contains_key(name) {
            return (answers::error(409, &format!("Connector {name} already exists")), None);
        }
        self.put(now, name, config.clone(), Some(state))
    }

    fn patch(&mut self, now: Time, name: &str, patch: &BTreeMap<String, Option<String>>) -> (Response, Option<Effect>) {
        if !self.version.patches {
            return (answers::error(405, "HTTP 405 Method Not Allowed"), None);
        }
        let Some(before) = self.connectors.get(name) else { return (answers::no_connector(name), None) };
        let mut config = Config::clone(&before.config);
        for (key, value) in patch {
            match value {
                Some(value) => config.insert(key.clone(), value.clone()),
                None => config.remove(key),
            };
        }
        self.put(now, name, config, None)
    }

    fn ask(&mut self, now: Time, name: &str, state: DesiredState) -> (Response, Option<Effect>) {
        if state == DesiredState::Stopped && !self.version.stops {
            return (answers::error(404, "HTTP 404 Not Found"), None);
        }
        let Some(before) = self.connectors.get(name) else { return (answers::no_connector(name), None) };
        let is_redundant = before.state == state;
        self.change(now, |view| {
            if let Some(connector) = view.get_mut(name) {
                connector.state = state;
                connector.has_failed &= state != DesiredState::Stopped;
            }
        });
        let status = if state == DesiredState::Stopped { 204 } else { 202 };
        (Response { status, body: Vec::new() }, Some(Effect::on(Part::State, is_redundant)))
    }

    fn delete(&mut self, now: Time, name: &str) -> (Response, Option<Effect>) {
        if !self.connectors.contains_key(name) {
            return (answers::no_connector(name), None);
        }
        self.change(now, |view| {
            view.remove(name);
        });
        (Response { status: 204, body: Vec::new() }, Some(Effect::on(Part::Config, false)))
    }

    fn restart(&mut self, now: Time, name: &str) -> (Response, Option<Effect>) {
        let Some(before) = self.connectors.get(name) else { return (answers::no_connector(name), None) };
        let (is_redundant, ails) = (!before.has_failed, self.ails(&before.config));
        self.change(now, |view| {
            if let Some(connector) = view.get_mut(name) {
                connector.has_failed &= ails;
            }
        });
        let body = json!({"name": name, "connector": {"state": "RUNNING", "worker_id": "w:8083"}, "tasks": []});
        (answers::json(202, &body), Some(Effect::on(Part::Tasks, is_redundant)))
    }

    fn restart_instance(&mut self, now: Time, name: &str) -> (Response, Option<Effect>) {
        let Some(before) = self.connectors.get(name) else { return (answers::no_connector(name), None) };
        let is_idle = before.hitch == Hitch::NoTasks;
        self.change(now, |view| {
            if let Some(connector) = view.get_mut(name).filter(|_| is_idle) {
                connector.hitch = Hitch::None;
            }
        });
        (Response { status: 204, body: Vec::new() }, Some(Effect::on(Part::Tasks, !is_idle)))
    }

    fn ails(&self, config: &Config) -> bool {
        !self.is_cured && config.contains_key(AILS)
    }

    /// Whatever made tasks fail is mended; those that have failed wait for a restart.
    pub(crate) fn cure(&mut self, now: Time) {
        self.is_cured = true;
        if self.connectors.values().any(|connector| connector.hitch == Hitch::Unassigned) {
            self.change(now, |view| {
                for connector in view.values_mut().filter(|connector| connector.hitch == Hitch::Unassigned) {
                    connector.hitch = Hitch::None;
                }
            });
        }
    }
}
