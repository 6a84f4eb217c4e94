//! The file of a policy. What it means is the core's business.

use std::path::Path;

use service::{Exit, Failure};

use super::files::text_of;
use crate::core::policy::Policy;
use crate::core::{Mistake, Variables};

/// Reads a policy file.
///
/// # Errors
/// When it cannot be read, or all that is wrong with it.
pub fn read(path: &Path, variables: &Variables) -> Result<Policy, Failure> {
    let file = path.to_string_lossy();
    let text = text_of(path).map_err(|error| {
        Failure::new(Exit::Invalid, format!("the policy {file} cannot be read: {error}"))
            .hint("`connect-register policy show` prints one to begin with")
    })?;
    Policy::parse(&file.into(), &text, variables).map_err(|mistakes| invalid(&mistakes))
}

/// The safe default.
///
/// # Errors
/// When `PGHOST` or `PGPORT` is none of a database.
pub fn built_in(variables: &Variables) -> Result<Policy, Failure> {
    Policy::built_in(variables).map_err(|mistakes| invalid(&mistakes))
}

fn invalid(mistakes: &[Mistake]) -> Failure {
    let what = match mistakes.len() {
        1 => "a mistake in the policy".to_owned(),
        n => format!("{n} mistakes in the policy"),
    };
    Failure::all(Exit::Invalid, &what, mistakes).hint("docs/policy.md explains the file; the worker was not asked")
}
