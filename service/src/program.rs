//! How a binary runs: log, runtime, the work, the error on stderr, the exit code. `main` only
//! parses and hands over.

use std::future::Future;
use std::io::Write;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

use crate::Exit;
use crate::failure::{exit_of, tell};
use crate::log::{self, LogArgs};
use crate::plain;

/// Runs a program to its exit code: starts the log and the runtime, awaits `work`, and tells an
/// error as `error: …` and `hint: …` on stderr.
pub fn run(log: &LogArgs, work: impl Future<Output = anyhow::Result<Exit>>) -> ExitCode {
    let result = log::init(log).and_then(|()| {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(anyhow::Error::from)?.block_on(work)
    });
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            show(&error);
            exit_of(&error).into()
        }
    }
}

fn show(error: &anyhow::Error) {
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let mut err = anstream::stderr().lock();
    // Nobody is left to tell when stderr itself is gone.
    // Whatever text of others came in on the way, this is where it goes out.
    let _ = writeln!(err, "{red}error{red:#}: {}", plain::text(&tell(error)));
}
