//! The state that a connector is declared to be in, beside its configuration. Connect calls it the
//! target state; what a connector really does is its health.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::State;

/// A state that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DesiredState {
    /// It does its work.
    Running,
    /// Its tasks are there and idle.
    Paused,
    /// It has no tasks (Kafka 3.5 and newer).
    Stopped,
}

impl DesiredState {
    /// Every state that can be asked for.
    pub const ALL: [Self; 3] = [Self::Running, Self::Paused, Self::Stopped];

    /// Reads `running`, `paused` or `stopped`, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word().eq_ignore_ascii_case(text))
    }

    /// The state in a word, as templates have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
        }
    }

    /// The state as Connect names it, in `initial_state` too.
    pub fn of_connect(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Stopped => "STOPPED",
        }
    }

    /// What was asked for, as far as the state that a worker reports tells: a connector that has
    /// failed, starts or is unassigned may have been asked for anything.
    pub fn reported(state: &State) -> Option<Self> {
        match state {
            State::Running | State::Restarting => Some(Self::Running),
            State::Paused => Some(Self::Paused),
            State::Stopped => Some(Self::Stopped),
            State::Unassigned | State::Failed | State::Other(_) => None,
        }
    }
}

impl fmt::Display for DesiredState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::DesiredState;
    use crate::core::State;

    #[test]
    fn a_state_is_read_in_any_case_and_told_from_what_connect_reports() {
        for state in DesiredState::ALL {
            assert_eq!(DesiredState::parse(state.of_connect()), Some(state));
            assert_eq!(DesiredState::reported(&State::parse(state.of_connect())), Some(state));
        }
        assert_eq!(DesiredState::parse("failed"), None);
        assert_eq!(DesiredState::reported(&State::Failed), None);
    }
}
