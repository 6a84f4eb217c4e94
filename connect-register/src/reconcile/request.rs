//! What goes into a step and what comes out: events, requests, and notes for whoever looks on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::access::{Effect, WorkerInfo};
use super::breaker::Breaker;
use super::healing::Behind;
use super::member::Rejection;
use super::rollback::Cause;
use super::trouble::Trouble;
use crate::core::{
    ConnectorName, DesiredState, Difference, Fault, Mistake, Observation, ObservedConfig, Part, Spec, Write,
};

/// Time since the reconciling began. The step has no clock; whoever drives it tells the time.
pub type Time = Duration;

/// Something to do for the step.
#[derive(Clone, Debug)]
pub enum Request {
    /// Make this call, and hand in its answer. There are at most as many under way as the policy says.
    Call(Call),
    /// Hand in [`Event::Woken`] at this time. No call is under way then.
    Wake(Time),
    /// Tell whoever looks on.
    Tell(Note),
}

/// A call to the cluster.
#[derive(Clone, Debug)]
pub enum Call {
    /// Read all connectors.
    Observe,
    /// Ask the worker for its version.
    Worker,
    /// Read the configuration of one connector.
    ReadConfig(ConnectorName),
    /// Ask the worker whether a configuration is right.
    Inspect(Arc<Spec>),
    /// Change a connector.
    Write(ConnectorName, Arc<Write>),
    /// Restart a connector, or a part of it.
    Restart(ConnectorName, Part),
}

impl Call {
    /// Whether it changes the cluster.
    pub fn is_write(&self) -> bool {
        match self {
            Self::Observe | Self::Worker | Self::ReadConfig(_) | Self::Inspect(_) => false,
            Self::Write(..) | Self::Restart(..) => true,
        }
    }

    /// The connector that it is about, where it is about one.
    pub fn connector(&self) -> Option<&ConnectorName> {
        match self {
            Self::Observe | Self::Worker => None,
            Self::ReadConfig(name) | Self::Write(name, _) | Self::Restart(name, _) => Some(name),
            Self::Inspect(spec) => Some(&spec.name),
        }
    }
}

/// What a call brought.
#[derive(Clone, Debug)]
pub enum Answer {
    /// All connectors.
    Observed(Arc<Observation>),
    /// What the worker says of itself.
    Worker(WorkerInfo),
    /// The configuration of one connector, `None` where it is not there.
    Config(Option<ObservedConfig>),
    /// What is wrong with a configuration.
    Inspected(Vec<Mistake>),
    /// A configuration was written, or a connector deleted.
    Written(Effect),
    /// A state was asked for.
    StateAsked,
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
    /// Of a sidecar: this is declared from now on, and nothing else.
    Declared(Vec<Arc<Spec>>),
    /// Of a sidecar: these are behind and do not get on, of all whose progress is looked at.
    Progressed(Arc<BTreeMap<ConnectorName, Behind>>),
}

/// Something worth telling.
#[derive(Clone, Debug)]
pub enum Note {
    /// All connectors were read.
    Observed(Arc<Observation>),
    /// They could not be read; it is tried again at this time.
    Unobserved(Fault, Time),
    /// A connector differs from what is declared.
    Differs(ConnectorName, Box<Difference>),
    /// A connector was written.
    Wrote(ConnectorName, Effect),
    /// A connector was asked to be in a state.
    Asked(ConnectorName, DesiredState),
    /// A write whose outcome was unknown turned out to have had its effect.
    Landed(ConnectorName),
    /// A request about a connector failed, and will be made again.
    Failed(ConnectorName, Fault),
    /// A connector cannot be made as declared.
    Rejected(ConnectorName, Rejection),
    /// The worker could not say whether a configuration is right; it is written all the same.
    Unchecked(ConnectorName, Fault),
    /// A connector was restarted, or a part of it, this often without a long healthy spell.
    Restarted(ConnectorName, Part, u32),
    /// Something is wrong with a connector that a restart is not, or not now, the answer to.
    Troubled(ConnectorName, Trouble),
    /// That is over.
    Untroubled(ConnectorName),
    /// Most connectors fail at once, and one at a time is restarted; or that is over.
    Breaker(Breaker),
    /// All that was done is taken back.
    RollingBack(Cause),
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
