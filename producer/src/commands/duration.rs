//! Durations as people write them on a command line.

use std::time::Duration;

/// Reads `10s`, `1m 30s`, `2h`, or a bare number of seconds.
///
/// # Errors
/// What would have been read.
pub fn parse(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string());
    }
    let wanted = "a duration such as `30s`, `2m` or `1h 30m`";
    let duration: jiff::SignedDuration = text.parse().map_err(|_| wanted.to_owned())?;
    duration.try_into().map_err(|_| format!("{wanted}, not below zero"))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::time::Duration;

    #[test]
    fn a_duration_is_read_as_people_write_it() {
        assert_eq!(parse("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(parse("1m 30s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("1h30m"), Ok(Duration::from_mins(90)));
        assert_eq!(parse("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(parse("2.5"), Ok(Duration::from_millis(2_500)));
        for wrong in ["", "-1s", "-1", "soon", "5 parsecs"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
