//! What an operator would check about a cluster, as values: each a grade, a finding and the next step.
//! What is asked of workers, and how, is not decided here.

mod cluster;
mod connectors;

use serde::Serialize;

pub use cluster::{Seen, agreement, clock, plugins, version};
pub use connectors::{exposed, failed, providers, referred};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// As it should be.
    Ok,
    /// It works, and somebody should know.
    Warn,
    /// It does not work.
    Fail,
}

impl Grade {
    /// The grade in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// A check and how it came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// Of which worker; absent where it is about all of them.
    pub of: Option<String>,
    /// How it came out.
    pub grade: Grade,
    /// What was found, with the cause where it is not as it should be.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
    /// How long it took, in milliseconds; absent where nothing was asked for it.
    pub took_ms: Option<u64>,
}

impl Check {
    fn new(name: &'static str, grade: Grade, message: impl Into<String>) -> Self {
        Self { name, of: None, grade, message: message.into(), hint: None, took_ms: None }
    }

    /// One that is as it should be.
    pub fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(name, Grade::Ok, message)
    }

    /// One that somebody should know of.
    pub fn warn(name: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..Self::new(name, Grade::Warn, message) }
    }

    /// One that failed.
    pub fn fail(name: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..Self::new(name, Grade::Fail, message) }
    }

    /// Names the worker that it is about.
    #[must_use]
    pub fn of(self, worker: &str) -> Self {
        Self { of: Some(worker.to_owned()), ..self }
    }
}

/// How many names are told; of more only the number is.
const MOST: usize = 10;

/// The first names of a list, and how many there are beside them.
fn some(names: &[String]) -> String {
    let first = names[..names.len().min(MOST)].join(", ");
    if names.len() > MOST { format!("{first} and {} more", names.len() - MOST) } else { first }
}

#[cfg(test)]
mod tests;
