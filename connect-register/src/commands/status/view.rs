//! What `status` shows: a line for each connector and each task, or all of it as a document.

use std::fmt::Write;

use jiff::{SpanRound, Timestamp, Unit};
use serde::Serialize;

use super::super::format::Width;
use super::super::show::columns;
use super::since::Since;
use crate::core::health::root_cause;
use crate::core::{ConnectorName, ConnectorStatus, State, Verdict, plain, prune};
use crate::reconcile::Observation;

#[derive(Serialize)]
pub(super) struct Body<'a> {
    pub(super) worker: &'a str,
    pub(super) connectors: Vec<Row>,
}

#[derive(Serialize)]
pub(super) struct Row {
    pub(super) name: ConnectorName,
    #[serde(flatten)]
    pub(super) verdict: Verdict,
    #[serde(rename = "type")]
    kind: Option<String>,
    class: Option<String>,
    /// The set that it is managed in.
    set: Option<String>,
    #[serde(flatten)]
    connector: Option<Part>,
    tasks: Vec<Task>,
}

#[derive(Serialize)]
struct Task {
    id: u32,
    #[serde(flatten)]
    part: Part,
    cause: Option<String>,
}

#[derive(Serialize)]
struct Part {
    state: State,
    worker: String,
    /// Since when it is in that state, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
}

/// What is known of a connector.
pub(super) fn row(name: ConnectorName, observation: &Observation, is_whole: bool, since: &Since) -> Row {
    let observed = observation.get(&name);
    let class = observed.and_then(|observed| observed.config.get("connector.class").cloned());
    let set = observed.and_then(|observed| prune::owner(&observed.config));
    let status = observed.and_then(|observed| observed.status.as_ref());
    let verdict = Verdict::of(status);
    let trace = |trace: &Option<String>| trace.as_ref().filter(|_| is_whole).cloned();
    let Some(ConnectorStatus { kind, state, worker, trace: why, tasks }) = status else {
        return Row { name, verdict, kind: None, class, set, connector: None, tasks: Vec::new() };
    };
    let part = |task: Option<u32>, state: &State, worker: &str, why: &Option<String>| Part {
        state: state.clone(),
        worker: worker.to_owned(),
        since: since.of_part(&name, task, state),
        trace: trace(why),
    };
    let task = |task: &crate::core::TaskStatus| Task {
        id: task.id,
        part: part(Some(task.id), &task.state, &task.worker, &task.trace),
        cause: task.trace.as_deref().map(root_cause),
    };
    let connector = part(None, state, worker, why);
    let tasks = tasks.iter().map(task).collect();
    Row { name, verdict, kind: Some(kind.clone()), class, set, connector: Some(connector), tasks }
}

/// The table, with whole traces where the rows have them; times are told from `now`.
pub(super) fn show(rows: &[Row], width: Width, now: Timestamp) -> String {
    if rows.is_empty() {
        return "no connectors\n".to_owned();
    }
    let mut lines = Vec::new();
    for row in rows {
        let (state, worker, since) = match &row.connector {
            Some(part) => (part.state.as_str().to_owned(), plain::line(&part.worker), age(part.since, now)),
            None => ("MISSING".to_owned(), String::new(), String::new()),
        };
        let running = row.tasks.iter().filter(|task| task.part.state == State::Running).count();
        let cause = match &row.verdict {
            Verdict::Failed { cause } => cause.clone(),
            Verdict::Starting if row.tasks.is_empty() => "it has no tasks yet".to_owned(),
            Verdict::Missing => "there is no such connector, or it has no status yet".to_owned(),
            _ => String::new(),
        };
        let of = format!("{running}/{}", row.tasks.len());
        let [kind, class, set] = [&row.kind, &row.class, &row.set].map(|text| text.clone().unwrap_or_default());
        lines.push([row.name.to_string(), String::new(), state, of, since, worker, kind, class, set, cause]);
        for task in &row.tasks {
            let Task { id, part, cause } = task;
            let cause = cause.clone().unwrap_or_default();
            let worker = plain::line(&part.worker);
            let (task, state) = (format!("task {id}"), part.state.as_str().to_owned());
            let none = String::new;
            let since = age(part.since, now);
            lines.push([none(), task, state, none(), since, worker, none(), none(), none(), cause]);
        }
    }
    let header = ["CONNECTOR", "", "STATE", "RUNNING", "SINCE", "WORKER", "TYPE", "CLASS", "SET", "CAUSE"];
    let (is_timed, is_wide) = (lines.iter().any(|line| !line[4].is_empty()), width == Width::Wide);
    let shown = [true, true, true, true, is_timed, true, is_wide, is_wide, is_wide, true];
    let mut text = columns(header, lines, shown);
    for row in rows {
        let connector = row.connector.iter().map(|part| ("connector".to_owned(), part));
        let tasks = row.tasks.iter().map(|task| (format!("task {}", task.id), &task.part));
        for (what, part) in connector.chain(tasks) {
            if let Some(trace) = &part.trace {
                // Writing to a string does not fail.
                let _ = write!(text, "\n{} {what}:\n{}\n", row.name, plain::text(trace).trim_end());
            }
        }
    }
    text
}

/// How long ago something was, as `kubectl` tells it: the largest two units.
fn age(since: Option<Timestamp>, now: Timestamp) -> String {
    let Some(since) = since else { return String::new() };
    let seconds = now.duration_since(since).as_secs().max(0);
    let unit = match seconds {
        0..600 => Unit::Second,
        600..36_000 => Unit::Minute,
        36_000..864_000 => Unit::Hour,
        _ => Unit::Day,
    };
    let round = SpanRound::new().largest(Unit::Day).smallest(unit).days_are_24_hours();
    let span = jiff::Span::new().seconds(seconds).round(round.mode(jiff::RoundMode::Trunc));
    span.map_or_else(|_| format!("{seconds}s"), |span| format!("{span:#}").replace(' ', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_two_units_at_most() {
        let now: Timestamp = "2026-01-31T08:00:00Z".parse().unwrap();
        let told = |seconds: i64| age(now.checked_sub(jiff::SignedDuration::from_secs(seconds)).ok(), now);
        let ages = [-5, 0, 59, 61, 599, 600, 3_700, 35_999, 36_000, 90_000, 864_000, 10_000_000].map(told);
        assert_eq!(ages, ["0s", "0s", "59s", "1m1s", "9m59s", "10m", "1h1m", "9h59m", "10h", "1d1h", "10d", "115d"]);
        assert_eq!(age(None, now), "");
    }
}
