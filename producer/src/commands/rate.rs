//! The rate on the command line.

use std::str::FromStr;

use crate::schedule::Speed;

/// A number of events per second, or `max`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// So many per second; fractions and zero are allowed.
    PerSecond(f64),
    /// As fast as Kafka takes them.
    Max,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        match text.parse::<f64>() {
            Ok(rate) if rate.is_finite() && rate >= 0.0 => Ok(Self::PerSecond(rate)),
            _ => Err("zero or more events per second, such as `15` or `0.5`, or `max`".to_owned()),
        }
    }
}

impl From<Rate> for Speed {
    fn from(rate: Rate) -> Self {
        match rate {
            Rate::PerSecond(rate) => Self::Rate(rate),
            Rate::Max => Self::Max,
        }
    }
}
