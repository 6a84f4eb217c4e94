//! Points in time and spans of time as a person writes them: `5m`, `24h`, `7d`,
//! `2026-01-31T08:00:00Z`. A span means that long before now.

use std::time::Duration;

use jiff::{SpanRelativeTo, Timestamp};

/// Reads a span of time such as `5m`, `24h` or `7d` (a day is 24 hours).
///
/// # Errors
/// When the text is no span, or a negative one.
pub fn span(text: &str) -> Result<Duration, String> {
    let span: jiff::Span =
        text.parse().map_err(|error| format!("{error}; write a span of time such as 5m, 24h or 7d"))?;
    let exact = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|error| error.to_string())?;
    Duration::try_from(exact).map_err(|_| "a span of time cannot be negative".to_owned())
}

/// Reads a point in time: RFC 3339, or a span such as `24h` that means that long before `now`.
///
/// # Errors
/// When the text is neither.
pub fn point_before(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let back = span(text).map_err(|_| {
        "neither a point in time such as 2026-01-31T08:00:00Z nor a span such as 5m, 24h or 7d".to_owned()
    })?;
    now.checked_sub(back).map_err(|error| error.to_string())
}

/// [`point_before`] this moment, as clap wants it.
///
/// # Errors
/// As [`point_before`].
pub fn point(text: &str) -> Result<Timestamp, String> {
    point_before(text, Timestamp::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (text, seconds) in [("90s", 90), ("5m", 300), ("1h30m", 5400), ("24h", 86_400), ("7d", 604_800)] {
            assert_eq!(span(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert!(span("-5m").is_err());
        assert!(span("soon").is_err());
    }

    #[test]
    fn a_point_is_a_timestamp_or_a_span_before_now() {
        let now: Timestamp = "2026-01-31T08:00:00Z".parse().unwrap();
        assert_eq!(point_before("1h", now).unwrap().to_string(), "2026-01-31T07:00:00Z");
        assert_eq!(point_before("2026-01-30T00:00:00Z", now).unwrap().to_string(), "2026-01-30T00:00:00Z");
        assert!(point_before("yesterday", now).unwrap_err().contains("5m, 24h or 7d"));
    }
}
