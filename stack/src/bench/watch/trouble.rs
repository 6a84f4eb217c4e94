//! What goes wrong while `watch` is at work: one thing at a time, chosen by a seed.

use std::fmt;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Something that goes wrong, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// A worker is killed; whoever watches over it starts it again.
    Worker(usize),
    /// The table of a connector is away: its tasks fail.
    Table(usize, Duration),
    /// PostgreSQL is stopped.
    Database(Duration),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Worker(worker) => write!(f, "worker {} is killed", worker + 1),
            Self::Table(table, pause) => write!(f, "a table is away for {} s: {table}", pause.as_secs()),
            Self::Database(pause) => write!(f, "PostgreSQL is stopped for {} s", pause.as_secs()),
        }
    }
}

/// All that goes wrong, and the pause before each.
#[derive(Debug)]
pub(super) struct Troubles {
    random: StdRng,
    tables: usize,
}

impl Troubles {
    pub(super) fn new(seed: u64, tables: usize) -> Self {
        Self { random: StdRng::seed_from_u64(seed), tables }
    }
}

impl Iterator for Troubles {
    type Item = (Duration, Trouble);

    fn next(&mut self) -> Option<Self::Item> {
        let mut seconds = |least, most| Duration::from_secs(self.random.random_range(least..=most));
        let (before, away, stopped) = (seconds(20, 60), seconds(5, 40), seconds(3, 15));
        Some((
            before,
            match self.random.random_range(0..10) {
                0..4 => Trouble::Worker(self.random.random_range(0..2)),
                4..8 => Trouble::Table(self.random.random_range(0..self.tables), away),
                _ => Trouble::Database(stopped),
            },
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_troubles_again_and_all_kinds_of_them() {
        let told = |seed| Troubles::new(seed, 3).take(40).map(|(_, trouble)| trouble).collect::<Vec<_>>();
        assert_eq!(told(1), told(1));
        assert_ne!(told(1), told(2));
        let has = |is: fn(&Trouble) -> bool| told(1).iter().any(is);
        assert!(has(|it| matches!(it, Trouble::Worker(1))) && has(|it| matches!(it, Trouble::Table(..))));
        assert!(has(|it| matches!(it, Trouble::Database(_))));
    }
}
