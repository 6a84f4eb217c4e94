//! The Java runtime: which one of those on the machine runs a given Kafka. It starts none of them to
//! find out, for that alone takes a tenth of a second; a runtime's `release` file says its version.

use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use service::{Env, Exit, Failure};

use super::KafkaVersion;
use super::program;

/// Where Debian and its descendants install runtimes.
const INSTALLED: &str = "/usr/lib/jvm";

/// A Java runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Java {
    /// Its home: `bin/java` lies below.
    pub(crate) home: PathBuf,
    /// Its version as it calls itself, such as `17.0.15`.
    pub(crate) version: String,
}

impl Java {
    /// The `java` program.
    pub(crate) fn program(&self) -> PathBuf {
        self.home.join("bin/java")
    }

    /// The feature release: 17 of `17.0.15`, 8 of `1.8.0_401`.
    fn feature(&self) -> u32 {
        let mut numbers = self.version.split(|c: char| !c.is_ascii_digit()).map(|n| n.parse().unwrap_or(0));
        match numbers.next() {
            Some(1) => numbers.next().unwrap_or(1),
            other => other.unwrap_or(0),
        }
    }
}

/// The feature releases that run a Kafka version. 17 is what our Debezium needs; Kafka 3.6 calls a
/// method that Java 23 took away, and which 3.9.1 goes around.
pub(crate) fn needed(kafka: KafkaVersion) -> RangeInclusive<u32> {
    match kafka {
        KafkaVersion::V3_6 => 17..=22,
        KafkaVersion::V3_9 | KafkaVersion::V4_3 => 17..=u32::MAX,
    }
}

/// The runtime for a Kafka version: `JAVA_HOME`, else the one on `PATH`, else any that is installed.
///
/// # Errors
/// A [`Failure`] with [`Exit::Machine`] that tells what was found instead.
pub(crate) fn find(kafka: KafkaVersion) -> Result<Java, Failure> {
    choose(candidates(&Env::from_process()), kafka)
}

fn choose(candidates: Vec<Java>, kafka: KafkaVersion) -> Result<Java, Failure> {
    let range = needed(kafka);
    let wanted = match (range.start(), range.end()) {
        (first, &u32::MAX) => format!("a Java runtime of version {first} or later"),
        (first, last) => format!("a Java runtime of version {first} to {last}"),
    };
    let mut unfit = Vec::new();
    for java in candidates {
        if range.contains(&java.feature()) {
            return Ok(java);
        }
        unfit.push(format!("{} in {}", java.version, java.home.display()));
    }
    let found = if unfit.is_empty() { "none is installed".to_owned() } else { format!("found {}", unfit.join(", ")) };
    Err(Failure::new(Exit::Machine, format!("Kafka {kafka} needs {wanted}; {found}"))
        .hint("stack/setup.sh installs one; JAVA_HOME names one that lies elsewhere"))
}

fn candidates(env: &Env) -> Vec<Java> {
    let mut homes: Vec<PathBuf> = env.text("JAVA_HOME").map(PathBuf::from).into_iter().collect();
    // The `java` on PATH is a chain of links into a home's bin folder.
    let on_path = program::find("java").and_then(|java| java.canonicalize().ok());
    homes.extend(on_path.iter().filter_map(|java| java.ancestors().nth(2)).map(Path::to_owned));
    let mut installed: Vec<PathBuf> =
        fs::read_dir(INSTALLED).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    installed.sort();
    homes.extend(installed);
    homes.into_iter().filter(|home| program::is_program(&home.join("bin/java"))).filter_map(java_in).collect()
}

fn java_in(home: PathBuf) -> Option<Java> {
    let version = fs::read_to_string(home.join("release")).ok().and_then(|text| version_of(&text))?;
    Some(Java { home, version })
}

fn version_of(release: &str) -> Option<String> {
    let line = release.lines().find_map(|line| line.strip_prefix("JAVA_VERSION="))?;
    Some(line.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::failure::tell;

    fn java(version: &str) -> Java {
        Java { home: format!("/jvm/{version}").into(), version: version.to_owned() }
    }

    #[test]
    fn the_first_runtime_that_fits_the_kafka_is_taken() {
        let all = || vec![java("11.0.2"), java("25.0.1"), java("17.0.15")];
        assert_eq!(choose(all(), KafkaVersion::V3_6).unwrap().version, "17.0.15");
        assert_eq!(choose(all(), KafkaVersion::V3_9).unwrap().version, "25.0.1");
    }

    #[test]
    fn a_machine_without_a_fitting_runtime_is_told_what_was_found() {
        let error = choose(vec![java("1.8.0_401"), java("11.0.2")], KafkaVersion::V3_6).unwrap_err();
        assert_eq!(error.exit(), Exit::Machine);
        insta::assert_snapshot!(tell(&error.into()), @r"
        Kafka 3.6 needs a Java runtime of version 17 to 22; found 1.8.0_401 in /jvm/1.8.0_401, 11.0.2 in /jvm/11.0.2
        hint: stack/setup.sh installs one; JAVA_HOME names one that lies elsewhere
        ");
        let error = choose(Vec::new(), KafkaVersion::V4_3).unwrap_err();
        assert_eq!(error.to_string(), "Kafka 4.3 needs a Java runtime of version 17 or later; none is installed");
    }

    #[test]
    fn the_version_is_read_from_the_release_file() {
        let release = "IMPLEMENTOR=\"Debian\"\nJAVA_VERSION=\"17.0.15\"\nJAVA_VERSION_DATE=\"2025-04-15\"\n";
        assert_eq!(version_of(release).as_deref(), Some("17.0.15"));
        assert_eq!(java("1.8.0_401").feature(), 8);
        assert_eq!(java("26").feature(), 26);
    }
}
