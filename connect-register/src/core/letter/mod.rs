//! Dead letters: what a connector, or the producer before it, could not land, with its cause in the
//! record's headers. Read, told in words, grouped by cause, and judged for a replay; fetching and sending
//! them is not done here.

pub mod cause;
pub mod filter;
pub mod headers;
pub mod judge;
pub mod origins;
pub mod replayed;
pub mod stage;

pub use cause::{Cause, Group, Groups};
pub use filter::Filter;
pub use headers::Told;
pub use judge::{Judge, Judgement, Outgoing, Refusal};
pub use origins::Origins;
pub use replayed::Replayed;
pub use stage::Stage;

use jiff::Timestamp;

/// Where a dead letter lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// The partition of the topic of dead letters.
    pub partition: i32,
    /// The offset there.
    pub offset: i64,
}

/// A header of a record: its name, and its value, which may be absent.
pub type Header = (String, Option<Vec<u8>>);

/// A dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Where it lies.
    pub at: At,
    /// When it was written there, where that is known.
    pub time: Option<Timestamp>,
    /// The key as it was in the origin topic, byte by byte.
    pub key: Option<Vec<u8>>,
    /// The value as it was there; none is a tombstone.
    pub value: Option<Vec<u8>>,
    /// All headers in their order: the record's own, and those that tell the cause.
    pub headers: Vec<Header>,
}

impl Letter {
    /// What its headers tell.
    pub fn told(&self) -> Told {
        Told::read(&self.headers)
    }
}

/// What of a key or value can be shown: its text, else its first bytes.
pub fn shown(bytes: Option<&[u8]>, most: usize) -> String {
    let Some(bytes) = bytes else { return "none".to_owned() };
    if let Ok(text) = std::str::from_utf8(bytes) {
        let start: String = text.chars().take(most).collect();
        let rest = bytes.len() - start.len();
        let start = super::plain::line(&start);
        return if rest == 0 { start } else { format!("{start}… ({rest} more bytes)") };
    }
    // Two digits and a space.
    let most = most / 3;
    let start: Vec<_> = bytes.iter().take(most).map(|byte| format!("{byte:02x}")).collect();
    let rest = bytes.len().saturating_sub(most);
    let rest = if rest == 0 { String::new() } else { format!("… ({rest} more bytes)") };
    format!("{} bytes: {}{rest}", bytes.len(), start.join(" "))
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_value_is_shown_as_text_else_as_its_first_bytes() {
        assert_eq!(shown(None, 10), "none");
        assert_eq!(shown(Some(b"{\"a\":1}"), 10), "{\"a\":1}");
        assert_eq!(shown(Some("äöü and more".as_bytes()), 3), "äöü… (9 more bytes)");
        assert_eq!(shown(Some(b"\x1b[2J"), 10), "\u{fffd}[2J");
        assert_eq!(shown(Some(&[0, 0, 0, 0, 7, 0xff]), 9), "6 bytes: 00 00 00… (3 more bytes)");
    }
}
