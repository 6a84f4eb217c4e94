//! What the doctor found, as a value that can be shown, serialised, and turned into an error.

use std::fmt::Write as _;

use serde::Serialize;
use service::{Exit, Failure};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing to do.
    Ok,
    /// It will run, but there is something to know.
    Warn,
    /// The stack cannot run like this.
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at, in a word or two.
    pub name: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What was found, in one line.
    pub message: String,
    /// What to do about it, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Check {
    /// All is well.
    pub fn ok(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.to_owned(), verdict: Verdict::Ok, message: message.into(), hint: None }
    }

    /// Something to know.
    pub fn warn(name: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { name: name.to_owned(), verdict: Verdict::Warn, message: message.into(), hint: Some(hint.into()) }
    }

    /// Something that stands in the way.
    pub fn fail(name: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { name: name.to_owned(), verdict: Verdict::Fail, message: message.into(), hint: Some(hint.into()) }
    }
}

/// Everything that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The version of this shape.
    pub schema_version: u32,
    /// The worst verdict of all checks.
    pub verdict: Verdict,
    /// The checks, in the order they were made.
    pub checks: Vec<Check>,
}

impl Report {
    /// A report of these checks.
    pub fn new(checks: Vec<Check>) -> Self {
        let verdict = checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Ok);
        Self { schema_version: 1, verdict, checks }
    }

    /// The report for people: a line a check, and its hint on a line below.
    pub fn text(&self) -> String {
        let width = self.checks.iter().map(|check| check.name.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for Check { name, verdict, message, hint } in &self.checks {
            let mark = match verdict {
                Verdict::Ok => "ok  ",
                Verdict::Warn => "warn",
                Verdict::Fail => "FAIL",
            };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{mark}  {name:width$}  {message}");
            if let Some(hint) = hint {
                let _ = writeln!(text, "{:width$}        -> {hint}", "");
            }
        }
        text
    }

    /// What stands in the way as one failure with [`Exit::Machine`], all of it at once; `None` when
    /// nothing does.
    pub fn failure(&self) -> Option<Failure> {
        let lines: Vec<String> = self.checks.iter().filter(|check| check.verdict == Verdict::Fail).map(line).collect();
        if lines.is_empty() {
            return None;
        }
        Some(Failure::all(Exit::Machine, "the stack cannot start on this machine", &lines))
    }
}

fn line(check: &Check) -> String {
    let Check { name, message, hint, .. } = check;
    hint.as_ref().map_or_else(|| format!("{name}: {message}"), |hint| format!("{name}: {message}; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report::new(vec![
            Check::ok("java", "17.0.15"),
            Check::warn("memory", "1.1 GB free", "the stack takes about 1.5 GB"),
            Check::fail("port 9092", "taken", "choose free ones with --ports auto"),
            Check::fail("disk", "20 MB free", "free 1 GB"),
        ])
    }

    #[test]
    fn a_report_is_a_line_a_check_and_what_to_do_below() {
        insta::assert_snapshot!(report().text(), @r"
        ok    java       17.0.15
        warn  memory     1.1 GB free
                         -> the stack takes about 1.5 GB
        FAIL  port 9092  taken
                         -> choose free ones with --ports auto
        FAIL  disk       20 MB free
                         -> free 1 GB
        ");
    }

    #[test]
    fn all_that_stands_in_the_way_is_one_failure_that_blames_the_machine() {
        let failure = report().failure().unwrap();
        assert_eq!(failure.exit(), Exit::Machine);
        insta::assert_snapshot!(failure.to_string(), @r"
        the stack cannot start on this machine:
          - port 9092: taken; choose free ones with --ports auto
          - disk: 20 MB free; free 1 GB
        ");
        assert!(Report::new(vec![Check::ok("java", "17")]).failure().is_none());
    }

    #[test]
    fn the_report_serialises_with_its_version_and_worst_verdict() {
        let json = serde_json::to_value(report()).unwrap();
        assert_eq!((&json["schema_version"], &json["verdict"]), (&serde_json::json!(1), &serde_json::json!("fail")));
    }
}
