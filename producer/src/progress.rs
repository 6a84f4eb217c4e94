//! Shows how far a run is: a line that moves on a terminal, plain lines elsewhere. It only looks at the
//! metrics.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::event::Reason;
use crate::metrics::Metrics;

/// What a run tells beside its rate.
pub type Tell = fn(&Metrics) -> String;

/// When the first plain line is written.
const FIRST: Duration = Duration::from_secs(2);

/// Shows progress until it is dropped with its task. `every` is the time between two plain lines.
pub async fn show(metrics: Metrics, size: Option<u64>, every: Duration, tell: Tell) {
    if std::io::stderr().is_terminal() {
        moving(&metrics, size, tell).await;
    } else {
        plain(&metrics, size, every, tell).await;
    }
}

async fn moving(metrics: &Metrics, size: Option<u64>, tell: Tell) {
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
        bar.0.set_message(format!("{:.0}/s, {}", rate.of(metrics.read.get()), tell(metrics)));
    }
}

async fn plain(metrics: &Metrics, size: Option<u64>, every: Duration, tell: Tell) {
    let mut rate = Rate::default();
    for pause in std::iter::once(FIRST).chain(std::iter::repeat(every)) {
        tokio::time::sleep(pause).await;
        let read = metrics.read.get();
        let of = size.map(|size| format!(" of {size}")).unwrap_or_default();
        tracing::info!("{read}{of} read, {:.0}/s, {}", rate.of(read), tell(metrics));
    }
}

/// What a run into Kafka tells beside its rate.
pub fn delivery(metrics: &Metrics) -> String {
    let (acked, waiting) = (metrics.acked.get(), metrics.undelivered());
    format!("{acked} acknowledged, {waiting} waiting, {} refused", refused(metrics))
}

/// What a dry run tells beside its rate.
pub fn checking(metrics: &Metrics) -> String {
    format!("{} sales, {} refused", metrics.attempted.get(), refused(metrics))
}

fn refused(metrics: &Metrics) -> u64 {
    Reason::ALL.into_iter().map(|reason| metrics.refused(reason)).sum()
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
