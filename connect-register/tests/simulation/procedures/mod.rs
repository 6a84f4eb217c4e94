//! Procedures in a world of their own: two small clusters with one connector, virtual time, every fault
//! of the network, a death at each request, somebody else at work on the same connector, and the laws that
//! each run has to keep.

pub(crate) mod bugs;
mod goal;
mod process;
mod run;
mod scenario;
mod site;
mod world;

pub(crate) use run::{Outcome, run};
pub(crate) use scenario::Scenario;

/// What many seeds have tried.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) seeds: u64,
    pub(crate) requests: u64,
    pub(crate) faults: u64,
    pub(crate) deaths: u64,
    pub(crate) taken_back: u64,
    pub(crate) done: u64,
    pub(crate) virtual_time: std::time::Duration,
    pub(crate) broken: Vec<(u64, String)>,
}

impl Figures {
    /// Runs seeds on all processors.
    pub(crate) fn of(seeds: u64) -> Self {
        use std::sync::atomic::{AtomicU64, Ordering};
        let (next, all) = (AtomicU64::new(0), std::sync::Mutex::new(Self::default()));
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let mut own = Self::default();
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= seeds {
                            break;
                        }
                        own.add(seed, run(&Scenario::of(seed), bugs::Bug::NONE, false));
                    }
                    all.lock().unwrap().merge(own);
                });
            }
        });
        all.into_inner().unwrap()
    }

    fn add(&mut self, seed: u64, outcome: Outcome) {
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
