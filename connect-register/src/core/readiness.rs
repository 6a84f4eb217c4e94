//! Which Apache Kafka a worker is, by its version, and so what it can be asked and told.

/// The Apache Kafka version of a worker, major and minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KafkaVersion(pub u32, pub u32);

/// The first version that has `GET /health` (KIP-1017).
const HAS_HEALTH: KafkaVersion = KafkaVersion(3, 9);
/// The first version that can stop a connector (KIP-875).
const HAS_STOP: KafkaVersion = KafkaVersion(3, 5);
/// The first version that creates a connector in a state (KIP-980).
const HAS_INITIAL_STATE: KafkaVersion = KafkaVersion(3, 7);
/// The first version that changes single keys of a configuration (KIP-477).
const HAS_PATCH: KafkaVersion = KafkaVersion(3, 8);
/// A version that restarts tasks for any change of a configuration, also of keys that the connector
/// does not hand to them (KAFKA-9228: in 3.9.1, not in 3.6.2).
const HANDS_ON_ALL: KafkaVersion = KafkaVersion(3, 9);

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

    /// Whether it can stop a connector.
    pub fn has_stop(self) -> bool {
        self >= HAS_STOP
    }

    /// Whether it creates a connector in a state.
    pub fn has_initial_state(self) -> bool {
        self >= HAS_INITIAL_STATE
    }

    /// Whether it changes single keys of a configuration.
    pub fn has_patch(self) -> bool {
        self >= HAS_PATCH
    }

    /// Whether tasks take on every change, also one of converters, transforms and client settings alone.
    pub fn hands_on_all(self) -> bool {
        self >= HANDS_ON_ALL
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

    #[test]
    fn the_version_says_what_a_worker_can_be_told() {
        let able = |version: &str| {
            let version = KafkaVersion::parse(version).unwrap();
            [version.has_stop(), version.has_initial_state(), version.has_patch(), version.hands_on_all()]
        };
        assert_eq!(able("3.4.1"), [false; 4]);
        assert_eq!(able("7.6.0-ccs"), [true, false, false, false]);
        assert_eq!(able("3.7.0"), [true, true, false, false]);
        assert_eq!(able("3.8.1"), [true, true, true, false]);
        assert_eq!(able("8.0.0-ccs"), [true; 4]);
    }
}
