//! When a part that died is started again: soon, then after longer and longer pauses, then not any
//! more. Pure; the clock is the caller's.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(20);
/// Ten deaths in a row take about a minute and a half of pauses.
const MOST: u32 = 10;
/// Who lived this long starts afresh.
const STABLE: Duration = Duration::from_mins(1);

/// The deaths of one part in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Backoff {
    deaths: u32,
}

impl Backoff {
    /// The pause before the next start of a part that lived for `lived`; `None` to give up.
    pub(crate) fn after_death(&mut self, lived: Duration) -> Option<Duration> {
        if lived >= STABLE {
            self.deaths = 0;
        }
        self.deaths += 1;
        (self.deaths <= MOST).then(|| (FIRST * 2_u32.pow(self.deaths - 1)).min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_end() {
        let mut backoff = Backoff::default();
        let pauses: Vec<u128> =
            std::iter::from_fn(|| backoff.after_death(Duration::ZERO)).map(|pause| pause.as_millis()).collect();
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000, 20_000]);
    }

    #[test]
    fn a_part_that_lived_long_starts_afresh() {
        let mut backoff = Backoff::default();
        for _ in 0..5 {
            backoff.after_death(Duration::ZERO);
        }
        assert_eq!(backoff.after_death(STABLE), Some(FIRST));
    }
}
