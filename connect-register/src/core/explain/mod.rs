//! Known failures of connectors: how each is recognised in a stack trace, what it means, and what to do.
//! The catalogue is data; who asks for a trace, and how it is shown, is not here.

mod clue;
mod connections;
mod records;
mod tables;
mod workers;

use serde::Serialize;

use super::trace::{self, Thrown};
pub use clue::Clue;

/// Whether a restart alone helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Restart {
    /// It fails again in the same way.
    Useless,
    /// It helps once what is outside of Connect is mended, or has passed.
    Afterwards,
}

/// A known failure.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Failure {
    /// Its name, which stays.
    pub id: &'static str,
    /// What it is, in a line.
    pub title: &'static str,
    /// How it is recognised: all of these hold.
    #[serde(skip)]
    pub clues: &'static [Clue],
    /// What it means.
    pub why: &'static str,
    /// What to do, step by step.
    pub fix: &'static [&'static str],
    /// Whether a restart alone helps.
    pub restart: Restart,
}

/// Every known failure, the most telling first where two could be meant.
pub fn catalogue() -> impl Iterator<Item = &'static Failure> {
    [connections::ALL, tables::ALL, records::ALL, workers::ALL].into_iter().flatten()
}

/// What a trace tells.
#[derive(Clone, Debug)]
pub struct Explained<'a> {
    /// The known failure that it is.
    pub failure: Option<&'static Failure>,
    /// What was thrown, the outermost first.
    pub thrown: Vec<Thrown<'a>>,
}

impl Explained<'_> {
    /// The place in somebody else's code that the failure comes from: the first frame of the cause that is
    /// neither Connect's nor Java's own.
    pub fn place(&self) -> Option<&str> {
        const COMMON: [&str; 5] = ["org.apache.kafka.", "java.", "java.base/", "jdk.", "sun."];
        let is_own = |frame: &&&str| !COMMON.iter().any(|package| frame.starts_with(package));
        self.thrown.last()?.frames.iter().find(is_own).copied()
    }
}

/// Explains a trace.
pub fn explain(trace: &str) -> Explained<'_> {
    let thrown = trace::read(trace);
    let failure = catalogue().find(|failure| failure.clues.iter().all(|clue| clue.holds(&thrown)));
    Explained { failure, thrown }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_failure_has_a_name_of_its_own_and_says_what_to_do() {
        let mut names = BTreeSet::new();
        for failure in catalogue() {
            assert!(names.insert(failure.id), "{} stands twice", failure.id);
            assert!(failure.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", failure.id);
            assert!(!failure.clues.is_empty() && !failure.fix.is_empty() && !failure.why.is_empty(), "{}", failure.id);
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        let explained = explain("x.Y: nobody knows\n\tat org.apache.kafka.Z.a(Z.java:1)\n\tat x.Y.b(Y.java:2)");
        assert!(explained.failure.is_none());
        assert_eq!(explained.place(), Some("x.Y.b(Y.java:2)"));
        assert!(explain("").failure.is_none());
    }
}
