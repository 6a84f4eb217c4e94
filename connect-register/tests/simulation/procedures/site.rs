//! One cluster with one connector as it really is, what it was, and what a worker answers about it.

use std::collections::BTreeMap;
use std::time::Duration;

use connect_register::connect::Response;
use connect_register::core::DesiredState;
use serde_json::{Value, json};

use crate::world::answers;
use crate::world::cluster::{LAG, Time};

/// The records of each partition.
const END: i64 = 1_000_000;
const NOT_STOPPED: &str = "Connectors must be in the STOPPED state before their offsets can be modified.";
const NOT_SETTLED: &str = "Failed to alter consumer group offsets for connector c either because its tasks haven't \
                           stopped completely yet or the connector was resumed before the request to alter its \
                           offsets could be successfully completed.";

/// The offsets of a sink.
pub(crate) type Offsets = BTreeMap<i64, i64>;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ask {
    Status,
    Info,
    Config,
    Offsets,
    State(DesiredState),
    /// The connector with its tasks, or what has failed.
    Restart,
    Create(Value),
    Delete,
    Alter(Vec<(i64, Option<i64>)>),
    Clear,
}

impl Ask {
    pub(crate) fn is_write(&self) -> bool {
        !matches!(self, Self::Status | Self::Info | Self::Config | Self::Offsets)
    }
}

/// The connector.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Connector {
    pub(crate) config: Value,
    pub(crate) target: DesiredState,
    /// Since when it is to be so.
    since: Time,
    created: Time,
    pub(crate) has_failed: bool,
}

/// The cluster.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) connector: Option<Connector>,
    past: Vec<(Time, Option<Connector>)>,
    pub(crate) offsets: Offsets,
    /// How long tasks take to stop, and a new connector to have a status.
    stops_in: Duration,
    status_in: Duration,
    /// When time was last let pass.
    passed: Time,
    /// How often it was restarted, and how often although nothing had failed.
    pub(crate) restarts: u32,
    pub(crate) needless: u32,
    /// The offsets before and after each change.
    pub(crate) changes: Vec<(Offsets, Offsets)>,
}

impl Site {
    pub(crate) fn new(connector: Option<(Value, DesiredState, bool)>, stops_in: Duration, status_in: Duration) -> Self {
        let connector = connector.map(|(config, target, has_failed)| Connector {
            config,
            target,
            since: Time::ZERO,
            created: Time::ZERO,
            has_failed,
        });
        let offsets = if connector.is_some() { [(0, 600), (1, 700)].into() } else { Offsets::new() };
        let past = vec![(Time::ZERO, connector.clone())];
        Self {
            connector,
            past,
            offsets,
            stops_in,
            status_in,
            passed: Time::ZERO,
            restarts: 0,
            needless: 0,
            changes: Vec::new(),
        }
    }

    /// Whether tasks of it do something at a time.
    pub(crate) fn works(&self, now: Time) -> bool {
        self.connector.as_ref().is_some_and(|it| match it.target {
            DesiredState::Running => !it.has_failed,
            DesiredState::Paused => false,
            DesiredState::Stopped => now < it.since + self.stops_in,
        })
    }

    /// Time passes, and a sink that runs reads on.
    pub(crate) fn pass(&mut self, now: Time) {
        let span = now.saturating_sub(self.passed);
        let runs = self.connector.as_ref().is_some_and(|it| it.target == DesiredState::Running && !it.has_failed);
        if runs {
            let read = i64::try_from(span.as_secs()).unwrap_or_default();
            self.passed += Duration::from_secs(span.as_secs());
            for partition in [0, 1] {
                let offset = self.offsets.entry(partition).or_insert(0);
                *offset = (*offset + read).min(END);
            }
        } else {
            self.passed = now;
        }
    }

    fn change(&mut self, now: Time, connector: Option<Connector>) {
        self.connector.clone_from(&connector);
        self.past.push((now, connector));
        let needed = self.past.iter().rposition(|(since, _)| *since + LAG <= now).unwrap_or(0);
        self.past.drain(..needed);
    }

    /// Somebody else changes it.
    pub(crate) fn ask_for(&mut self, now: Time, target: DesiredState) {
        if let Some(connector) = self.connector.clone() {
            self.change(now, Some(Connector { target, since: now, has_failed: false, ..connector }));
        }
    }

    fn seen(&self, at: Time) -> Option<&Connector> {
        let latest = self.past.iter().rev().find(|(since, _)| *since <= at);
        latest.or(self.past.first()).and_then(|(_, connector)| connector.as_ref())
    }

    /// Does what is asked for, and answers; `view` is the moment that a read shows.
    pub(crate) fn serve(&mut self, now: Time, ask: &Ask, view: Time) -> Response {
        self.pass(now);
        let missing = || answers::no_connector("c");
        match ask {
            Ask::Status => match self.seen(view) {
                Some(it) if it.created + self.status_in <= view || it.created == Time::ZERO => self.status(it, view),
                _ => answers::error(404, "No status found for connector c"),
            },
            Ask::Info => self.seen(view).map_or_else(missing, |it| {
                let tasks =
                    if it.target == DesiredState::Stopped { json!([]) } else { json!([{"connector": "c", "task": 0}]) };
                answers::json(200, &json!({"name": "c", "config": it.config, "tasks": tasks, "type": "sink"}))
            }),
            Ask::Config => self.seen(view).map_or_else(missing, |it| answers::json(200, &it.config)),
            Ask::Offsets if self.seen(view).is_none() => missing(),
            Ask::Offsets => answers::json(200, &told(&self.offsets)),
            Ask::Create(config) => {
                if self.connector.is_some() {
                    return answers::error(409, "Connector c already exists");
                }
                let mut config = config.clone();
                config["name"] = json!("c");
                let connector = Connector {
                    config: config.clone(),
                    target: DesiredState::Stopped,
                    since: now.saturating_sub(self.stops_in),
                    created: now,
                    has_failed: false,
                };
                self.change(now, Some(connector));
                answers::json(201, &json!({"name": "c", "config": config, "tasks": [], "type": "sink"}))
            }
            _ => {
                let Some(connector) = self.connector.clone() else { return missing() };
                self.write(now, ask, connector)
            }
        }
    }

    fn write(&mut self, now: Time, ask: &Ask, connector: Connector) -> Response {
        let nothing = |status| Response { status, body: Vec::new() };
        match ask {
            Ask::State(target) if connector.target == *target => nothing(accepted(*target)),
            Ask::State(target) => {
                let has_failed = connector.has_failed && *target != DesiredState::Stopped;
                self.change(now, Some(Connector { target: *target, since: now, has_failed, ..connector }));
                nothing(accepted(*target))
            }
            Ask::Restart => {
                self.restarts += 1;
                self.needless += u32::from(!connector.has_failed);
                self.change(now, Some(Connector { has_failed: false, ..connector }));
                answers::json(202, &json!({"name": "c"}))
            }
            Ask::Delete => {
                self.change(now, None);
                nothing(204)
            }
            _ if connector.target != DesiredState::Stopped => answers::error(400, NOT_STOPPED),
            _ if self.works(now) => answers::error(500, NOT_SETTLED),
            Ask::Alter(moves) => {
                let before = self.offsets.clone();
                for (partition, offset) in moves {
                    match offset {
                        Some(offset) => self.offsets.insert(*partition, *offset),
                        None => self.offsets.remove(partition),
                    };
                }
                self.changes.push((before, self.offsets.clone()));
                answers::json(200, &json!({"message": "The offsets for this connector have been altered successfully"}))
            }
            _ => {
                self.changes.push((std::mem::take(&mut self.offsets), Offsets::new()));
                answers::json(200, &json!({"message": "The offsets for this connector have been reset successfully"}))
            }
        }
    }

    fn status(&self, connector: &Connector, at: Time) -> Response {
        let state = connector.target.of_connect();
        let has_tasks = connector.target != DesiredState::Stopped || at < connector.since + self.stops_in;
        let task = match (connector.has_failed, connector.target) {
            (true, _) => json!({"id": 0, "state": "FAILED", "worker_id": "w:1", "trace": "x.Y: down"}),
            (false, DesiredState::Stopped) => json!({"id": 0, "state": "RUNNING", "worker_id": "w:1"}),
            _ => json!({"id": 0, "state": state, "worker_id": "w:1"}),
        };
        let tasks = if has_tasks { vec![task] } else { vec![] };
        let connector = json!({"state": state, "worker_id": "w:1"});
        answers::json(200, &json!({"name": "c", "connector": connector, "tasks": tasks, "type": "sink"}))
    }
}

fn accepted(target: DesiredState) -> u16 {
    if target == DesiredState::Stopped { 204 } else { 202 }
}

fn told(offsets: &Offsets) -> Value {
    let entry = |(partition, offset): (&i64, &i64)| json!({"partition": {"kafka_topic": "t", "kafka_partition": partition}, "offset": {"kafka_offset": offset}});
    json!({"offsets": offsets.iter().map(entry).collect::<Vec<_>>()})
}
