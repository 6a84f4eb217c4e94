//! An error that knows its exit code and the next step. Everything else is `anyhow` with context;
//! a [`Failure`] anywhere in the chain decides how the program ends and which hint is shown.

use std::fmt;

use crate::Exit;

/// An error that names the thing, the cause and the next step.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
    hint: Option<String>,
    source: Option<anyhow::Error>,
}

impl Failure {
    /// A failure that ends the program with `exit`; `message` names the thing and the cause.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None, source: None }
    }

    /// Several mistakes found at once, told together, each on its own line.
    pub fn all(exit: Exit, what: &str, mistakes: &[impl fmt::Display]) -> Self {
        let lines: Vec<String> = mistakes.iter().map(|m| format!("\n  - {m}")).collect();
        Self::new(exit, format!("{what}:{}", lines.concat()))
    }

    /// The next step, shown on a line of its own.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What caused it, shown after the message.
    #[must_use]
    pub fn because(mut self, source: impl Into<anyhow::Error>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// How the program should end.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|e| &**e as &(dyn std::error::Error + 'static))
    }
}

/// The exit code of an error: that of the outermost [`Failure`] in its chain, else [`Exit::Failed`].
pub fn exit_of(error: &anyhow::Error) -> Exit {
    find(error).map_or(Exit::Failed, Failure::exit)
}

/// The error as a person reads it: `message: cause: cause`, then the hint on its own line.
pub fn tell(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        // Many libraries repeat their source in their own message; say each thing once.
        if text.ends_with(&cause) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause);
    }
    if let Some(hint) = find(error).and_then(|failure| failure.hint.as_deref()) {
        text.push_str("\nhint: ");
        text.push_str(hint);
    }
    text
}

fn find(error: &anyhow::Error) -> Option<&Failure> {
    error.chain().find_map(|cause| cause.downcast_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn a_failure_below_context_still_decides_the_exit_and_the_hint() {
        let failure = Failure::new(Exit::Unreachable, "cannot reach http://x:8083")
            .hint("is the worker up?")
            .because(std::io::Error::other("connection refused"));
        let error = Err::<(), _>(failure).context("apply").unwrap_err();
        assert_eq!(exit_of(&error), Exit::Unreachable);
        insta::assert_snapshot!(tell(&error), @r"
        apply: cannot reach http://x:8083: connection refused
        hint: is the worker up?
        ");
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let failure = Failure::all(Exit::Invalid, "2 settings are wrong", &["A is unset", "B is no number"]);
        insta::assert_snapshot!(tell(&failure.into()), @r"
        2 settings are wrong:
          - A is unset
          - B is no number
        ");
    }
}
