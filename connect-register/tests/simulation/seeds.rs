//! Many seeds, on all processors.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is gathered over seeds.
pub(crate) trait Gather: Default + Send {
    /// Runs a seed and adds what came of it.
    fn run(&mut self, seed: u64);

    /// Adds what another processor has gathered.
    fn merge(&mut self, other: Self);
}

/// Gathers over the first so many seeds.
pub(crate) fn over<T: Gather>(seeds: u64) -> T {
    let (next, all) = (AtomicU64::new(0), Mutex::new(T::default()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = T::default();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        break;
                    }
                    own.run(seed);
                }
                all.lock().unwrap().merge(own);
            });
        }
    });
    all.into_inner().unwrap()
}
