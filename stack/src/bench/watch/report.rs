//! The figures of watching as Markdown.

use super::super::report::{self, table};
use super::{Fleet, Hour, Load, Memory};

/// The figures as Markdown.
pub fn report(fleet: &Fleet, hour: &Hour, load: &Load, command: &str) -> String {
    let [requests, looks, restarts] = fleet.requests;
    let rows = |rows: &[(&str, String)]| -> Vec<Vec<String>> {
        rows.iter().map(|(what, value)| vec![(*what).to_owned(), value.clone()]).collect()
    };
    let fleet_rows = rows(&[
        ("looks", format!("{looks} in {:.0} s", fleet.seconds)),
        ("requests a look, restarts apart", format!("{:.3}", ratio(requests.saturating_sub(restarts), looks))),
        ("tasks that were made to fail, restarts", format!("{}, {restarts}", fleet.failures)),
        ("processor time of a look", format!("{:.1} ms", fleet.look.as_secs_f64() * 1000.0)),
        ("resident set, begun, ended, most", memory(&fleet.memory)),
    ]);
    let [workers, tables, databases] = hour.troubles;
    let wrong = if hour.wrong.is_empty() { "0".to_owned() } else { hour.wrong.join("; ") };
    let landed: Vec<_> = hour.landed.iter().map(ToString::to_string).collect();
    let hour_rows = rows(&[
        ("time", format!("{:.0} min", hour.seconds / 60.0)),
        ("workers killed, tables taken away, stops of PostgreSQL", format!("{workers}, {tables}, {databases}")),
        ("times that a connector failed", hour.failures.to_string()),
        ("restarts by `watch`", hour.restarts.to_string()),
        ("of what ran", wrong),
        ("left dead in the end", "0".to_owned()),
        ("longest that something was dead although it could run", format!("{:.0} s", hour.longest.as_secs_f64())),
        ("sales in the ledger, which closed", hour.produced.to_string()),
        ("rows of each table", landed.join(", ")),
        ("resident set, begun, ended, most", memory(&hour.memory)),
    ]);
    format!(
        "`connect-register watch --interval 1s` over {} imitated connectors of which one task fails every second:\n\n\
         {}\n\
         `watch --interval 2s --restart-backoff 5s` over {} sinks ({}) on two real workers under {} sales/s, while \
         at random, every 20 to 60 s, a worker is killed, a sink's table is away for 5 to 40 s, or PostgreSQL is \
         stopped for 3 to 15 s (seed {}):\n\n{}\n\
         Repeat with `{command}`. Measured on {} ({} at the end).\n",
        fleet.connectors,
        table(&["", ""], &fleet_rows),
        hour.connectors,
        hour.sink,
        load.rate,
        load.seed,
        table(&["", ""], &hour_rows),
        report::machine(),
        report::load(),
    )
}

fn memory(memory: &Memory) -> String {
    memory
        .told()
        .map_or_else(|| "-".to_owned(), |[begun, ended, most]| format!("{begun:.1} MB, {ended:.1} MB, {most:.1} MB"))
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn ratio(one: u64, other: u64) -> f64 {
    one as f64 / other.max(1) as f64
}
