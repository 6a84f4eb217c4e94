//! Tells how far a longer work is: a spinner where stderr is a terminal, plain lines now and then
//! where it is not. Work of less than two seconds says nothing in a log.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

const FIRST: Duration = Duration::from_secs(2);
const NEXT: Duration = Duration::from_secs(5);

/// One work in progress; it vanishes from a terminal when dropped.
#[derive(Debug)]
pub struct Progress {
    spinner: Option<ProgressBar>,
    due: Mutex<Instant>,
}

impl Progress {
    /// Starts to tell.
    pub fn start() -> Self {
        let spinner = std::io::stderr().is_terminal().then(|| {
            let spinner = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
                spinner.set_style(style);
            }
            spinner.enable_steady_tick(Duration::from_millis(120));
            spinner
        });
        Self { spinner, due: Mutex::new(Instant::now() + FIRST) }
    }

    /// What is being done at this moment.
    pub fn tell(&self, what: &str) {
        if let Some(spinner) = &self.spinner {
            spinner.set_message(what.to_owned());
            return;
        }
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        if Instant::now() >= *due {
            *due = Instant::now() + NEXT;
            eprintln!("{what}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
    }
}
