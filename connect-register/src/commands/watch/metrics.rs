//! The metrics of `watch`. States are encoded from the last look at each scrape, so that a connector
//! that went, or a worker that cannot be asked, leaves no stale series behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::core::health::STATES;
use crate::core::{ConnectorName, Fault, plain};
use crate::reconcile::progress::Reading;
use crate::reconcile::{Note, Observation, Rejection, State, Trouble};

/// The metrics.
#[derive(Clone, Debug)]
pub(super) struct WatchMetrics {
    looked: Looked,
    up: Gauge,
    breaker: Gauge,
    /// Those connectors that have series of their own.
    named: Arc<Mutex<BTreeSet<String>>>,
    restarts: Family<ConnectorLabel, Counter>,
    writes: Family<ConnectorLabel, Counter>,
    drift: Family<ConnectorLabel, Gauge>,
    errors: Family<ClassLabel, Counter>,
    reloads: Family<ResultLabel, Counter>,
    sinks: Sinks,
    duration: Histogram,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConnectorLabel {
    connector: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabel {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ClassLabel {
    class: &'static str,
}

impl WatchMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            looked: Looked::default(),
            up: Gauge::default(),
            breaker: Gauge::default(),
            named: Arc::default(),
            restarts: Family::default(),
            writes: Family::default(),
            drift: Family::default(),
            errors: Family::default(),
            reloads: Family::default(),
            sinks: Sinks::default(),
            duration: Histogram::new([0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 120.0]),
        };
        let Self { looked, up, breaker, named: _, restarts, writes, drift, errors, reloads, sinks, duration } =
            &metrics;
        registry.register("connect_up", "Whether the worker could be asked, 0 or 1", up.clone());
        let help = "Whether most connectors fail at once, so that one at a time is restarted, 0 or 1";
        registry.register("connect_restart_breaker_open", help, breaker.clone());
        registry.register("connect_task_restarts", "Restarts of what has failed of a connector", restarts.clone());
        registry.register("connect_config_writes", "Configurations written", writes.clone());
        registry.register("connect_config_drift", "Whether a connector is not as declared, 0 or 1", drift.clone());
        registry.register("connect_rest_errors", "Requests that failed, by what it means", errors.clone());
        registry.register("connect_reconcile_duration_seconds", "Rounds of looking and writing", duration.clone());
        registry.register("connect_reloads", "Templates that were read again, by what came of it", reloads.clone());
        registry.register_collector(Box::new(looked.clone()));
        registry.register_collector(Box::new(sinks.clone()));
        for result in ["loaded", "refused"] {
            drop(reloads.get_or_create(&ResultLabel { result }));
        }
        for class in crate::core::Class::ALL {
            drop(errors.get_or_create(&ClassLabel { class: class.as_str() }));
        }
        metrics
    }

    /// The templates were read again, well or not.
    pub(super) fn reloaded(&self, is_well: bool) {
        let result = if is_well { "loaded" } else { "refused" };
        self.reloads.get_or_create(&ResultLabel { result }).inc();
    }

    /// How far sinks have come.
    pub(super) fn progressed(&self, readings: &BTreeMap<ConnectorName, Reading>) {
        let mut lags = BTreeMap::new();
        for (name, reading) in readings {
            for ((topic, _), place) in reading {
                let lag: &mut u64 = lags.entry((plain::line(name.as_str()), plain::line(topic))).or_default();
                *lag = lag.saturating_add(place.lag);
            }
        }
        *self.sinks.0.lock().unwrap_or_else(PoisonError::into_inner) = lags;
    }

    pub(super) fn note(&self, note: &Note, state: &State) {
        match note {
            Note::Observed(observation) => {
                self.up.set(1);
                self.looked.set(Some(Look { observation: observation.clone(), ills: ills(state) }));
            }
            Note::Unobserved(fault, _) => {
                self.up.set(0);
                self.looked.set(None);
                self.failed(fault);
            }
            Note::Failed(_, fault) | Note::Unchecked(_, fault) | Note::Rejected(_, Rejection::Fault(fault)) => {
                self.failed(fault);
            }
            Note::Wrote(name, _) => {
                self.writes.get_or_create(&label(name.as_str())).inc();
            }
            Note::Restarted(name, ..) => {
                self.restarts.get_or_create(&label(name.as_str())).inc();
            }
            Note::RoundOver { began, over, differing } => {
                self.duration.observe(over.saturating_sub(*began).as_secs_f64());
                self.forget(state);
                self.looked.heal(ills(state));
                for member in &state.members {
                    let name = &member.name;
                    self.drift.get_or_create(&label(name.as_str())).set(i64::from(differing.contains(name)));
                    drop(self.restarts.get_or_create(&label(name.as_str())));
                }
            }
            Note::Breaker(breaker) => {
                self.breaker.set(i64::from(breaker.is_open()));
            }
            Note::Troubled(..)
            | Note::Untroubled(_)
            | Note::Differs(..)
            | Note::Asked(..)
            | Note::Landed(_)
            | Note::RollingBack(_)
            | Note::Rejected(_, Rejection::Mistakes(_)) => {}
        }
    }

    /// Removes the series of connectors that are watched no more.
    fn forget(&self, state: &State) {
        let now: BTreeSet<String> = state.members.iter().map(|member| member.name.to_string()).collect();
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        for gone in named.difference(&now) {
            let label = label(gone);
            self.restarts.remove(&label);
            self.writes.remove(&label);
            self.drift.remove(&label);
        }
        *named = now;
    }

    fn failed(&self, fault: &Fault) {
        self.errors.get_or_create(&ClassLabel { class: fault.class.as_str() }).inc();
    }
}

fn label(connector: &str) -> ConnectorLabel {
    ConnectorLabel { connector: plain::line(connector) }
}

/// What ails a watched connector.
#[derive(Clone, Debug)]
struct Ill {
    connector: String,
    trouble: Option<Trouble>,
    unassigned: f64,
}

fn ills(state: &State) -> Vec<Ill> {
    let ill = |member: &crate::reconcile::Member| Ill {
        connector: plain::line(member.name.as_str()),
        trouble: member.healing.trouble().cloned(),
        unassigned: member.healing.unassigned_for().as_secs_f64(),
    };
    state.members.iter().map(ill).collect()
}

/// A look at all connectors of the cluster, declared or not, and what was made of those declared.
#[derive(Clone, Debug)]
struct Look {
    observation: Arc<Observation>,
    ills: Vec<Ill>,
}

/// The last look.
#[derive(Clone, Debug, Default)]
struct Looked(Arc<Mutex<Option<Look>>>);

impl Looked {
    fn set(&self, look: Option<Look>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = look;
    }

    fn heal(&self, ills: Vec<Ill>) {
        if let Some(look) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            look.ills = ills;
        }
    }
}

type Series = (&'static str, &'static str, fn(&Trouble) -> bool);

/// The troubles that have a series each: what it is called, what it says, and which they are.
const TROUBLES: [Series; 4] = [
    (
        "connect_restarts_given_up",
        "Whether a connector is restarted no more, having failed as often as is allowed, 0 or 1",
        |trouble| matches!(trouble, Trouble::GivenUp { .. }),
    ),
    (
        "connect_restarts_same_failure",
        "Whether a connector is tried but rarely, for it fails the same way each time, 0 or 1",
        |trouble| matches!(trouble, Trouble::SameFailure(_)),
    ),
    ("connect_running_without_tasks", "Whether a connector has run without a task for too long, 0 or 1", |trouble| {
        matches!(trouble, Trouble::Idle { .. })
    }),
    (
        "connect_sink_stalled",
        "Whether a sink runs, has records to land, and has not moved for too long, 0 or 1",
        |trouble| matches!(trouble, Trouble::Stalled { .. }),
    ),
];

fn encode_ills(encoder: &mut DescriptorEncoder<'_>, ills: &[Ill]) -> fmt::Result {
    for (name, help, is_it) in TROUBLES {
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for ill in ills {
            let labels = [("connector", ill.connector.as_str())];
            family.encode_family(&labels)?.encode_gauge(&i64::from(ill.trouble.as_ref().is_some_and(is_it)))?;
        }
    }
    let help = "For how long tasks of a connector have had no worker";
    let name = "connect_tasks_unassigned_seconds";
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for ill in ills {
        family.encode_family(&[("connector", ill.connector.as_str())])?.encode_gauge(&ill.unassigned)?;
    }
    Ok(())
}

/// The lag of each topic of each sink, as of the last look at them.
#[derive(Clone, Debug, Default)]
struct Sinks(Arc<Mutex<BTreeMap<(String, String), u64>>>);

impl Collector for Sinks {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let lags = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let help = "Records of a topic that wait for a sink";
        let mut family = encoder.encode_descriptor("connect_sink_lag", help, None, MetricType::Gauge)?;
        for ((connector, topic), lag) in &lags {
            let labels = [("connector", connector.as_str()), ("topic", topic.as_str())];
            family.encode_family(&labels)?.encode_gauge(&i64::try_from(*lag).unwrap_or(i64::MAX))?;
        }
        Ok(())
    }
}

impl Collector for Looked {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let look = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(Look { observation, ills }) = look else { return Ok(()) };
        encode_ills(&mut encoder, &ills)?;
        let statuses = || observation.iter().filter_map(|(name, observed)| Some((name, observed.status.as_ref()?)));
        let help = "The state of a connector: 1 for the one it is in, 0 for the others";
        let mut family = encoder.encode_descriptor("connect_connector_state", help, None, MetricType::Gauge)?;
        for (name, status) in statuses() {
            for state in &STATES {
                let labels = [("connector", name.to_string()), ("state", state.as_str().to_owned())];
                family.encode_family(&labels)?.encode_gauge(&i64::from(status.state == *state))?;
            }
        }
        let help = "The state of a task: 1 for the one it is in, 0 for the others";
        let mut family = encoder.encode_descriptor("connect_task_state", help, None, MetricType::Gauge)?;
        for (name, status) in statuses() {
            for task in &status.tasks {
                for state in &STATES {
                    let labels = [
                        ("connector", name.to_string()),
                        ("task", task.id.to_string()),
                        ("state", state.as_str().to_owned()),
                    ];
                    family.encode_family(&labels)?.encode_gauge(&i64::from(task.state == *state))?;
                }
            }
        }
        Ok(())
    }
}
