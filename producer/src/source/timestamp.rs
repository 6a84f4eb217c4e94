//! Points in time as files write them. A time without a zone is read as UTC, whatever the host's zone
//! is, so that a file means the same everywhere.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// What [`parse`] takes, in words.
pub const WANTED: &str = "a time: epoch milliseconds, RFC 3339, or a date and time without a zone (read as UTC)";

/// Reads epoch milliseconds, RFC 3339, or a date and time without a zone.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(ms) = text.parse::<i64>() {
        return Some(ms);
    }
    if let Ok(zoned) = text.parse::<Timestamp>() {
        return Some(zoned.as_millisecond());
    }
    let civil: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(civil).ok().map(Timestamp::as_millisecond)
}

/// Writes epoch milliseconds as RFC 3339 in UTC, or as the bare number where no calendar reaches.
pub fn show(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_form_means_the_same_moment() {
        for text in [
            "1483271606000",
            "2017-01-01T11:53:26Z",
            "2017-01-01T12:53:26+01:00",
            "2017-01-01T11:53:26.000",
            "2017-01-01 11:53:26",
            " 2017-01-01T11:53:26 ",
        ] {
            assert_eq!(parse(text), Some(1_483_271_606_000), "{text}");
        }
        assert_eq!(parse("2017-01-01"), Some(1_483_228_800_000));
    }

    #[test]
    fn what_is_no_time_is_not_guessed_at() {
        for text in ["", "yesterday", "01/02/2017", "2017-13-01", "11:53:26", "12.5"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(ms in 0_i64..=crate::event::contract::MAX_TS) {
            prop_assert_eq!(parse(&show(ms)), Some(ms));
        }
    }
}
