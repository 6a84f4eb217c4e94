//! The state of a connector and its tasks, the verdict on it, and the root cause of a failure in one
//! line. Asking a worker, and doing something about it, is not here.

use serde::{Serialize, Serializer};

use super::{ConnectorName, plain};

/// A state as Connect names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Assigned to no worker, as during a rebalance.
    Unassigned,
    /// Running.
    Running,
    /// Paused by somebody.
    Paused,
    /// Stopped by somebody: it has no tasks.
    Stopped,
    /// Failed; Connect does not start it again by itself.
    Failed,
    /// Being restarted.
    Restarting,
    /// A state that this program does not know.
    Other(String),
}

/// The states that metrics name one by one.
pub const STATES: [State; 6] =
    [State::Unassigned, State::Running, State::Paused, State::Stopped, State::Failed, State::Restarting];

impl State {
    /// Reads a state as Connect names it.
    pub fn parse(name: &str) -> Self {
        STATES.into_iter().find(|state| state.as_str() == name).unwrap_or_else(|| Self::Other(plain::line(name)))
    }

    /// The state as Connect names it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unassigned => "UNASSIGNED",
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Stopped => "STOPPED",
            Self::Failed => "FAILED",
            Self::Restarting => "RESTARTING",
            Self::Other(name) => name,
        }
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The state of a connector and its tasks, as a worker reports it.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectorStatus {
    /// `sink` or `source`.
    pub kind: String,
    /// Its state.
    pub state: State,
    /// The worker it is on.
    pub worker: String,
    /// The trace of its failure, scrubbed.
    pub trace: Option<String>,
    /// Its tasks, by number.
    pub tasks: Vec<TaskStatus>,
}

impl ConnectorStatus {
    /// With those of its tasks that have not told of themselves yet. They do so one by one, as they start; only
    /// of what runs it matters.
    #[must_use]
    pub fn with_tasks(mut self, known: impl IntoIterator<Item = u32>) -> Self {
        if self.state != State::Running {
            return self;
        }
        for id in known {
            if self.tasks.iter().all(|task| task.id != id) {
                self.tasks.push(TaskStatus { id, state: State::Unassigned, worker: String::new(), trace: None });
            }
        }
        self.tasks.sort_by_key(|task| task.id);
        self
    }
}

/// The state of one task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskStatus {
    /// Its number.
    pub id: u32,
    /// Its state.
    pub state: State,
    /// The worker it is on.
    pub worker: String,
    /// The trace of its failure, scrubbed.
    pub trace: Option<String>,
}

/// Whether a connector does its work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It runs, and so does each of its tasks, of which there is at least one.
    Running,
    /// On its way: tasks are not there yet, unassigned, or being restarted.
    Starting,
    /// Somebody paused it.
    Paused,
    /// Somebody stopped it.
    Stopped,
    /// It, or a task of it, has failed.
    Failed {
        /// The root cause in one line.
        cause: String,
    },
    /// It is not there, or has no status yet.
    Missing,
}

impl Verdict {
    /// The verdict on what a worker reports.
    pub fn of(status: Option<&ConnectorStatus>) -> Self {
        let Some(status) = status else { return Self::Missing };
        let ConnectorStatus { kind: _, state, worker: _, trace, tasks } = status;
        if *state == State::Failed {
            return Self::Failed { cause: format!("connector: {}", root_cause_of(trace.as_deref())) };
        }
        let failed: Vec<_> = tasks.iter().filter(|task| task.state == State::Failed).collect();
        if let Some(first) = failed.first() {
            let cause = root_cause_of(first.trace.as_deref());
            let which = if failed.len() == tasks.len() && failed.len() > 1 {
                format!("all {} tasks", failed.len())
            } else {
                let ids: Vec<_> = failed.iter().map(|task| task.id.to_string()).collect();
                format!("task {}", ids.join(", "))
            };
            return Self::Failed { cause: format!("{which}: {cause}") };
        }
        match state {
            State::Paused => Self::Paused,
            State::Stopped => Self::Stopped,
            State::Running if !tasks.is_empty() && tasks.iter().all(|task| task.state == State::Running) => {
                Self::Running
            }
            _ => Self::Starting,
        }
    }

    /// The verdict in words.
    pub fn words(&self) -> String {
        match self {
            Self::Running => "running".to_owned(),
            Self::Starting => "starting".to_owned(),
            Self::Paused => "paused".to_owned(),
            Self::Stopped => "stopped".to_owned(),
            Self::Failed { cause } => format!("failed: {cause}"),
            Self::Missing => "missing".to_owned(),
        }
    }
}

fn root_cause_of(trace: Option<&str>) -> String {
    trace.map_or_else(|| "no cause was given".to_owned(), root_cause)
}

/// The root cause of a Java stack trace in one line: what its last `Caused by:` says, else its first
/// line.
pub fn root_cause(trace: &str) -> String {
    let cause = trace.lines().rev().find_map(|line| line.trim().strip_prefix("Caused by: "));
    let cause = cause.or_else(|| trace.lines().map(str::trim).find(|line| !line.is_empty()));
    plain::line(cause.unwrap_or("no cause was given"))
}

/// What a verdict on a connector is about, for messages.
pub fn tell(name: &ConnectorName, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Failed { cause } => format!("{name} has failed: {cause}"),
        other => format!("{name} is {}", other.words()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(state: &str, tasks: &[&str]) -> ConnectorStatus {
        let task = |(id, state): (usize, &&str)| TaskStatus {
            id: u32::try_from(id).unwrap(),
            state: State::parse(state),
            worker: "w".to_owned(),
            trace: (*state == "FAILED")
                .then(|| "a.B: outer\n\tat x\nCaused by: c.D: inner \u{1b}[31m\n\tat y".to_owned()),
        };
        ConnectorStatus {
            kind: "sink".to_owned(),
            state: State::parse(state),
            worker: "w".to_owned(),
            trace: None,
            tasks: tasks.iter().enumerate().map(task).collect(),
        }
    }

    #[test]
    fn a_connector_runs_only_with_a_task_and_when_all_of_them_run() {
        let table = [
            ("RUNNING", vec!["RUNNING", "RUNNING"], "running"),
            ("RUNNING", vec![], "starting"),
            ("RUNNING", vec!["RUNNING", "UNASSIGNED"], "starting"),
            ("RUNNING", vec!["RUNNING", "FAILED"], "failed: task 1: c.D: inner �[31m"),
            ("RUNNING", vec!["FAILED", "FAILED"], "failed: all 2 tasks: c.D: inner �[31m"),
            ("UNASSIGNED", vec!["UNASSIGNED"], "starting"),
            ("PAUSED", vec!["PAUSED"], "paused"),
            ("STOPPED", vec![], "stopped"),
            ("FAILED", vec![], "failed: connector: no cause was given"),
            ("SOMETHING_NEW", vec!["RUNNING"], "starting"),
        ];
        for (state, tasks, expected) in table {
            assert_eq!(Verdict::of(Some(&status(state, &tasks))).words(), expected, "{state} {tasks:?}");
        }
        assert_eq!(Verdict::of(None), Verdict::Missing);
    }

    #[test]
    fn a_task_that_has_not_told_of_itself_does_not_run() {
        let told = |state: &str, tasks: &[&str]| {
            let status = status(state, tasks).with_tasks([1, 0]);
            let tasks: Vec<_> = status.tasks.iter().map(|task| (task.id, task.state.as_str().to_owned())).collect();
            (Verdict::of(Some(&status)).words(), tasks)
        };
        let tasks = |states: [&str; 2]| vec![(0, states[0].to_owned()), (1, states[1].to_owned())];
        assert_eq!(told("RUNNING", &["RUNNING"]), ("starting".to_owned(), tasks(["RUNNING", "UNASSIGNED"])));
        assert_eq!(told("RUNNING", &["RUNNING", "RUNNING"]), ("running".to_owned(), tasks(["RUNNING", "RUNNING"])));
        assert_eq!(told("STOPPED", &[]), ("stopped".to_owned(), vec![]));
        assert_eq!(told("PAUSED", &[]), ("paused".to_owned(), vec![]));
    }

    #[test]
    fn the_root_cause_is_the_last_cause_else_the_first_line() {
        assert_eq!(root_cause("a\nCaused by: b\n\t... 3 more\nCaused by: c: d"), "c: d");
        assert_eq!(root_cause("\norg.X: why\n\tat y"), "org.X: why");
        assert_eq!(root_cause(""), "no cause was given");
    }
}
