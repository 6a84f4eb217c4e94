//! What a person sees while something takes long: a line that changes on a terminal, and otherwise a
//! plain line on stderr, at most every few seconds.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::Instant;

use crate::core::plain;

const PAUSE: Duration = Duration::from_secs(5);
/// What is over by then needs no line.
const PATIENCE: Duration = Duration::from_secs(2);

/// Tells what is waited for.
#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    began: Instant,
    told: Option<(Instant, String)>,
}

impl Progress {
    pub(super) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(
                ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            bar
        });
        Self { bar, began: Instant::now(), told: None }
    }

    /// What is waited for now.
    pub(super) fn waiting(&mut self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(plain::line(what));
            bar.tick();
            return;
        }
        let now = Instant::now();
        let is_due = match &self.told {
            None => now - self.began >= PATIENCE,
            Some((at, before)) => now - *at >= PAUSE || before != what && now - *at >= PATIENCE,
        };
        if is_due {
            self.line(&format!("{what} ({} s)", (now - self.began).as_secs()));
            self.told = Some((now, what.to_owned()));
        }
    }

    /// Something that is worth a line of its own.
    pub(super) fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprint_line(text)),
            None => eprint_line(text),
        }
    }

    /// It is over.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn eprint_line(text: &str) {
    // Nobody is left to tell when stderr itself is gone.
    let _ = writeln!(anstream::stderr(), "{}", plain::text(text));
}
