//! What a run is about: which connectors there are, who reconciles them and how, and what goes wrong.
//! A seed makes a scenario, always the same.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use connect_register::core::{Backoff, ConnectorName, DesiredState, Prune, Spec};
use connect_register::reconcile::{Conduct, Goal, Mode, OnError, Policy, RestartPolicy};

use super::cluster::{Cluster, Time, Version};
use super::expectation::Expectation;
use super::faults::{CELLS, Cell, Kind, Phase, pair, pairs};
use super::random::Random;
use super::roles::{Part, Role, SET};
use super::ward;
use super::weather::Weather;

/// From then on nothing goes wrong any more; what is asserted is the end.
pub(crate) const CALM: Time = Duration::from_mins(8);

/// What a run shows most of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Suite {
    /// Pairs of faults, one after the other through all of them.
    Pairs,
    /// Many faults by chance.
    Storm,
    /// The process dies at some request.
    Crash,
    /// Two processes at once.
    Duo,
    /// All or nothing.
    Atomic,
    /// It cannot succeed, and ends in time.
    Hopeless,
}

/// What is deleted of what is declared no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pruning {
    Nothing,
    All,
    /// What a saved plan says: one half, for the other half has come since.
    Planned,
}

/// Where a process dies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crash {
    /// At this request, counted from 1.
    pub(crate) at_request: u64,
    pub(crate) moment: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Before,
    After,
}

/// A run.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) seed: u64,
    pub(crate) suite: Suite,
    pub(crate) version: Version,
    pub(crate) roles: Vec<Role>,
    pub(crate) modes: Vec<Mode>,
    pub(crate) on_error: OnError,
    pub(crate) parallel: usize,
    pub(crate) pruning: Pruning,
    pub(crate) weather: Weather,
    /// Whether reads lag behind.
    pub(crate) lags: bool,
    pub(crate) meddles: bool,
    pub(crate) crash: Option<Crash>,
    pub(crate) status_lag: Duration,
    /// The most restarts, where there is a limit; then somebody restarts all at the end.
    pub(crate) most: Option<u32>,
}

const APPLY: Mode = Mode::Apply { timeout: Duration::from_mins(20), goal: Goal::Running };
const WATCH: Mode = Mode::Watch { interval: Duration::from_mins(1), restarts: RestartPolicy::Failed };

impl Scenario {
    /// The scenario of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        let random = &mut Random::new(seed);
        let base = match seed % 8 {
            0..=3 => Self::of_pairs(seed, random),
            4 => Self::any(seed, Suite::Storm, random),
            5 => Self::crashing(seed, random),
            6 => Self::duo(seed, random),
            _ if seed % 32 == 31 => Self::hopeless(seed, random),
            _ => Self::atomic(seed, random),
        };
        base.with_the_sick(&mut Random::new(seed ^ 0x051c_4bed))
    }

    /// Where it is done for ever, there are often some more that do not work, and sometimes a limit.
    fn with_the_sick(mut self, random: &mut Random) -> Self {
        let is_watch = self.modes.iter().all(|mode| matches!(mode, Mode::Watch { .. }));
        if is_watch && random.percent(40) {
            let sick = [Role::Ill, Role::Ill, Role::Ailing, Role::Ailing, Role::Waiting, Role::Idle];
            let more = 1 + random.index(5);
            self.roles.extend((0..more).map(|_| *random.pick(&sick)));
            self.most = *random.pick(&[None, None, Some(2), Some(4)]);
        }
        self
    }

    fn any(seed: u64, suite: Suite, random: &mut Random) -> Self {
        let version = *random.pick(&Version::ALL);
        let count = 1 + random.index(6);
        let roles = (0..count).map(|_| any_role(random, version)).collect();
        let apply = Mode::Apply {
            timeout: random.between(Duration::from_mins(1), Duration::from_mins(20)),
            goal: *random.pick(&[Goal::Running, Goal::Written]),
        };
        Self {
            seed,
            suite,
            version,
            roles,
            modes: vec![if random.percent(50) { apply } else { WATCH }],
            on_error: *random.pick(&[OnError::Stop, OnError::Continue]),
            parallel: *random.pick(&[1, 1, 2, 4]),
            pruning: *random.pick(&[Pruning::Nothing, Pruning::Nothing, Pruning::All, Pruning::Planned]),
            weather: Weather::Storm(*random.pick(&[10, 20, 35])),
            lags: random.percent(50),
            meddles: random.percent(30),
            crash: None,
            status_lag: random.between(Duration::ZERO, Duration::from_secs(3)),
            most: None,
        }
    }

    fn of_pairs(seed: u64, random: &mut Random) -> Self {
        let all = pairs(CELLS.len()) as u64;
        let number = (seed / 8) * 4 + seed % 8;
        let cells = |number: u64| {
            let (first, second) = pair(usize::try_from(number % all).unwrap_or_default(), CELLS.len());
            [CELLS[first], CELLS[second]]
        };
        let script = [cells(number), cells(number + all / 2)].concat();
        let base = Self::any(seed, Suite::Pairs, random);
        let needs_watch = script.iter().any(|(_, phase)| *phase == Phase::Restart);
        Self {
            version: Version::ALL[4 + random.index(2)],
            roles: roles_for(&script, random),
            modes: vec![if needs_watch || random.percent(30) { WATCH } else { APPLY }],
            pruning: Pruning::All,
            weather: Weather::Script(script),
            meddles: false,
            ..base
        }
    }

    fn crashing(seed: u64, random: &mut Random) -> Self {
        let moment = *random.pick(&[Moment::Before, Moment::After]);
        let crash = Some(Crash { at_request: 1 + random.below(30), moment });
        let weather = if random.percent(50) { Weather::Clear } else { Weather::Storm(20) };
        Self { crash, weather, meddles: false, ..Self::any(seed, Suite::Crash, random) }
    }

    fn duo(seed: u64, random: &mut Random) -> Self {
        let base = Self::any(seed, Suite::Duo, random);
        let modes = vec![WATCH, if random.percent(70) { WATCH } else { APPLY }];
        let weather = if random.percent(30) { Weather::Clear } else { base.weather.clone() };
        Self { modes, weather, ..base }
    }

    fn atomic(seed: u64, random: &mut Random) -> Self {
        let base = Self::any(seed, Suite::Atomic, random);
        let mut roles = base.roles;
        let spoiler = *random.pick(&[Role::Refused, Role::WillAil, Role::Old]);
        roles.insert(random.index(roles.len() + 1), spoiler);
        let weather = match random.below(3) {
            0 => Weather::Clear,
            1 => Weather::Script(vec![*random.pick(&CELLS), *random.pick(&CELLS)]),
            _ => Weather::Storm(10),
        };
        let timeout = random.between(Duration::from_mins(2), Duration::from_mins(10));
        let goal = if spoiler == Role::WillAil { Goal::Running } else { *random.pick(&[Goal::Running, Goal::Written]) };
        let modes = vec![Mode::Apply { timeout, goal }];
        Self { roles, modes, weather, on_error: OnError::RollBack, meddles: false, ..base }
    }

    fn hopeless(seed: u64, random: &mut Random) -> Self {
        let timeout = random.between(Duration::from_secs(20), Duration::from_mins(5));
        let modes = vec![Mode::Apply { timeout, goal: Goal::Running }];
        let kind = *random.pick(&[Kind::Rebalance, Kind::Refused, Kind::Stall, Kind::Transient, Kind::TimedOut]);
        Self { modes, weather: Weather::Hopeless(kind), meddles: false, ..Self::any(seed, Suite::Hopeless, random) }
    }

    /// The scenario of a seed for the layer with a network of its own: the faults here are those that a
    /// worker answers with.
    pub(crate) fn over_sockets(seed: u64) -> Self {
        let random = &mut Random::new(seed ^ 0x050c_4e75);
        let base = Self::any(seed, Suite::Storm, random);
        let apply = Mode::Apply { timeout: Duration::from_mins(4), goal: Goal::Running };
        let modes = match seed % 4 {
            0 | 1 => vec![apply],
            2 => vec![WATCH],
            _ => vec![WATCH, apply],
        };
        let weather = if random.percent(50) { Weather::Clear } else { Weather::Storm(10) };
        Self { modes, weather, meddles: false, on_error: OnError::Stop, ..base }
    }

    /// The connectors of this run.
    pub(crate) fn parts(&self) -> Vec<Part> {
        // There is always somebody else's.
        let roles = self.roles.iter().copied().chain([Role::Foreign(2)]);
        roles.enumerate().map(|(number, role)| role.part(number)).collect()
    }

    /// What is declared.
    pub(crate) fn specs(parts: &[Part]) -> Vec<Arc<Spec>> {
        parts.iter().filter_map(|part| part.spec.clone()).collect()
    }

    /// The cluster in the beginning.
    pub(crate) fn cluster(&self, parts: &[Part]) -> Cluster {
        let before = parts.iter().filter_map(|part| Some((part.name.clone(), part.before.clone()?)));
        Cluster::new(self.version, before.collect(), self.status_lag)
    }

    pub(crate) fn expectation(&self, parts: &[Part], cluster: &Cluster) -> Expectation {
        let declared = parts.iter().filter_map(|part| Some((part.name.clone(), part.declared.clone()?)));
        let agreed = self.agreed();
        let is_to_go = |part: &&Part| {
            let is_agreed = |names: &BTreeSet<ConnectorName>| names.iter().any(|name| name.as_str() == part.name);
            part.name.starts_with("orphan") && agreed.as_ref().is_none_or(is_agreed)
        };
        let orphans = parts.iter().filter(is_to_go);
        Expectation {
            declared: declared.collect(),
            orphans: orphans.map(|part| part.name.clone()).collect(),
            prunes: self.pruning != Pruning::Nothing,
            goes_back: self.on_error == OnError::RollBack,
            deletes_last: self.on_error == OnError::Stop
                && !self.meddles
                && matches!(self.modes.as_slice(), [Mode::Apply { .. }]),
            before: (*cluster.connectors).clone(),
        }
    }

    pub(crate) fn policy(&self, mode: Mode, salt: u64) -> Policy {
        Policy {
            mode,
            backoff: Backoff::of_requests(self.seed ^ salt),
            parallel: self.parallel,
            on_error: self.on_error,
            prune: (self.pruning != Pruning::Nothing).then(|| Prune { only: self.agreed(), ..Prune::of_set(SET) }),
            conduct: Conduct::Mend,
            healing: ward::policy(self.most),
        }
    }

    /// Those that may be deleted, where a saved plan says which.
    fn agreed(&self) -> Option<BTreeSet<ConnectorName>> {
        let every_other =
            self.roles.iter().enumerate().filter(|(number, role)| **role == Role::Orphan && number.is_multiple_of(2));
        let names = every_other.map(|(number, role)| ConnectorName::reported(role.part(number).name));
        (self.pruning == Pruning::Planned).then(|| names.collect())
    }

    /// Whether it can end with all as declared.
    pub(crate) fn can_succeed(&self) -> bool {
        // An atomic apply does not begin what it could not take back behind a mask.
        let is_one_way = |role: &Role| match role {
            Role::Rotated => self.version.masks,
            _ => false,
        };
        let is_atomic = self.on_error == OnError::RollBack;
        self.suite != Suite::Hopeless
            && !self.roles.contains(&Role::Refused)
            && !(is_atomic && self.roles.iter().any(is_one_way))
    }
}

fn any_role(random: &mut Random, version: Version) -> Role {
    let idle = if version.stops { DesiredState::Stopped } else { DesiredState::Paused };
    *random.pick(&[
        Role::New,
        Role::New,
        Role::NewIdle(DesiredState::Paused),
        Role::NewIdle(idle),
        Role::Same,
        Role::Unsigned,
        Role::Old,
        Role::Old,
        Role::Kept,
        Role::State(DesiredState::Running, idle),
        Role::State(DesiredState::Paused, DesiredState::Running),
        Role::Paused,
        Role::Ill,
        Role::IllIdle,
        Role::Rotated,
        Role::Secret,
        Role::Ailing,
        Role::Orphan,
        Role::Orphan,
        Role::Foreign(0),
        Role::Foreign(1),
    ])
}

/// Connectors that need requests of all phases of a script, of each as many as it has faults for it.
fn roles_for(script: &[Cell], random: &mut Random) -> Vec<Role> {
    let role = |(_, phase): &Cell| match phase {
        Phase::Observe => Role::Same,
        Phase::Check | Phase::Inspect => Role::New,
        Phase::Version | Phase::Create => Role::NewIdle(DesiredState::Stopped),
        Phase::Write => Role::Old,
        Phase::Patch => Role::Kept,
        Phase::State => Role::State(DesiredState::Running, DesiredState::Paused),
        Phase::Delete => Role::Orphan,
        Phase::Restart => Role::Ill,
    };
    let mut roles: Vec<Role> = script.iter().map(role).collect();
    if random.percent(30) {
        roles.push(*random.pick(&[Role::Rotated, Role::Secret, Role::Unsigned]));
    }
    roles
}
