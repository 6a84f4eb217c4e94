//! What goes to stdout: data, in the format that was asked for. A reader that has gone away is not
//! an error.

use std::io::{self, Write};

use clap::ValueEnum;
use serde::Serialize;

use crate::plain;

/// The format of what a reading command prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns or lines, for people.
    #[default]
    Table,
    /// One JSON document with a `schema_version`, for programs.
    Json,
}

/// Prints text to stdout, with colour only where stdout shows it (`NO_COLOR` is honoured).
///
/// # Errors
/// When stdout cannot be written, but not when its reader has gone away.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    ignore_broken_pipe(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Prints a value to stdout as indented JSON and a line break.
///
/// # Errors
/// When stdout cannot be written, but not when its reader has gone away.
pub fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    Ok(print(&(json(value)? + "\n"))?)
}

/// A value as indented JSON that a terminal takes for text, whatever its texts hold.
///
/// # Errors
/// When the value cannot be serialised.
pub fn json(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(plain::json(&serde_json::to_string_pretty(value)?))
}

fn ignore_broken_pipe(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_went_away_is_not_an_error() {
        assert!(ignore_broken_pipe(Err(io::ErrorKind::BrokenPipe.into())).is_ok());
        assert!(ignore_broken_pipe(Err(io::ErrorKind::StorageFull.into())).is_err());
    }
}
