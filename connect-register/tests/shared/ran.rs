//! A run of the binary that has ended, and what docs/json.md shows that one prints.

use std::process::Output;

use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/json.md");

/// How a run of the binary ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The example that stands in the docs behind the command it is of.
pub(crate) fn documented(command: &str) -> &'static str {
    let marker = format!("<!-- {command} -->\n```json\n");
    let start = PAGE.find(&marker).unwrap_or_else(|| panic!("docs/json.md has no example of {command}")) + marker.len();
    let length = PAGE[start..].find("```\n").unwrap();
    &PAGE[start..start + length]
}
