//! Shows how far a run is: a line that moves on a terminal, plain lines elsewhere. It only looks at the
//! metrics.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::metrics::Metrics;

/// When the first plain line is written.
const FIRST: Duration = Duration::from_secs(2);

/// Shows progress until it is dropped with its task. `every` is the time between two plain lines.
pub async fn show(metrics: Metrics, size: Option<u64>, every: Duration) {
    if std::io::stderr().is_terminal() {
        moving(&metrics, size).await;
    } else {
        plain(&metrics, size, every).await;
    }
}

async fn moving(metrics: &Metrics, size: Option<u64>) {
    let bar = match size {
        Some(size) => ProgressBar::new(size),
        None => ProgressBar::new_spinner(),
    };
    let template = match size {
        Some(_) => "{bar:30} {pos}/{len} {msg} {eta}",
        None => "{spinner} {pos} {msg}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    let bar = Cleared(bar);
    let mut rate = Rate::default();
    let mut tick = tokio::time::interval(Duration::from_millis(250));
    loop {
        tick.tick().await;
        bar.0.set_position(metrics.read.get());
        bar.0.set_message(format!("{:.0}/s, {}", rate.of(metrics.read.get()), waiting(metrics)));
    }
}

async fn plain(metrics: &Metrics, size: Option<u64>, every: Duration) {
    let mut rate = Rate::default();
    for pause in std::iter::once(FIRST).chain(std::iter::repeat(every)) {
        tokio::time::sleep(pause).await;
        let read = metrics.read.get();
        let of = size.map(|size| format!(" of {size}")).unwrap_or_default();
        tracing::info!("{read}{of} read, {:.0}/s, {}", rate.of(read), waiting(metrics));
    }
}

fn waiting(metrics: &Metrics) -> String {
    let refused: u64 = crate::event::Reason::ALL.into_iter().map(|reason| metrics.refused(reason)).sum();
    format!("{} acknowledged, {} waiting, {refused} refused", metrics.acked.get(), metrics.undelivered())
}

/// The rate since it was last asked.
struct Rate {
    at: Instant,
    count: u64,
}

impl Default for Rate {
    fn default() -> Self {
        Self { at: Instant::now(), count: 0 }
    }
}

impl Rate {
    fn of(&mut self, count: u64) -> f64 {
        let (since, before) = (self.at.elapsed().as_secs_f64(), self.count);
        *self = Self { at: Instant::now(), count };
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let more = count.saturating_sub(before) as f64;
        if since > 0.0 { more / since } else { 0.0 }
    }
}

/// A bar that leaves no trace.
struct Cleared(ProgressBar);

impl Drop for Cleared {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
