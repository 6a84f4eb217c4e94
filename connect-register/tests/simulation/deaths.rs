//! A process that dies at every request in turn, before it is sent and after, in every small scenario
//! and with every fault of what it writes: what comes after it finishes the work.

use std::time::Duration;

use connect_register::core::DesiredState;
use connect_register::reconcile::{Goal, Mode, OnError, RestartPolicy};

use crate::bugs::Bug;
use crate::world::cluster::Version;
use crate::world::faults::{Kind, Phase};
use crate::world::roles::Role;
use crate::world::run::run;
use crate::world::scenario::{Crash, Moment, Pruning, Scenario, Suite};
use crate::world::weather::Weather;

/// A watch goes on for ever; deaths at later requests than this are like earlier ones.
const MOST: u64 = 16;

/// A connector, and the request that brings it about.
const SMALL: [(Role, Phase); 9] = [
    (Role::New, Phase::Write),
    (Role::NewIdle(DesiredState::Stopped), Phase::Create),
    (Role::Old, Phase::Write),
    (Role::Kept, Phase::Patch),
    (Role::State(DesiredState::Running, DesiredState::Paused), Phase::State),
    (Role::Rotated, Phase::Write),
    (Role::Secret, Phase::Observe),
    (Role::Orphan, Phase::Delete),
    (Role::Ill, Phase::Restart),
];

/// Runs all of them; how many there were, and those that broke a law.
pub(crate) fn all() -> (u64, Vec<String>) {
    let (mut runs, mut broken) = (0, Vec::new());
    for (role, phase) in SMALL {
        let faults = Kind::ALL.into_iter().filter(|kind| kind.is_meaningful(phase)).map(Some).chain([None]);
        for fault in faults {
            for moment in [Moment::Before, Moment::After] {
                for at_request in 1..=MOST {
                    let weather = fault.map_or(Weather::Clear, |kind| Weather::Script(vec![(kind, phase)]));
                    let scenario = small(role, weather, Crash { at_request, moment });
                    let outcome = run(&scenario, Bug::NONE, false);
                    if !outcome.crashed {
                        break;
                    }
                    runs += 1;
                    if !outcome.broken.is_empty() {
                        let trace = run(&scenario, Bug::NONE, true).trace;
                        broken.push(format!("{scenario:?}\n{trace}\n{:?}", outcome.broken));
                    }
                }
            }
        }
    }
    (runs, broken)
}

fn small(role: Role, weather: Weather, crash: Crash) -> Scenario {
    let mode = if role == Role::Ill {
        Mode::Watch { interval: Duration::from_mins(1), restarts: RestartPolicy::Failed }
    } else {
        Mode::Apply { timeout: Duration::from_mins(10), goal: Goal::Running }
    };
    Scenario {
        seed: crash.at_request,
        suite: Suite::Crash,
        version: Version::ALL[4],
        roles: vec![role],
        modes: vec![mode],
        on_error: OnError::Stop,
        parallel: 1,
        pruning: Pruning::All,
        weather,
        lags: crash.at_request.is_multiple_of(2),
        meddles: false,
        crash: Some(crash),
        status_lag: Duration::from_secs(1),
        most: None,
    }
}
