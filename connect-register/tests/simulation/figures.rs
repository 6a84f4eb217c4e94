//! The figures of many runs: how many seeds, how much virtual time, which faults of which requests, and
//! which pairs of them. They say what the net was made of; whether it held is said by the laws.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::bugs::Bug;
use crate::seeds::{self, Gather};
use crate::world::faults::{CELLS, Kind, Phase, pairs};
use crate::world::laws::Broken;
use crate::world::run::{Outcome, run};
use crate::world::scenario::{Scenario, Suite};

/// Seeds that broke a law are named, so many of them.
const NAMED: usize = 20;

/// What came of many runs.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) seeds: u64,
    pub(crate) took: Duration,
    pub(crate) virtual_time: Duration,
    pub(crate) requests: u64,
    pub(crate) effects: u64,
    pub(crate) late: u64,
    pub(crate) redundant: u64,
    pub(crate) deaths: u64,
    pub(crate) rolled_back: u64,
    pub(crate) suites: BTreeMap<Suite, u64>,
    /// How often each fault of each phase happened.
    cells: Vec<u64>,
    pairs: BTreeSet<(u16, u16)>,
    pub(crate) broken: BTreeMap<u64, Vec<Broken>>,
    pub(crate) bad: u64,
}

impl Gather for Figures {
    fn run(&mut self, seed: u64) {
        let scenario = Scenario::of(seed);
        self.add(&scenario, run(&scenario, Bug::NONE, false));
    }

    fn merge(&mut self, other: Self) {
        self.cells.resize(CELLS.len(), 0);
        self.seeds += other.seeds;
        self.virtual_time += other.virtual_time;
        self.requests += other.requests;
        self.effects += other.effects;
        self.late += other.late;
        self.redundant += other.redundant;
        self.deaths += other.deaths;
        self.rolled_back += other.rolled_back;
        self.bad += other.bad;
        for (suite, count) in other.suites {
            *self.suites.entry(suite).or_default() += count;
        }
        for (sum, count) in self.cells.iter_mut().zip(other.cells) {
            *sum += count;
        }
        self.pairs.extend(other.pairs);
        self.broken.extend(other.broken);
        while self.broken.len() > NAMED {
            self.broken.pop_last();
        }
    }
}

impl Figures {
    /// Runs seeds on all processors.
    pub(crate) fn of(seeds: u64) -> Self {
        let began = Instant::now();
        let figures: Self = seeds::over(seeds);
        Self { took: began.elapsed(), ..figures }
    }

    fn add(&mut self, scenario: &Scenario, outcome: Outcome) {
        self.cells.resize(CELLS.len(), 0);
        self.seeds += 1;
        self.virtual_time += outcome.time;
        self.requests += outcome.requests;
        self.effects += outcome.effects as u64;
        self.late += outcome.late as u64;
        self.redundant += outcome.redundant as u64;
        self.deaths += u64::from(outcome.crashed);
        self.rolled_back += outcome.rolled_back as u64;
        *self.suites.entry(scenario.suite).or_default() += 1;
        let cells = &outcome.hits.cells;
        for (place, cell) in cells.iter().enumerate() {
            self.cells[*cell] += 1;
            let number = |cell: usize| u16::try_from(cell).unwrap();
            for other in cells.iter().skip(place + 1) {
                self.pairs.insert((number(*cell.min(other)), number(*cell.max(other))));
            }
        }
        if !outcome.broken.is_empty() {
            self.bad += 1;
            self.broken.insert(scenario.seed, outcome.broken);
            while self.broken.len() > NAMED {
                self.broken.pop_last();
            }
        }
    }

    pub(crate) fn faults(&self) -> u64 {
        self.cells.iter().sum()
    }

    /// Faults of phases that never happened.
    pub(crate) fn never_hit(&self) -> Vec<(Kind, Phase)> {
        CELLS.iter().zip(&self.cells).filter(|(_, count)| **count == 0).map(|(cell, _)| *cell).collect()
    }

    pub(crate) fn cells_hit(&self) -> usize {
        CELLS.len() - self.never_hit().len()
    }

    /// How often a kind of fault happened.
    pub(crate) fn of_kind(&self, kind: Kind) -> u64 {
        CELLS.iter().zip(&self.cells).filter(|((of, _), _)| *of == kind).map(|(_, count)| count).sum()
    }

    /// Pairs of kinds of faults within one run.
    pub(crate) fn kind_pairs_hit(&self) -> usize {
        let kind = |cell: u16| CELLS[usize::from(cell)].0;
        let sorted = |(a, b): (Kind, Kind)| (a.min(b), a.max(b));
        self.pairs.iter().map(|(a, b)| sorted((kind(*a), kind(*b)))).collect::<BTreeSet<_>>().len()
    }

    /// Pairs of faults of phases within one run.
    pub(crate) fn cell_pairs_hit(&self) -> usize {
        self.pairs.len()
    }

    pub(crate) fn cell_pairs() -> usize {
        pairs(CELLS.len())
    }

    pub(crate) fn kind_pairs() -> usize {
        pairs(Kind::ALL.len())
    }
}
