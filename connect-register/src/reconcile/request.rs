//! What goes into a step and what comes out: events, requests, and notes for whoever looks on.

use std::sync::Arc;
use std::time::Duration;

use super::access::{Effect, Observation};
use super::member::Rejection;
use crate::core::{Action, ConnectorName, Fault, Mistake, ObservedConfig, Spec};

/// Time since the reconciling began. The step has no clock; whoever drives it tells the time.
pub type Time = Duration;

/// Something to do for the step.
#[derive(Clone, Debug)]
pub enum Request {
    /// Make this call, and hand in its answer. There is at most one under way.
    Call(Call),
    /// Hand in [`Event::Woken`] at this time.
    Wake(Time),
    /// Tell whoever looks on.
    Tell(Note),
}

/// A call to the cluster.
#[derive(Clone, Debug)]
pub enum Call {
    /// Read all connectors.
    Observe,
    /// Read the configuration of one connector.
    ReadConfig(ConnectorName),
    /// Ask the worker whether a configuration is right.
    Inspect(Arc<Spec>),
    /// Write a configuration.
    Put(Arc<Spec>),
    /// Restart what has failed of a connector.
    Restart(ConnectorName),
}

impl Call {
    /// Whether it changes the cluster.
    pub fn is_write(&self) -> bool {
        match self {
            Self::Observe | Self::ReadConfig(_) | Self::Inspect(_) => false,
            Self::Put(_) | Self::Restart(_) => true,
        }
    }
}

/// What a call brought.
#[derive(Clone, Debug)]
pub enum Answer {
    /// All connectors.
    Observed(Arc<Observation>),
    /// The configuration of one connector, `None` where it is not there.
    Config(Option<ObservedConfig>),
    /// What is wrong with a configuration.
    Inspected(Vec<Mistake>),
    /// A configuration was written.
    Written(Effect),
    /// A restart was accepted.
    Restarted,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// Reconciling begins.
    Begin,
    /// A call was answered, or failed.
    Answered(Call, Result<Answer, Fault>),
    /// The time asked for has come.
    Woken,
}

/// Something worth telling.
#[derive(Clone, Debug)]
pub enum Note {
    /// All connectors were read.
    Observed(Arc<Observation>),
    /// They could not be read; it is tried again at this time.
    Unobserved(Fault, Time),
    /// A connector differs from what is declared.
    Differs(ConnectorName, Action),
    /// A connector was written.
    Wrote(ConnectorName, Effect),
    /// A write whose outcome was unknown turned out to have had its effect.
    Landed(ConnectorName),
    /// A request about a connector failed, and will be made again.
    Failed(ConnectorName, Fault),
    /// A connector cannot be made as declared.
    Rejected(ConnectorName, Rejection),
    /// The worker could not say whether a configuration is right; it is written all the same.
    Unchecked(ConnectorName, Fault),
    /// What has failed of a connector was restarted, this often without a long healthy spell.
    Restarted(ConnectorName, u32),
    /// A round of looking and writing is over.
    RoundOver {
        /// When it began.
        began: Time,
        /// When it was over.
        over: Time,
        /// Those connectors that are not as declared.
        differing: Vec<ConnectorName>,
    },
}
