//! The curve of a trading day: how busy each hour is against the mean of the day.

use clap::ValueEnum;

/// How the rate of made sales moves over the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// The rate is the rate
    #[default]
    Steady,
    /// The rate is the mean of a day: quiet nights, a peak at five in the afternoon (UTC)
    Day,
}

/// Of each hour its share of a day's sales, times 24: measured in The Complete Journey (1,469,307
/// sales of 2017), moved by five hours, for its unzoned times lie that far behind its stores' clocks.
const HOURS: [f64; 24] = [
    0.11, 0.07, 0.04, 0.03, 0.03, 0.06, 0.13, 0.26, 0.50, 0.88, 1.32, 1.69, 1.76, 1.88, 1.93, 2.12, 2.43, 2.46, 2.11,
    1.70, 1.20, 0.70, 0.40, 0.19,
];

const HOUR_MS: i64 = 3_600_000;

impl Shape {
    /// What the rate is multiplied by at a moment, in epoch milliseconds; 1 on the mean of a day.
    pub fn factor(self, epoch_ms: i64) -> f64 {
        match self {
            Self::Steady => 1.0,
            Self::Day => {
                let into_day = epoch_ms.rem_euclid(24 * HOUR_MS);
                // Both fit by the remainder above.
                let hour = usize::try_from(into_day / HOUR_MS).unwrap_or(0);
                #[expect(clippy::cast_precision_loss, reason = "below 3.6 million")]
                let part = (into_day % HOUR_MS) as f64 / HOUR_MS as f64;
                let (here, next) = (HOURS[hour], HOURS[(hour + 1) % 24]);
                (here + (next - here) * part) / mean()
            }
        }
    }
}

fn mean() -> f64 {
    HOURS.iter().sum::<f64>() / 24.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_adds_up_to_its_mean() {
        let minutes: Vec<f64> = (0..1_440).map(|minute| Shape::Day.factor(minute * 60_000)).collect();
        let mean = minutes.iter().sum::<f64>() / 1_440.0;
        assert!((mean - 1.0).abs() < 1e-9, "{mean}");
        assert!(Shape::Day.factor(17 * HOUR_MS) > 2.0);
        assert!(Shape::Day.factor(3 * HOUR_MS) < 0.05);
        assert!((Shape::Steady.factor(3 * HOUR_MS) - 1.0).abs() < f64::EPSILON);
    }
}
