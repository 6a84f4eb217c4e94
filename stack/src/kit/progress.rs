//! What is being fetched, how much it is and how far it is: a bar on a terminal, plain lines
//! elsewhere. Nothing is shown for what is there already.

use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

/// How often a plain line is printed while a piece is on its way.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The progress of one piece.
#[derive(Debug)]
pub(super) struct Progress {
    title: String,
    bytes: u64,
    bar: ProgressBar,
    started: Instant,
    last_line: Instant,
}

impl Progress {
    /// Says what is fetched now.
    pub(super) fn start(title: &str, files: usize, bytes: u64) -> Self {
        let bar = ProgressBar::new(bytes);
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:24}] {bytes}/{total_bytes} {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(format!("fetching {title}"));
        if bar.is_hidden() {
            let noun = if files == 1 { "file" } else { "files" };
            eprintln!("fetching {title} ({files} {noun}, {})", HumanBytes(bytes));
        }
        let now = Instant::now();
        Self { title: title.to_owned(), bytes, bar, started: now, last_line: now }
    }

    /// Says how many bytes are here, as far as that is known.
    pub(super) fn at(&mut self, bytes: u64) {
        let bytes = bytes.min(self.bytes);
        self.bar.set_position(bytes);
        if self.bar.is_hidden() && self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            let seconds = self.started.elapsed().as_secs();
            eprintln!("  {}: {} of {} after {seconds} s", self.title, HumanBytes(bytes), HumanBytes(self.bytes));
        }
    }

    /// Says that all is here and is being checked and laid in place.
    pub(super) fn checking(&self) {
        self.bar.set_position(self.bytes);
        self.bar.set_message(format!("checking {}", self.title));
    }

    /// Says that the piece is in its place.
    pub(super) fn done(self) {
        self.bar.finish_and_clear();
        eprintln!("fetched {} in {:.1} s", self.title, self.started.elapsed().as_secs_f64());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        // An error message must not stand behind half a bar.
        self.bar.finish_and_clear();
    }
}
