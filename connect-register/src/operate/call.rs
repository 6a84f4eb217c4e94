//! What goes into a step and what comes out: events, requests, and notes for whoever looks on.

use std::sync::Arc;
use std::time::Duration;

use super::aim::{Aim, Scope};
use crate::core::offsets::{Moves, Offsets};
use crate::core::{ConnectorStatus, DesiredState, Fault, ObservedConfig, Payload};

/// Time since it began. The step has no clock; whoever drives it tells the time.
pub type Time = Duration;

/// Which of two clusters; who works on one has nothing there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The cluster that the connector is on.
    #[default]
    Here,
    /// The cluster that it moves to.
    There,
}

/// A call to a cluster, about the one connector of a procedure.
#[derive(Clone, Debug)]
pub struct Call {
    /// To which.
    pub side: Side,
    /// Which.
    pub what: What,
}

/// What is called.
#[derive(Clone, Debug)]
pub enum What {
    /// Read its status.
    Status,
    /// Read its configuration.
    Config,
    /// Read its offsets.
    Offsets,
    /// Keep these, so that there is a way back whatever happens; to no cluster at all.
    Keep(Arc<Kept>),
    /// Ask for a state.
    Ask(DesiredState),
    /// Restart parts of it.
    Restart(Scope),
    /// Make it, stopped.
    Create(Arc<Payload>),
    /// Change its offsets.
    Alter(Arc<Moves>),
    /// Forget its offsets.
    Clear,
    /// Delete it.
    Delete,
}

impl What {
    /// Whether it changes the cluster.
    pub fn is_write(&self) -> bool {
        !matches!(self, Self::Status | Self::Config | Self::Offsets | Self::Keep(_))
    }
}

/// What is kept before offsets are changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The offsets.
    pub offsets: Offsets,
    /// The state that it goes back to.
    pub state: Option<DesiredState>,
    /// Whether it was stopped when they were read; before that nothing is changed, and it reads on.
    pub is_final: bool,
}

/// What a call brought.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Its status, where there is one.
    Status(Option<ConnectorStatus>),
    /// Its configuration, where it is there.
    Config(Option<ObservedConfig>),
    /// Its offsets, where it is there.
    Offsets(Option<Offsets>),
    /// It was done, or accepted.
    Done,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// It begins.
    Begin,
    /// The call was answered, or failed.
    Answered(Result<Answer, Fault>),
    /// The time asked for has come.
    Woken,
    /// Somebody wants it to stop. What was asked for and not called yet is not called any more.
    Stop,
}

/// Something to do for the step; at most one of a call and a wake.
#[derive(Clone, Debug)]
pub enum Request {
    /// Make this call, and hand in its answer.
    Call(Call),
    /// Hand in [`Event::Woken`] at this time.
    Wake(Time),
    /// Tell whoever looks on.
    Tell(Note),
}

/// Something worth telling.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// It is waited for, and this is why.
    Waiting(String),
    /// It was asked for.
    Asked(Side, Aim),
    /// It is so.
    Reached(Side, Aim),
    /// A call failed, and is made again.
    Again(Fault),
    /// What was done is taken back.
    TakingBack(String),
}
