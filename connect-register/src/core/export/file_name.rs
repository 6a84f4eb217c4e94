//! Names of files for templates: safe on any file system whatever the connector is called, and no two
//! of them the same where case does not count.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

/// Longer names are cut, and told apart by a digest.
const LONGEST: usize = 100;
/// Names that Windows keeps for devices.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Gives names, each once.
#[derive(Debug, Default)]
pub struct FileNames {
    taken: BTreeSet<String>,
}

impl FileNames {
    /// The name of the file for a connector, without its ending.
    pub fn stem(&mut self, connector: &str) -> String {
        let safe = safe(connector);
        let mut stem = safe.clone();
        for number in 2.. {
            if self.taken.insert(stem.to_ascii_lowercase()) {
                break;
            }
            stem = format!("{safe}~{number}");
        }
        stem
    }
}

/// Letters, digits, `-`, `_` and inner dots stay; what else there is becomes `%` and its bytes, as in a
/// URL.
fn safe(connector: &str) -> String {
    let mut out = String::new();
    for (at, byte) in connector.bytes().enumerate() {
        let is_edge = at == 0 || at + 1 == connector.len();
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_') || matches!(byte, b'.' | b'-') && !is_edge {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&digits(byte));
        }
    }
    let device: String =
        out.split('.').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
    if DEVICES.contains(&device.as_str()) {
        out.insert(0, '_');
    }
    if out.len() > LONGEST {
        let digest = Sha256::digest(connector.as_bytes());
        out.truncate(LONGEST);
        out.push('~');
        out.extend(digest.iter().take(4).map(|byte| digits(*byte)));
    }
    out
}

fn digits(byte: u8) -> String {
    format!("{byte:02X}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_that_is_safe_stays_and_what_is_not_cannot_leave_the_folder() {
        let mut names = FileNames::default();
        for (connector, expected) in [
            ("pg-sales-jdbc-sink", "pg-sales-jdbc-sink"),
            ("a.b_C", "a.b_C"),
            ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
            (".hidden", "%2Ehidden"),
            ("-f", "%2Df"),
            ("a b\u{1b}", "a%20b%1B"),
            ("é", "%C3%A9"),
            ("A.B_c", "A.B_c~2"),
            ("nul.x", "_nul.x"),
            ("COM1", "_COM1"),
            ("", ""),
        ] {
            assert_eq!(names.stem(connector), expected);
        }
        assert!(names.stem(&"x".repeat(300)).len() < 120);
    }

    proptest! {
        #[test]
        fn no_two_connectors_share_a_file(connectors in proptest::collection::btree_set("[aA./\\\\%~2 é]{1,5}", 1..20)) {
            let mut names = FileNames::default();
            let stems: Vec<_> = connectors.iter().map(|connector| names.stem(connector).to_ascii_lowercase()).collect();
            let distinct: BTreeSet<_> = stems.iter().collect();
            prop_assert_eq!(distinct.len(), stems.len());
            prop_assert!(stems.iter().all(|stem| !stem.contains(['/', '\\']) && !stem.starts_with('.')));
        }
    }
}
