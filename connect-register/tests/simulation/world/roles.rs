//! The parts that connectors play in a run: what is declared of each, and what the cluster has of it
//! in the beginning.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use connect_register::core::applied::{self, Applied, Fingerprint};
use connect_register::core::{ConnectorName, DesiredState, Entry, IgnoredKeys, Place, Spec, Value};
use service::Secret;

use super::cluster::{AILS, Connector, Hitch, REFUSED};
use super::expectation::Declared;
use super::rest::Config;

/// The set that the declared connectors belong to.
pub(crate) const SET: &str = "default";

/// The part that a connector plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Declared, and not there.
    New,
    /// Declared in a state in which it does not run, and not there.
    NewIdle(DesiredState),
    /// There as declared.
    Same,
    /// There as declared, but for what is remembered beside it.
    Unsigned,
    /// Another value, and a key too many.
    Old,
    /// Another value beside a key that is left to others.
    Kept,
    /// In another state than the declared one.
    State(DesiredState, DesiredState),
    /// Nothing is declared of its state: nobody's pause is undone.
    Paused,
    /// As declared, with failed tasks.
    Ill,
    /// As declared, with a failed task beside one that waits for a worker.
    Waiting,
    /// As declared, and without a task.
    Idle,
    /// As declared and paused, with failed tasks.
    IllIdle,
    /// A secret was rotated.
    Rotated,
    /// A secret is as it was.
    Secret,
    /// Its tasks fail whenever they start, until that is mended.
    Ailing,
    /// Its tasks will fail when what is declared is written, until that is mended.
    WillAil,
    /// The worker refuses what is declared.
    Refused,
    /// Ours, and declared no more.
    Orphan,
    /// Somebody else's, without or with a name of a set.
    Foreign(u8),
}

/// One connector of a run.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) spec: Option<Arc<Spec>>,
    pub(crate) declared: Option<Declared>,
    pub(crate) before: Option<Connector>,
}

impl Role {
    /// The connector that plays this part.
    pub(crate) fn part(self, number: usize) -> Part {
        let name = match self {
            Self::Orphan => format!("orphan {number}"),
            Self::Foreign(_) => format!("z-foreign-{number}"),
            _ => format!("c{number}"),
        };
        let spec = self.spec(&name, number);
        let declared = spec.as_ref().map(|spec| self.declared(spec));
        let before = self.before(&name, spec.as_ref());
        Part { spec: spec.map(Arc::new), declared, before, name }
    }

    fn spec(self, name: &str, number: usize) -> Option<Spec> {
        let place = Place::file(format!("{number}.json"));
        let entry = |key: &str, value: Value| Entry { key: key.to_owned(), value, place: place.clone() };
        let plain = |key: &str, value: &str| entry(key, Value::Plain(value.to_owned()));
        let mut entries = vec![plain("connector.class", "x.Sink"), plain("a", &number.to_string())];
        let (mut state, mut fingerprint, mut ignored) = (None, Fingerprint::None, Vec::new());
        match self {
            Self::Orphan | Self::Foreign(_) => return None,
            Self::NewIdle(declared) | Self::State(_, declared) => state = Some(declared),
            Self::IllIdle => state = Some(DesiredState::Paused),
            Self::Kept => ignored = vec!["tasks.max".to_owned()],
            Self::Rotated | Self::Secret => {
                entries.push(entry("connection.password", Value::Secret(Secret::new("after"))));
                entries.push(plain("connection.user", "${env:PGUSER}"));
                fingerprint = known("after");
            }
            Self::Ailing | Self::WillAil => entries.push(plain(AILS, "yes")),
            Self::Refused => entries.push(plain(REFUSED, "yes")),
            Self::New
            | Self::Same
            | Self::Unsigned
            | Self::Old
            | Self::Paused
            | Self::Ill
            | Self::Waiting
            | Self::Idle => {}
        }
        Some(Spec {
            name: ConnectorName::reported(name),
            place: place.clone(),
            entries,
            secrets: BTreeSet::new(),
            applied: Some(Applied::new(SET, fingerprint)),
            state,
            ignored: IgnoredKeys::new(ignored),
        })
    }

    fn declared(self, spec: &Spec) -> Declared {
        let mut payload: Config =
            spec.entries.iter().map(|entry| (entry.key.clone(), entry.value.expose().to_owned())).collect();
        payload.insert(applied::KEY.to_owned(), spec.applied.as_ref().map(ToString::to_string).unwrap_or_default());
        let kept = if self == Self::Kept { BTreeSet::from(["tasks.max".to_owned()]) } else { BTreeSet::new() };
        Declared { payload, remembered: applied::KEY, kept, state: spec.state, is_refused: self == Self::Refused }
    }

    fn before(self, name: &str, spec: Option<&Spec>) -> Option<Connector> {
        let pair = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let mut config: Config = match spec {
            Some(spec) => self.declared(spec).payload,
            None => [("connector.class", "x.Sink"), ("a", "1"), ("b", "2")].map(pair).into(),
        };
        let mut state = spec.and_then(|spec| spec.state).unwrap_or(DesiredState::Running);
        let mut has_failed = false;
        match self {
            Self::New | Self::NewIdle(_) => return None,
            Self::Same | Self::Secret | Self::Idle | Self::Foreign(0) => {}
            Self::Unsigned => drop(config.remove(applied::KEY)),
            Self::Old | Self::Refused => config.extend([pair(("a", "old")), pair(("b", "2"))]),
            Self::Kept => config.extend([pair(("a", "old")), pair(("tasks.max", "7"))]),
            Self::State(before, _) => state = before,
            Self::Paused => state = DesiredState::Paused,
            Self::Ill | Self::IllIdle | Self::Ailing | Self::Waiting => has_failed = true,
            Self::Rotated => {
                config.insert("connection.password".to_owned(), "before".to_owned());
                config.insert(applied::KEY.to_owned(), Applied::new(SET, known("before")).to_string());
            }
            Self::WillAil => drop(config.remove(AILS)),
            Self::Orphan => drop(config.insert(applied::KEY.to_owned(), signature(SET))),
            Self::Foreign(1) => drop(config.insert(applied::KEY.to_owned(), signature("other"))),
            Self::Foreign(_) => {
                config.insert(applied::KEY.to_owned(), SET.to_owned());
                has_failed = true;
            }
        }
        if self == Self::Refused {
            config.remove(REFUSED);
        }
        config.insert("name".to_owned(), name.to_owned());
        let hitch = match self {
            Self::Waiting => Hitch::Unassigned,
            Self::Idle => Hitch::NoTasks,
            _ => Hitch::None,
        };
        Some(Connector { config: Arc::new(config), state, has_failed, hitch, listed_from: Duration::ZERO })
    }
}

fn signature(set: &str) -> String {
    Applied::new(set, Fingerprint::None).to_string()
}

fn known(value: &str) -> Fingerprint {
    Fingerprint::Known { key: "k".to_owned(), mac: value.to_owned() }
}
