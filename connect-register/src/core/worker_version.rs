//! Which Apache Kafka a worker is, by its version, and so what it can be asked and told. A worker
//! whose version cannot be read is not judged here.

/// The Apache Kafka version of a worker, major and minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KafkaVersion(pub u32, pub u32);

/// The first version that tells of all connectors in one answer (KIP-465).
const HAS_EXPAND: KafkaVersion = KafkaVersion(2, 3);
/// The first version that restarts a connector's failed tasks in one request (KIP-745).
const HAS_RESTART_OF_PARTS: KafkaVersion = KafkaVersion(3, 0);
/// The first version that names all kinds of plug-ins and their keys (KIP-769).
const HAS_DEFINITIONS: KafkaVersion = KafkaVersion(3, 2);
/// The first version that can stop a connector (KIP-875).
const HAS_STOP: KafkaVersion = KafkaVersion(3, 5);
/// The first version that changes the offsets of a stopped connector (KIP-875, second part).
const HAS_OFFSET_CHANGES: KafkaVersion = KafkaVersion(3, 6);
/// The first version that creates a connector in a state (KIP-980).
const HAS_INITIAL_STATE: KafkaVersion = KafkaVersion(3, 7);
/// The first version that changes single keys of a configuration (KIP-477).
const HAS_PATCH: KafkaVersion = KafkaVersion(3, 8);
/// The first version that has `GET /health` (KIP-1017).
const HAS_HEALTH: KafkaVersion = KafkaVersion(3, 9);
/// The first minor version of which every release restarts tasks for any change of a configuration, also
/// of keys that the connector does not hand to them: KAFKA-9228, mended in 3.7.1 (but not in 3.7.0),
/// 3.8.0 and 3.9.0 (<https://github.com/apache/kafka/pull/16053>, commits b38d2eb0, facbab27, eec8fd6a:
/// `AbstractHerder.taskConfigsChanged` compares the configuration with the one that was applied).
const HANDS_ON_ALL: KafkaVersion = KafkaVersion(3, 8);

impl KafkaVersion {
    /// Reads the version of `GET /`, such as `3.9.1`, `3.5.0.redhat-00014` or `7.9.3-ccs`. Confluent's
    /// own versions have a part `ccs` or `ce` and run ahead of Kafka's
    /// (<https://docs.confluent.io/platform/current/installation/versions-interoperability.html>).
    pub fn parse(version: &str) -> Option<Self> {
        let mut parts = version.split('-');
        let mut numbers = parts.next()?.split('.').map(str::parse::<u32>);
        let (major, minor) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        let is_confluent = parts.any(|part| matches!(part, "ccs" | "ce"));
        if is_confluent { Self::of_platform(major, minor) } else { Some(Self(major, minor)) }
    }

    /// The Kafka in a version of Confluent Platform: 8.0 is 4.0, 7.9 is 3.9, 6.2 is 2.8, 5.5 is 2.5.
    fn of_platform(major: u32, minor: u32) -> Option<Self> {
        match major {
            0..4 => None,
            4 => Some(Self(1, minor)),
            5 => Some(Self(2, minor)),
            6 => Some(Self(2, minor + 6)),
            _ => Some(Self(major - 4, minor)),
        }
    }

    /// Whether it tells of all connectors, with configuration and status, in one answer.
    pub fn has_expand(self) -> bool {
        self >= HAS_EXPAND
    }

    /// Whether it restarts the failed tasks of a connector in one request; an older one ignores the
    /// parameters and restarts the connector alone.
    pub fn has_restart_of_parts(self) -> bool {
        self >= HAS_RESTART_OF_PARTS
    }

    /// Whether it names converters, transforms and predicates, and the keys that a plug-in defines.
    pub fn has_definitions(self) -> bool {
        self >= HAS_DEFINITIONS
    }

    /// Whether it can stop a connector.
    pub fn has_stop(self) -> bool {
        self >= HAS_STOP
    }

    /// Whether it changes the offsets of a stopped connector.
    pub fn has_offset_changes(self) -> bool {
        self >= HAS_OFFSET_CHANGES
    }

    /// Whether it creates a connector in a state.
    pub fn has_initial_state(self) -> bool {
        self >= HAS_INITIAL_STATE
    }

    /// Whether it changes single keys of a configuration.
    pub fn has_patch(self) -> bool {
        self >= HAS_PATCH
    }

    /// Whether `GET /health` tells that it is ready.
    pub fn has_health(self) -> bool {
        self >= HAS_HEALTH
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
    fn every_form_of_a_version_is_read_as_the_kafka_that_it_is() {
        for (version, kafka) in [
            ("3.9.1", (3, 9)),
            ("4.3.1", (4, 3)),
            ("3.10.0-SNAPSHOT", (3, 10)),
            ("2.3.0", (2, 3)),
            ("0.11.0.1", (0, 11)),
            ("3.5.0.redhat-00014", (3, 5)),
            ("3.4.1.7.1.9.0-387", (3, 4)),
            ("7.6.0-ccs", (3, 6)),
            ("7.4.1-23-ccs", (3, 4)),
            ("7.9.3-ce", (3, 9)),
            ("8.1.1-ce", (4, 1)),
            ("7.0.0-ccs", (3, 0)),
            ("6.2.1-ccs", (2, 8)),
            ("6.0.0-ccs", (2, 6)),
            ("5.3.1-ccs", (2, 3)),
            ("4.1.0-ccs", (1, 1)),
        ] {
            assert_eq!(KafkaVersion::parse(version), Some(KafkaVersion(kafka.0, kafka.1)), "{version}");
        }
        for unknown in ["unknown", "", "3", "x.y", "3.3.1-ccs", "-ccs"] {
            assert_eq!(KafkaVersion::parse(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn the_version_says_what_a_worker_can_be_asked_and_told() {
        let able = |version: &str| {
            let version = KafkaVersion::parse(version).unwrap();
            [
                version.has_expand(),
                version.has_restart_of_parts(),
                version.has_definitions(),
                version.has_stop(),
                version.has_offset_changes(),
                version.has_initial_state(),
                version.has_patch(),
                version.has_health(),
                version.hands_on_all(),
            ]
            .map(|able| if able { '+' } else { '-' })
            .iter()
            .collect::<String>()
        };
        for (version, abilities) in [
            ("2.2.2", "---------"),
            ("5.3.1-ccs", "+--------"),
            ("2.8.0", "+--------"),
            ("3.0.0", "++-------"),
            ("7.2.0-ccs", "+++------"),
            ("3.4.1", "+++------"),
            ("3.5.2", "++++-----"),
            ("7.6.0-ccs", "+++++----"),
            ("3.7.0", "++++++---"),
            ("3.8.1", "+++++++-+"),
            ("7.8.0-ccs", "+++++++-+"),
            ("7.9.3-ccs", "+++++++++"),
            ("8.0.0-ccs", "+++++++++"),
        ] {
            assert_eq!(able(version), abilities, "{version}");
        }
    }
}
