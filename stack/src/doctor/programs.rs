//! The programs of the machine that the stack runs on: a Java runtime, and `setpriv`.

use super::Check;
use crate::kit::{KafkaVersion, java, program};

/// Whether there is a Java runtime for this Kafka.
pub(super) fn java(kafka: KafkaVersion) -> Check {
    match java::find(kafka) {
        Ok(java) => Check::ok("java", format!("{} in {}", java.version, java.home.display())),
        Err(failure) => {
            Check::fail("java", failure.to_string(), "run stack/setup.sh, or set JAVA_HOME to one that lies elsewhere")
        }
    }
}

/// `setpriv` starts every part; it is on every Linux with util-linux, but a `BusyBox` system has none.
pub(super) fn setpriv() -> Option<Check> {
    if program::find("setpriv").is_some() {
        return None;
    }
    Some(Check::fail("setpriv", "the program that starts the parts is not installed", "run stack/setup.sh"))
}
