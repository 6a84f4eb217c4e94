//! The weather: when a request goes wrong, and how. It comes from a seed and from the request itself,
//! so that the same request for the n-th time meets the same fault, whatever runs beside it; only how
//! long a storm lasts is the clock's affair.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::wrong::Wrong;

/// How often what goes wrong, and how long it takes.
#[derive(Clone, Debug)]
pub struct Weather {
    /// Equal seeds give equal faults.
    pub seed: u64,
    /// How many of a hundred requests go wrong, as a share of one.
    pub share: f64,
    /// What goes wrong, each as often as the others.
    pub kinds: Vec<Wrong>,
    /// What stands for the 90 seconds after which a worker gives up.
    pub stall: Duration,
    /// A late effect comes after at least and at most so long.
    pub late: (Duration, Duration),
    /// One in so many requests begins a storm of 409s, or a change of leaders; 0 for none.
    pub one_storm_in: u64,
    /// How long a storm lasts, and how old a view a worker shows after a change of leaders.
    pub storm: Duration,
    /// Writes to these connectors end in a 500 that does not pass.
    pub fatal: Vec<String>,
}

impl Weather {
    /// Nothing goes wrong.
    pub fn calm() -> Self {
        Self {
            seed: 0,
            share: 0.0,
            kinds: Vec::new(),
            stall: Duration::from_millis(200),
            late: (Duration::from_millis(50), Duration::from_secs(3)),
            one_storm_in: 0,
            storm: Duration::from_millis(400),
            fatal: Vec::new(),
        }
    }

    /// Of all that passes, this share of the requests meets something, and a storm comes now and then.
    pub fn foul(seed: u64, share: f64) -> Self {
        Self { seed, share, kinds: Wrong::PASSING.to_vec(), one_storm_in: 200, ..Self::calm() }
    }
}

/// What a request meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Met {
    /// It goes right.
    Nothing,
    /// It goes wrong.
    Wrong(Wrong),
    /// A storm of 409s begins with it.
    Storm,
    /// The leader changes: whoever is asked shows an old view for a while.
    Flip,
}

/// Who tells what a request meets.
#[derive(Debug)]
pub(crate) struct Forecast {
    weather: Weather,
    asked: BTreeMap<String, u64>,
}

impl Forecast {
    pub(crate) fn new(weather: Weather) -> Self {
        Self { weather, asked: BTreeMap::new() }
    }

    pub(crate) fn weather(&self) -> &Weather {
        &self.weather
    }

    /// What a request meets, and a random number for its details.
    pub(crate) fn next(&mut self, request: &str) -> (Met, u64) {
        let count = self.asked.entry(request.to_owned()).or_default();
        *count += 1;
        let mut random = Random::of(self.weather.seed, request, *count);
        let Weather { share, kinds, one_storm_in, .. } = &self.weather;
        let met = if *one_storm_in > 0 && random.below(*one_storm_in) == 0 {
            if random.below(2) == 0 { Met::Storm } else { Met::Flip }
        } else if random.share() < *share && !kinds.is_empty() {
            let which = random.below(kinds.len() as u64);
            let kind = usize::try_from(which).ok().and_then(|which| kinds.get(which));
            kind.map_or(Met::Nothing, |kind| Met::Wrong(*kind))
        } else {
            Met::Nothing
        };
        (met, random.next())
    }
}

/// `splitmix64`, <https://prng.di.unimi.it/splitmix64.c>.
struct Random(u64);

impl Random {
    fn of(seed: u64, request: &str, count: u64) -> Self {
        // FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/: stable, unlike the hasher of std.
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        let hash = request.bytes().chain(count.to_be_bytes()).fold(0xcbf2_9ce4_8422_2325, step);
        Self(hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    fn share(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64 exactly")]
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_goes_wrong_in_every_way_and_a_seed_replays() {
        let run = |seed| {
            let mut forecast = Forecast::new(Weather { one_storm_in: 0, ..Weather::foul(seed, 0.2) });
            (0..5_000).map(|n| forecast.next(&format!("PUT /connectors/{n}/config")).0).collect::<Vec<_>>()
        };
        let met = run(1);
        let wrong: Vec<_> = met.iter().filter(|met| **met != Met::Nothing).collect();
        assert!((900..1_100).contains(&wrong.len()), "{}", wrong.len());
        for kind in Wrong::PASSING {
            assert!(wrong.contains(&&Met::Wrong(kind)), "{kind:?}");
        }
        assert!(met == run(1) && met != run(2));
    }

    #[test]
    fn the_same_request_may_go_right_the_next_time() {
        let mut forecast = Forecast::new(Weather { one_storm_in: 0, ..Weather::foul(1, 0.5) });
        let met: Vec<_> = (0..50).map(|_| forecast.next("GET /").0).collect();
        assert!(met.contains(&Met::Nothing) && met.iter().any(|met| *met != Met::Nothing));
    }
}
