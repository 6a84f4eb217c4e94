//! The breaker over all connectors: where most of them fail at once, what ails them is none of theirs, and
//! one restart at a time is enough to find out when it is over.

use std::time::Duration;

use super::member::Member;
use super::request::Time;
use crate::core::Verdict;

/// Fewer connectors than this that have tasks have nothing in common.
const FEWEST: usize = 4;

/// Whether most connectors fail at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Breaker {
    /// Each for itself.
    #[default]
    Closed,
    /// One at a time is restarted.
    Open {
        /// When the last one was.
        probed: Option<Time>,
    },
    /// One runs again, and so may the others.
    Passed,
}

/// What one look shows of all connectors that are to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Those that have tasks, or have failed.
    pub(super) working: usize,
    pub(super) failed: usize,
    /// Those that ran at the last look, and have failed since.
    pub(super) fallen: usize,
    /// Those that had failed, and run.
    pub(super) risen: usize,
}

impl Tally {
    /// Takes one connector in, before its new verdict is noted.
    pub(super) fn add(&mut self, member: &Member, verdict: &Verdict) {
        if !member.is_to_run() {
            return;
        }
        let is_failed = matches!(verdict, Verdict::Failed { .. });
        let had_failed = matches!(member.verdict, Verdict::Failed { .. });
        self.working += usize::from(is_failed || *verdict == Verdict::Running);
        self.failed += usize::from(is_failed);
        self.fallen += usize::from(is_failed && member.verdict == Verdict::Running);
        self.risen += usize::from(had_failed && *verdict == Verdict::Running);
    }

    fn is_common(self) -> bool {
        self.working >= FEWEST && self.failed * 2 > self.working
    }
}

impl Breaker {
    /// What it is after a look.
    pub(super) fn after(self, tally: Tally) -> Self {
        match self {
            _ if !tally.is_common() => Self::Closed,
            Self::Closed => Self::Open { probed: None },
            Self::Open { .. } if tally.risen > 0 => Self::Passed,
            Self::Passed if tally.fallen > 0 => Self::Open { probed: None },
            Self::Open { .. } | Self::Passed => self,
        }
    }

    /// Whether it is open.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// How many may be restarted in the round that began then.
    pub(super) fn may_restart(self, began: Time, interval: Duration) -> usize {
        match self {
            Self::Closed | Self::Passed => usize::MAX,
            Self::Open { probed } => usize::from(probed.is_none_or(|probed| began >= probed.saturating_add(interval))),
        }
    }

    /// One was restarted.
    pub(super) fn probed(&mut self, began: Time) {
        if let Self::Open { probed } = self {
            *probed = Some(began);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(working: usize, failed: usize, fallen: usize, risen: usize) -> Tally {
        Tally { working, failed, fallen, risen }
    }

    #[test]
    fn most_of_at_least_four_that_fail_open_it_and_one_that_runs_again_lets_all_pass() {
        let open = Breaker::Open { probed: None };
        let table = [
            (Breaker::Closed, tally(3, 3, 3, 0), Breaker::Closed),
            (Breaker::Closed, tally(4, 2, 2, 0), Breaker::Closed),
            (Breaker::Closed, tally(4, 3, 0, 0), open),
            (open, tally(4, 4, 1, 0), open),
            (open, tally(4, 3, 0, 1), Breaker::Passed),
            (Breaker::Passed, tally(4, 3, 0, 0), Breaker::Passed),
            (Breaker::Passed, tally(4, 4, 1, 0), open),
            (Breaker::Passed, tally(4, 2, 0, 1), Breaker::Closed),
            (open, tally(4, 0, 0, 4), Breaker::Closed),
        ];
        for (before, tally, after) in table {
            assert_eq!(before.after(tally), after, "{before:?} {tally:?}");
        }
    }

    #[test]
    fn while_it_is_open_one_is_restarted_an_interval() {
        let (mut breaker, interval) = (Breaker::Open { probed: None }, Duration::from_secs(30));
        assert_eq!(breaker.may_restart(Time::ZERO, interval), 1);
        breaker.probed(Time::from_secs(10));
        assert_eq!(breaker.may_restart(Time::from_secs(39), interval), 0);
        assert_eq!(breaker.may_restart(Time::from_secs(40), interval), 1);
        assert_eq!(Breaker::Passed.may_restart(Time::ZERO, interval), usize::MAX);
    }
}
