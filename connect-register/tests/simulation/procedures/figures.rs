//! The figures of many runs of procedures.

use std::time::Duration;

use super::bugs::Bug;
use super::{Scenario, run};
use crate::seeds::{self, Gather};

/// What many seeds have tried.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) seeds: u64,
    pub(crate) requests: u64,
    pub(crate) faults: u64,
    pub(crate) deaths: u64,
    pub(crate) taken_back: u64,
    pub(crate) done: u64,
    pub(crate) virtual_time: Duration,
    pub(crate) broken: Vec<(u64, String)>,
}

impl Gather for Figures {
    fn run(&mut self, seed: u64) {
        let outcome = run(&Scenario::of(seed), Bug::NONE, false);
        self.seeds += 1;
        self.requests += outcome.requests;
        self.faults += outcome.faults;
        self.deaths += u64::from(outcome.died);
        self.taken_back += outcome.taken_back;
        self.done += outcome.done;
        self.virtual_time += outcome.time;
        self.broken.extend(outcome.broken.into_iter().map(|how| (seed, how)));
    }

    fn merge(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.requests += other.requests;
        self.faults += other.faults;
        self.deaths += other.deaths;
        self.taken_back += other.taken_back;
        self.done += other.done;
        self.virtual_time += other.virtual_time;
        self.broken.extend(other.broken);
        self.broken.sort();
    }
}

impl Figures {
    /// Runs seeds on all processors.
    pub(crate) fn of(seeds: u64) -> Self {
        seeds::over(seeds)
    }

    /// In a line.
    pub(crate) fn told(&self) -> String {
        format!(
            "{} seeds of procedures, {} virtual hours, {} requests, {} of them with a fault, {} deaths; {} came to \
             their end, {} were taken back",
            self.seeds,
            self.virtual_time.as_secs() / 3600,
            self.requests,
            self.faults,
            self.deaths,
            self.done,
            self.taken_back
        )
    }
}
