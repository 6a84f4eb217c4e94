//! The metrics of `watch`. States are encoded from the last look at each scrape, so that a connector
//! that went, or a worker that cannot be asked, leaves no stale series behind.

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
use crate::core::{Fault, plain};
use crate::reconcile::{Note, Observation, Rejection, State};

/// The metrics.
#[derive(Debug)]
pub(super) struct WatchMetrics {
    looked: Looked,
    up: Gauge,
    restarts: Family<ConnectorLabel, Counter>,
    writes: Family<ConnectorLabel, Counter>,
    drift: Family<ConnectorLabel, Gauge>,
    errors: Family<ClassLabel, Counter>,
    duration: Histogram,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConnectorLabel {
    connector: String,
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
            restarts: Family::default(),
            writes: Family::default(),
            drift: Family::default(),
            errors: Family::default(),
            duration: Histogram::new([0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 120.0]),
        };
        let Self { looked, up, restarts, writes, drift, errors, duration } = &metrics;
        registry.register("connect_up", "Whether the worker could be asked, 0 or 1", up.clone());
        registry.register("connect_task_restarts", "Restarts of what has failed of a connector", restarts.clone());
        registry.register("connect_config_writes", "Configurations written", writes.clone());
        registry.register("connect_config_drift", "Whether a connector is not as declared, 0 or 1", drift.clone());
        registry.register("connect_rest_errors", "Requests that failed, by what it means", errors.clone());
        registry.register("connect_reconcile_duration_seconds", "Rounds of looking and writing", duration.clone());
        registry.register_collector(Box::new(looked.clone()));
        for class in crate::core::Class::ALL {
            drop(errors.get_or_create(&ClassLabel { class: class.as_str() }));
        }
        metrics
    }

    pub(super) fn note(&self, note: &Note, state: &State) {
        match note {
            Note::Observed(observation) => {
                self.up.set(1);
                self.looked.set(Some(observation.clone()));
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
            Note::Restarted(name, _) => {
                self.restarts.get_or_create(&label(name.as_str())).inc();
            }
            Note::RoundOver { began, over, differing } => {
                self.duration.observe(over.saturating_sub(*began).as_secs_f64());
                for member in &state.members {
                    let name = &member.name;
                    self.drift.get_or_create(&label(name.as_str())).set(i64::from(differing.contains(name)));
                    drop(self.restarts.get_or_create(&label(name.as_str())));
                }
            }
            Note::Differs(..)
            | Note::Asked(..)
            | Note::Landed(_)
            | Note::RollingBack(_)
            | Note::Rejected(_, Rejection::Mistakes(_)) => {}
        }
    }

    fn failed(&self, fault: &Fault) {
        self.errors.get_or_create(&ClassLabel { class: fault.class.as_str() }).inc();
    }
}

fn label(connector: &str) -> ConnectorLabel {
    ConnectorLabel { connector: plain::line(connector) }
}

/// The last look at all connectors of the cluster, declared or not.
#[derive(Clone, Debug, Default)]
struct Looked(Arc<Mutex<Option<Arc<Observation>>>>);

impl Looked {
    fn set(&self, observation: Option<Arc<Observation>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = observation;
    }
}

impl Collector for Looked {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Some(observation) = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone() else { return Ok(()) };
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
