//! Which planted bug is caught by which law and at which seed, beside the product that passes the same
//! seed.

use crate::bugs::{self, Bug};
use crate::world::laws::Law;
use crate::world::run::run;
use crate::world::scenario::Scenario;

/// A bug that was caught.
#[derive(Clone, Debug)]
pub(crate) struct Catch {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) law: Law,
    pub(crate) seed: u64,
}

/// Tries every planted bug on so many seeds; those that slipped through are named.
pub(crate) fn all(most: u64) -> (Vec<Catch>, Vec<&'static str>) {
    let (mut catches, mut slipped) = (Vec::new(), Vec::new());
    for bug in bugs::all() {
        match first(bug, most) {
            Some(catch) => catches.push(catch),
            None => slipped.push(bug.name),
        }
    }
    (catches, slipped)
}

fn first(bug: Bug, most: u64) -> Option<Catch> {
    (0..most).find_map(|seed| {
        let scenario = Scenario::of(seed);
        let broken = run(&scenario, bug, false).broken.into_iter().next()?;
        let is_right = run(&scenario, Bug::NONE, false).broken.is_empty();
        assert!(is_right, "seed {seed} breaks a law without the planted bug {}", bug.name);
        Some(Catch { name: bug.name, what: bug.what, law: broken.law, seed })
    })
}
