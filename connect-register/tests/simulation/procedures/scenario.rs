//! What a run is about: what is to be done, what it is done to, and what goes wrong. A seed makes a
//! scenario, always the same.

use std::time::Duration;

use connect_register::core::DesiredState;
use serde_json::{Value, json};

use super::site::Site;
use crate::world::cluster::Time;
use crate::world::faults;
use crate::world::random::Random;
use crate::world::scenario::Moment;
use crate::world::weather::Weather;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Be(Wanted),
    RestartFailed,
    Delete,
    DeleteWithOffsets,
    Shift,
    Exactly,
    Clear,
    Migrate,
}

/// A state, in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wanted {
    Running,
    Paused,
    Stopped,
}

impl Wanted {
    pub(crate) fn state(self) -> DesiredState {
        match self {
            Self::Running => DesiredState::Running,
            Self::Paused => DesiredState::Paused,
            Self::Stopped => DesiredState::Stopped,
        }
    }
}

impl Kind {
    pub(crate) const ALL: [Self; 10] = [
        Self::Shift,
        Self::Migrate,
        Self::Be(Wanted::Running),
        Self::Be(Wanted::Paused),
        Self::Be(Wanted::Stopped),
        Self::RestartFailed,
        Self::Delete,
        Self::DeleteWithOffsets,
        Self::Exactly,
        Self::Clear,
    ];

    /// Whether what leads back is kept.
    pub(crate) fn keeps(self) -> bool {
        matches!(self, Self::Shift | Self::Exactly | Self::Clear | Self::Migrate)
    }

    /// Whether it is taken back where it fails.
    pub(crate) fn takes_back(self) -> bool {
        self.keeps() || self == Self::DeleteWithOffsets
    }
}

/// Where a process dies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crash {
    /// At this request, counted from 1.
    pub(crate) at_request: u64,
    pub(crate) moment: Moment,
}

/// A run.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) seed: u64,
    pub(crate) kind: Kind,
    pub(crate) found: DesiredState,
    pub(crate) has_failed: bool,
    pub(crate) weather: Weather,
    pub(crate) lags: bool,
    pub(crate) crash: Option<Crash>,
    pub(crate) meddling: Vec<(Time, DesiredState)>,
    stops_in: Duration,
    status_in: Duration,
}

impl Scenario {
    /// The scenario of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        let random = &mut Random::new(seed ^ 0x0ff5);
        let kind = Kind::ALL[usize::try_from(seed % 10).unwrap()];
        let found = match kind {
            Kind::RestartFailed => DesiredState::Running,
            _ => *random.pick(&[
                DesiredState::Running,
                DesiredState::Running,
                DesiredState::Paused,
                DesiredState::Stopped,
            ]),
        };
        let has_failed = match kind {
            Kind::RestartFailed => random.percent(70),
            _ => false,
        };
        let weather = match random.below(4) {
            0 => Weather::Clear,
            1 | 2 => Weather::Script((0..=random.below(2)).map(|_| any_cell(random)).collect()),
            _ => Weather::Storm(*random.pick(&[10, 20, 35])),
        };
        let moment = *random.pick(&[Moment::Before, Moment::After]);
        let crash = random.percent(35).then(|| Crash { at_request: 1 + random.below(18), moment });
        let states = [DesiredState::Running, DesiredState::Paused, DesiredState::Stopped];
        let meddling = if random.percent(12) {
            vec![(random.between(Duration::ZERO, Duration::from_secs(20)), *random.pick(&states))]
        } else {
            vec![]
        };
        Self {
            seed,
            kind,
            found,
            has_failed,
            weather,
            lags: random.percent(40),
            crash,
            meddling,
            stops_in: random.between(Duration::ZERO, Duration::from_secs(8)),
            status_in: random.between(Duration::ZERO, Duration::from_secs(3)),
        }
    }

    /// Whether nothing happens for which it may give up.
    pub(crate) fn has_to_succeed(&self) -> bool {
        let passes = match &self.weather {
            Weather::Clear => true,
            Weather::Script(cells) => cells.iter().all(|(kind, _)| !kind.may_be_given_up()),
            Weather::Storm(_) | Weather::Hopeless(_) => false,
        };
        passes && self.meddling.is_empty() && self.crash.is_none()
    }

    pub(crate) fn config() -> Value {
        json!({"connector.class": "x.Sink", "topics": "t"})
    }

    pub(crate) fn here(&self) -> Site {
        let mut config = Self::config();
        config["name"] = json!("c");
        Site::new(Some((config, self.found, self.has_failed)), self.stops_in, self.status_in)
    }

    pub(crate) fn there(&self) -> Site {
        Site::new(None, self.stops_in, self.status_in)
    }
}

fn any_cell(random: &mut Random) -> faults::Cell {
    use faults::Phase::{Check, Create, Delete, Patch, Restart, State};
    loop {
        let cell @ (kind, phase) = (
            *random.pick(&faults::Kind::ALL),
            *random.pick(&[Check, Check, State, State, Patch, Patch, Create, Delete, Restart]),
        );
        if kind.is_meaningful(phase) {
            return cell;
        }
    }
}
