//! Asking on a terminal whether something may be done to connectors. Where nobody can be asked, it is
//! not done.

use std::fmt::Display;
use std::io::{BufRead, IsTerminal, Write};

use service::{Exit, Failure};

/// What is asked.
#[derive(Debug)]
pub(super) struct Question<'a, T> {
    /// What would be done, and to which: the names follow.
    pub(super) fact: &'a str,
    /// What is asked then.
    pub(super) offer: &'a str,
    /// What is told where nobody can be asked.
    pub(super) unasked: &'a str,
    /// The next step then.
    pub(super) hint: &'a str,
    /// What it is done to.
    pub(super) names: &'a [T],
}

/// Asks; anything but a yes is a no.
///
/// # Errors
/// When it is refused, or nobody can be asked.
pub(super) fn ask<T: Display>(question: &Question<'_, T>) -> Result<(), Failure> {
    let Question { fact, offer, unasked, hint, names } = question;
    let (mut stderr, stdin) = (anstream::stderr(), std::io::stdin());
    if !stdin.is_terminal() || !stderr.is_terminal() {
        return Err(Failure::all(Exit::Usage, unasked, names).hint(*hint));
    }
    let lines: Vec<_> = names.iter().map(|name| format!("  - {name}\n")).collect();
    let mut answer = String::new();
    let asked = write!(stderr, "{fact}:\n{}{offer} [y/N] ", lines.concat())
        .and_then(|()| stderr.flush())
        .and_then(|()| stdin.lock().read_line(&mut answer));
    asked.map_err(|error| Failure::new(Exit::Failed, "nobody could be asked").because(error))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Failure::new(Exit::Difference, "not agreed to; nothing was changed"))
    }
}
