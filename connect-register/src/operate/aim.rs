//! What is to be brought about, one aim after the other, and on which of two clusters.

use std::fmt;
use std::sync::Arc;

use super::call::Side;
use crate::core::offsets::Edit;
use crate::core::{DesiredState, Part, Payload};

/// Which parts of a connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A part of it.
    Part(Part),
    /// These tasks.
    Tasks(Vec<u32>),
}

/// What is to be brought about.
#[derive(Clone, Debug, PartialEq)]
pub enum Aim {
    /// It, with all its tasks, is in this state.
    Be(DesiredState),
    /// It is in the state that it was found in.
    BeAsBefore,
    /// Parts of it are started anew.
    Restarted(Scope),
    /// There is no such connector.
    Gone,
    /// There is one with this configuration, that was made stopped.
    There(Arc<Payload>),
    /// It is known which state it is in.
    Found,
    /// Its offsets are known, and kept with its state by whoever drives, who has the way back then.
    Kept,
    /// Its offsets are changed.
    Offsets(Edit),
    /// Its offsets are those that were kept.
    OffsetsAsKept,
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Be(state) => write!(f, "to be {state}"),
            Self::BeAsBefore => f.write_str("to be as before"),
            Self::Restarted(Scope::Part(Part::All)) => f.write_str("to be restarted with all its tasks"),
            Self::Restarted(Scope::Part(Part::Failed)) => f.write_str("to be restarted where it has failed"),
            Self::Restarted(Scope::Part(Part::Connector)) => f.write_str("to be restarted without its tasks"),
            Self::Restarted(Scope::Tasks(tasks)) => {
                let tasks: Vec<_> = tasks.iter().map(ToString::to_string).collect();
                write!(f, "to restart task {}", tasks.join(", "))
            }
            Self::Gone => f.write_str("to be gone"),
            Self::There(_) => f.write_str("to be there, stopped"),
            Self::Found => f.write_str("to tell its state"),
            Self::Kept => f.write_str("to tell its offsets"),
            Self::Offsets(_) | Self::OffsetsAsKept => f.write_str("to have its offsets changed"),
        }
    }
}

/// What it means that a connector has failed where it was to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnIll {
    /// It is told; what was done stays.
    #[default]
    Tell,
    /// What was done is taken back.
    TakeBack,
}

/// One aim, on one cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// On which cluster.
    pub side: Side,
    /// What is to be brought about.
    pub aim: Aim,
    /// What it means that the connector has failed.
    pub on_ill: OnIll,
}

impl Move {
    /// An aim on the first cluster.
    pub fn here(aim: Aim) -> Self {
        Self { side: Side::Here, aim, on_ill: OnIll::Tell }
    }

    /// An aim on the second cluster, which is taken back where the connector fails.
    pub fn there(aim: Aim) -> Self {
        Self { side: Side::There, aim, on_ill: OnIll::TakeBack }
    }
}
