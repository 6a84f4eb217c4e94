//! Shows how the demo goes on: a live view on a terminal, plain lines elsewhere. It formats
//! readings; it measures nothing.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::reading::Reading;

/// How often plain lines are printed where there is no terminal.
const PLAIN_EVERY: Duration = Duration::from_secs(2);

/// The view of one phase of the demo.
#[derive(Debug)]
pub(super) struct View {
    bar: ProgressBar,
    live: bool,
    printed: Option<Instant>,
    title: String,
}

impl View {
    /// Begins a phase with a title and, where it is known, the number of events it is done after.
    pub(super) fn begin(title: &str, total: Option<u64>) -> Self {
        let live = std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(
            total,
            if live { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() },
        );
        let counted = if total.is_some() { " {bar:32} {human_pos}/{human_len}" } else { "" };
        let template = format!("{{spinner}} {{prefix:.bold}}{counted} {{elapsed}}\n{{msg}}");
        bar.set_style(ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(title.to_owned());
        if !live {
            eprintln!("{title}");
        }
        Self { bar, live, printed: None, title: title.to_owned() }
    }

    /// Shows what is so now.
    pub(super) fn show(&mut self, reading: &Reading) {
        if let Some(done) = reading.done {
            self.bar.set_position(count(done));
        }
        if self.live {
            self.bar.set_message(panel(reading));
            self.bar.tick();
        } else if self.printed.is_none_or(|at| at.elapsed() >= PLAIN_EVERY) {
            self.printed = Some(Instant::now());
            eprintln!("  {}", line(reading));
        }
    }

    /// So many events are with Kafka now, which is all there will be.
    pub(super) fn sent(&mut self, count: u64) {
        self.bar.set_position(count);
    }

    /// Ends the phase with a sentence about what came of it.
    pub(super) fn end(self, outcome: &str) {
        self.bar.finish_and_clear();
        if self.live {
            eprintln!("{}", self.title);
        }
        eprintln!("  {outcome}");
    }
}

/// Several lines for a terminal.
fn panel(reading: &Reading) -> String {
    let mut text = String::new();
    let rows = [
        ("produced", per_second(reading.produced_rate), "lag", whole(reading.lag)),
        ("landed", per_second(reading.landed_rate), "dead letters", whole(reading.dead)),
        ("latency P50", quantile(reading, |l| l.0), "P95", quantile(reading, |l| l.1)),
        ("connector", connector(reading), "tasks", tasks(reading)),
    ];
    for (left, a, right, b) in rows {
        let _ = writeln!(text, "  {left:<12} {a:>14}    {right:<13} {b:>14}");
    }
    text
}

/// One line for a log.
fn line(reading: &Reading) -> String {
    let produced = reading.done.map_or(String::new(), |done| format!("{} sent  ", HumanCount(count(done))));
    format!(
        "{produced}produced {}  landed {}  lag {}  dead {}  P50 {}  P95 {}  connector {}  tasks {}",
        per_second(reading.produced_rate),
        per_second(reading.landed_rate),
        whole(reading.lag),
        whole(reading.dead),
        quantile(reading, |l| l.0),
        quantile(reading, |l| l.1),
        connector(reading),
        tasks(reading),
    )
}

fn per_second(rate: Option<f64>) -> String {
    rate.map_or("–".to_owned(), |rate| format!("{}/s", HumanCount(count(rate))))
}

fn whole(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| HumanCount(count(value)).to_string())
}

fn quantile(reading: &Reading, pick: impl Fn((f64, f64)) -> f64) -> String {
    reading.latency.map_or("–".to_owned(), |latency| format!("{:.0} ms", pick(latency) * 1000.0))
}

fn connector(reading: &Reading) -> String {
    reading.connector.clone().unwrap_or_else(|| "–".to_owned())
}

fn tasks(reading: &Reading) -> String {
    match reading.tasks {
        (_, 0) => "–".to_owned(),
        (running, all) => format!("{running}/{all} RUNNING"),
    }
}

/// A whole number of events from a metric's float; metrics of counts are never negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of events, far below 2^53")]
fn count(value: f64) -> u64 {
    value.max(0.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_line_tells_all_that_is_known_and_dashes_the_rest() {
        let reading = Reading {
            done: Some(812_345.0),
            produced_rate: Some(152_331.4),
            lag: Some(0.0),
            latency: Some((0.0049, 0.0112)),
            connector: Some("RUNNING".to_owned()),
            tasks: (2, 3),
            ..Reading::default()
        };
        insta::assert_snapshot!(line(&reading), @"812,345 sent  produced 152,331/s  landed –  lag 0  dead –  P50 5 ms  P95 11 ms  connector RUNNING  tasks 2/3 RUNNING");
    }
}
