//! When a worker is ready: which Apache Kafka it is, by its version, and so how it can be asked.

/// The Apache Kafka version of a worker, major and minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KafkaVersion(pub u32, pub u32);

/// The first version that has `GET /health` (KIP-1017).
const HAS_HEALTH: KafkaVersion = KafkaVersion(3, 9);

impl KafkaVersion {
    /// Reads the version of `GET /`. Confluent's own versions end in `-ccs` or `-ce` and run ahead:
    /// Platform 7.n is Kafka 3.n, 8.n is 4.n
    /// (<https://docs.confluent.io/platform/current/installation/versions-interoperability.html>).
    pub fn parse(version: &str) -> Option<Self> {
        let (numbers, suffix) = version.split_once('-').unwrap_or((version, ""));
        let mut parts = numbers.split('.').map(str::parse::<u32>);
        let (major, minor) = (parts.next()?.ok()?, parts.next()?.ok()?);
        let is_confluent = suffix.starts_with("ccs") || suffix.starts_with("ce");
        // Platform 5 was Kafka 2 with another count of minors; all of it is long before /health.
        let major = if is_confluent { major.checked_sub(4)? } else { major };
        Some(Self(major, minor))
    }

    /// Whether `GET /health` tells that it is ready.
    pub fn has_health(self) -> bool {
        self >= HAS_HEALTH
    }
}

#[cfg(test)]
mod tests {
    use super::KafkaVersion;

    #[test]
    fn the_version_says_whether_a_worker_has_a_health_endpoint() {
        for (version, has_health) in [
            ("3.9.1", true),
            ("4.3.1", true),
            ("3.8.1", false),
            ("3.6.2", false),
            ("7.6.0-ccs", false),
            ("7.9.3-ccs", true),
            ("8.1.1-ce", true),
            ("2.3.0", false),
            ("3.10.0-SNAPSHOT", true),
        ] {
            assert_eq!(KafkaVersion::parse(version).unwrap().has_health(), has_health, "{version}");
        }
        assert_eq!(KafkaVersion::parse("unknown"), None);
    }
}
