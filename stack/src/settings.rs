//! What a stack is to be: its name, its parts and how many of each, its versions, and how it is
//! watched over. Values only; where things lie is `folder`, which ports they get is `ports`.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::kit::{KafkaVersion, SinkChoice};
use crate::parts::Kind;

/// The name of a stack; several of different names run side by side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StackName(String);

impl StackName {
    /// A name nobody else has, beginning with `prefix`.
    pub fn random(prefix: &str) -> Self {
        Self(format!("{prefix}-{:08x}", rand::random::<u32>()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The ` --name NAME` that a command in a hint needs; nothing for the default one.
    pub fn option(&self) -> String {
        if self.0 == "default" { String::new() } else { format!(" --name {self}") }
    }
}

impl fmt::Display for StackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for StackName {
    type Err = String;

    /// A name becomes a folder: letters, digits, `-` and `_`, not first a `-`, at most 40 of them.
    fn from_str(text: &str) -> Result<Self, String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if text.is_empty() || text.len() > 40 || text.starts_with('-') || !text.chars().all(fits) {
            return Err("a stack's name is 1 to 40 letters, digits, - or _, and does not begin with -".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

/// Which data a stack keeps when it stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Its data stays for the next start.
    Data,
    /// Its data goes with it; it is stopped without ceremony.
    Nothing,
}

/// What happens to a part that dies after it was ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDeath {
    /// It is started again, after a growing pause, a bounded number of times.
    Restart,
    /// It stays dead; the others go on.
    Leave,
}

/// How the JVM parts compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compile {
    /// Both compilers, as for load.
    Full,
    /// The quick compiler only: boots on half the processor time, runs slower under load.
    Quick,
}

/// Whether JVM parts start from class archives (`AppCDS`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archives {
    /// Used where they are, and made by the first clean stop where they are not.
    Use,
    /// Neither used nor made.
    Ignore,
}

/// What a stack is to be.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name.
    pub name: StackName,
    /// Which parts it has.
    pub parts: BTreeSet<Kind>,
    /// How many brokers.
    pub brokers: u32,
    /// How many Connect workers.
    pub workers: u32,
    /// The Kafka version.
    pub kafka: KafkaVersion,
    /// The sink asked for.
    pub sink: SinkChoice,
    /// What stays when it stops.
    pub keep: Keep,
    /// What happens to a part that dies.
    pub on_death: OnDeath,
    /// How its JVMs compile.
    pub compile: Compile,
    /// Whether class archives are used.
    pub archives: Archives,
    /// How long all parts together may take to become ready.
    pub deadline: Duration,
}

impl Settings {
    /// Whether the stack has parts of this kind.
    pub fn has(&self, kind: Kind) -> bool {
        self.parts.contains(&kind)
    }

    /// How many parts of this kind the stack has.
    pub fn count(&self, kind: Kind) -> u32 {
        match kind {
            _ if !self.has(kind) => 0,
            Kind::Postgres => 1,
            Kind::Kafka => self.brokers,
            Kind::Connect => self.workers,
        }
    }

    /// How many copies topics have: three, or as many as there are brokers.
    pub fn replication(&self) -> u32 {
        self.brokers.clamp(1, 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_plain_folder_name() {
        for good in ["default", "a", "Test-1_x"] {
            assert_eq!(good.parse::<StackName>().unwrap().as_str(), good);
        }
        for bad in ["", "..", "a/b", "-x", "a b", &"x".repeat(41)] {
            assert!(bad.parse::<StackName>().is_err(), "{bad:?}");
        }
        assert!(StackName::random("test").as_str().parse::<StackName>().is_ok());
    }
}
