//! What `watch` tells of what it sees and does: in the log each piece of news once, and in `/readyz` what
//! is the matter now.

use std::collections::{BTreeMap, BTreeSet};

use service::Readiness;

use super::metrics::WatchMetrics;
use crate::core::{ConnectorName, Part, Verdict};
use crate::reconcile::{Note, Observation, Rejection, State};

/// So many connectors are named in `/readyz`, and the others counted.
const MOST: usize = 20;

/// What was told last, so that only news are logged.
#[derive(Debug)]
pub(super) struct Told {
    metrics: WatchMetrics,
    readiness: Readiness,
    verdicts: BTreeMap<ConnectorName, Verdict>,
    differing: BTreeSet<ConnectorName>,
    is_reached: Option<bool>,
}

impl Told {
    pub(super) fn new(metrics: WatchMetrics, readiness: Readiness) -> Self {
        Self { metrics, readiness, verdicts: BTreeMap::new(), differing: BTreeSet::new(), is_reached: None }
    }

    pub(super) fn note(&mut self, note: &Note, state: &State) {
        self.metrics.note(note, state);
        match note {
            Note::Observed(observation) => self.observed(observation, state),
            Note::Unobserved(fault, _) => {
                if self.is_reached != Some(false) {
                    tracing::warn!(%fault, "the connectors cannot be read");
                }
                self.is_reached = Some(false);
                self.readiness.not_ready(format!("the connectors cannot be read: {fault}"));
            }
            Note::Differs(name, action) => {
                if !self.differing.contains(name) {
                    tracing::info!(connector = %name, action = action.word(), "differs");
                }
            }
            Note::Wrote(name, effect) => tracing::info!(connector = %name, "{}", effect.word()),
            Note::Asked(name, state) => {
                tracing::info!(connector = %name, %state, "was asked to be in its declared state");
            }
            Note::RollingBack(_) => {}
            Note::Landed(name) => tracing::info!(connector = %name, "the write has had its effect after all"),
            Note::Failed(name, fault) => tracing::warn!(connector = %name, %fault, "trying again"),
            Note::Unchecked(name, fault) => tracing::warn!(connector = %name, %fault, "the worker could not check it"),
            Note::Restarted(name, of, count) => tracing::warn!(connector = %name, count, "restarted {}", words(*of)),
            Note::Troubled(name, trouble) => tracing::warn!(connector = %name, "{trouble}"),
            Note::Untroubled(name) => tracing::info!(connector = %name, "is not left alone any more"),
            Note::Breaker(breaker) if breaker.is_open() => {
                tracing::warn!("most connectors have failed at once: one at a time is restarted until one runs");
            }
            Note::Breaker(_) => tracing::info!("all connectors may be restarted again"),
            Note::Rejected(name, Rejection::Fault(fault)) => tracing::error!(connector = %name, %fault, "refused"),
            Note::Rejected(name, Rejection::Mistakes(mistakes)) => {
                for mistake in mistakes {
                    tracing::error!(connector = %name, %mistake, "refused");
                }
            }
            Note::RoundOver { differing, .. } => {
                self.differing = differing.iter().cloned().collect();
                self.ready(state);
            }
        }
    }

    /// Ready is who can do the work; what ails single connectors is told beside it.
    fn ready(&self, state: &State) {
        let ill: Vec<String> = state.members.iter().filter_map(ailing).collect();
        let more = (ill.len() > MOST).then(|| format!("and {} more", ill.len() - MOST));
        let ill: Vec<_> = ill.into_iter().take(MOST).chain(more).collect();
        if self.differing.is_empty() {
            return self.readiness.ready_but(ill.join("\n"));
        }
        let names: Vec<_> = self.differing.iter().map(ToString::to_string).collect();
        let lines: Vec<_> = std::iter::once(format!("not as declared: {}", names.join(", "))).chain(ill).collect();
        self.readiness.not_ready(lines.join("\n"));
    }

    fn observed(&mut self, observation: &Observation, state: &State) {
        if self.is_reached == Some(false) {
            tracing::info!("the connectors can be read again");
        }
        self.is_reached = Some(true);
        self.verdicts.retain(|name, _| state.members.iter().any(|member| member.name == *name));
        for member in &state.members {
            let name = &member.name;
            let verdict = Verdict::of(observation.get(name).and_then(|observed| observed.status.as_ref()));
            if self.verdicts.get(name) == Some(&verdict) {
                continue;
            }
            if matches!(verdict, Verdict::Failed { .. }) {
                tracing::warn!(connector = %name, "{}", verdict.words());
            } else {
                tracing::info!(connector = %name, "{}", verdict.words());
            }
            self.verdicts.insert(name.clone(), verdict);
        }
    }
}

/// What ails a connector, in a line.
fn ailing(member: &crate::reconcile::Member) -> Option<String> {
    let name = &member.name;
    match (member.healing.trouble(), &member.verdict) {
        (Some(trouble), _) => Some(format!("{name}: {trouble}")),
        (None, verdict @ Verdict::Failed { .. }) => Some(format!("{name}: {}", verdict.words())),
        _ => None,
    }
}

fn words(of: Part) -> &'static str {
    match of {
        Part::Failed => "what has failed",
        Part::Connector => "the connector, which had no task",
        Part::All => "the connector with all its tasks, which did not get on",
    }
}
