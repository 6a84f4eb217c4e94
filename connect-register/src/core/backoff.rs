//! Back-off: how long to wait after the n-th failure, jittered and bounded. Pure: the jitter comes
//! from a seed, so that a simulation replays exactly.

use std::time::Duration;

/// An exponential back-off with jitter: the n-th delay lies between half of and the whole of
/// `base * 2^n`, at most `cap`.
#[derive(Clone, Debug)]
pub struct Backoff {
    base: Duration,
    cap: Duration,
    seed: u64,
}

impl Backoff {
    /// A back-off from `base` to `cap`; equal seeds give equal delays.
    pub fn new(base: Duration, cap: Duration, seed: u64) -> Self {
        Self { base, cap, seed }
    }

    /// What a REST client of Connect wants: from a quarter of a second to five seconds. A rebalance
    /// takes seconds, and a worker that is starting refuses connections for as long.
    pub fn of_requests(seed: u64) -> Self {
        Self::new(Duration::from_millis(250), Duration::from_secs(5), seed)
    }

    /// The delay after failure number `attempt`, from 0. `salt` keeps two connectors apart.
    pub fn delay(&self, attempt: u32, salt: u64) -> Duration {
        let whole = self.base.saturating_mul(2_u32.saturating_pow(attempt.min(20))).min(self.cap);
        let random = mix(self.seed ^ salt.rotate_left(17) ^ u64::from(attempt));
        // 53 random bits as a share of one.
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64 exactly")]
        let share = (random >> 11) as f64 / (1_u64 << 53) as f64;
        whole.mul_f64(0.5 + share / 2.0)
    }
}

/// `splitmix64`, <https://prng.di.unimi.it/splitmix64.c>: enough for jitter.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// When a sidecar looks again at what a worker has refused: after 10, 20, 40 … seconds, at most five
/// minutes apart. Somebody may have put it right, and asking costs next to nothing at this pace.
pub fn refusal_delay(refusals: u32) -> Duration {
    match refusals {
        0 => Duration::ZERO,
        n => Duration::from_secs(10).saturating_mul(2_u32.saturating_pow((n - 1).min(10))).min(REFUSAL_CAP),
    }
}

const REFUSAL_CAP: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_refused_is_asked_for_more_and_more_rarely_down_to_once_in_five_minutes() {
        let delays: Vec<_> = (0..9).map(|n| refusal_delay(n).as_secs()).collect();
        assert_eq!(delays, [0, 10, 20, 40, 80, 160, 300, 300, 300]);
    }

    proptest! {
        #[test]
        fn a_delay_is_bounded_and_repeatable(seed: u64, salt: u64, attempt: u32) {
            let backoff = Backoff::of_requests(seed);
            let delay = backoff.delay(attempt, salt);
            prop_assert!(delay >= Duration::from_millis(125) && delay <= Duration::from_secs(5));
            prop_assert_eq!(delay, Backoff::of_requests(seed).delay(attempt, salt));
        }
    }
}
