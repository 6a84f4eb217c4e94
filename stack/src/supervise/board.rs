//! The board on which the keepers write how their parts are: the state file for other programs, a
//! line on stderr for people, and a value to wait on.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::process::Process;
use super::state::{Condition, PartState, State, now};
use crate::parts::PartId;

/// What happened to a part.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// It has a process.
    Started(Option<Process>),
    /// It answers, this long after its start.
    Answers(Duration),
    /// It died, and will be started again.
    WillRestart { cause: String, pause: Duration },
    /// It died, and will not be started again.
    Failed(String),
    /// It was asked to stop.
    Stopping,
    /// It ended as asked.
    Stopped,
}

/// The board of one stack; clones write on the same.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    state: Arc<watch::Sender<State>>,
    file: PathBuf,
}

impl Board {
    /// A board that begins with `state`.
    pub(crate) fn new(state: State, file: PathBuf) -> anyhow::Result<Self> {
        state.write(&file)?;
        Ok(Self { state: Arc::new(watch::Sender::new(state)), file })
    }

    /// How the stack is now.
    pub(crate) fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Waits until the state is as asked.
    pub(crate) async fn until(&self, mut condition: impl FnMut(&State) -> bool) {
        // It cannot fail while this board, which holds the sender, is alive.
        let _ = self.state.subscribe().wait_for(|state| condition(state)).await;
    }

    /// Writes down what happened to a part.
    pub(crate) fn tell(&self, id: &PartId, event: &Event) {
        self.state.send_modify(|state| {
            let Some(part) = state.parts.iter_mut().find(|part| part.id == *id) else { return };
            let line = apply(part, event, now());
            say(&format!("{id:9} {line}"));
            if let Err(error) = state.write(&self.file) {
                tracing::error!("{error:#}");
            }
        });
    }
}

/// Changes a part's state, and gives the line that tells it.
fn apply(part: &mut PartState, event: &Event, now: u64) -> String {
    part.since = now;
    let (condition, line) = match event {
        Event::Started(process) => {
            part.process = *process;
            part.ready_after = None;
            let pid = process.map_or_else(String::new, |process| format!(", pid {}", process.pid));
            (Condition::Starting, format!("starting on 127.0.0.1:{}{pid}", part.port))
        }
        Event::Answers(after) => {
            part.ready_after = u64::try_from(after.as_millis()).ok();
            part.cause = None;
            (Condition::Ready, format!("ready after {} ms", after.as_millis()))
        }
        Event::WillRestart { cause, pause } => {
            part.process = None;
            part.restarts += 1;
            part.cause = Some(cause.clone());
            (Condition::Restarting, format!("DIED: {cause}; it is started again in {} ms", pause.as_millis()))
        }
        Event::Failed(cause) => {
            part.process = None;
            part.cause = Some(cause.clone());
            (Condition::Failed, format!("FAILED: {cause}"))
        }
        Event::Stopping => (Condition::Stopping, "stopping".to_owned()),
        Event::Stopped => {
            part.process = None;
            (Condition::Stopped, "stopped".to_owned())
        }
    };
    part.condition = condition;
    line
}

/// Says a line to the person who started the stack.
pub(crate) fn say(line: &str) {
    // Nobody is left to tell when stderr itself is gone.
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::Kind;

    #[test]
    fn the_story_of_a_part_is_told_in_lines() {
        let mut part = PartState {
            id: PartId::new(Kind::Kafka, 1, 1),
            kind: Kind::Kafka,
            condition: Condition::Waiting,
            since: 0,
            process: None,
            port: 29_092,
            ready_after: None,
            restarts: 0,
            cause: None,
        };
        let events = [
            Event::Started(Some(Process { pid: 7, started: 1 })),
            Event::Answers(Duration::from_millis(1100)),
            Event::WillRestart { cause: "signal: 9 (SIGKILL)".into(), pause: Duration::from_millis(250) },
            Event::Started(Some(Process { pid: 8, started: 2 })),
            Event::Answers(Duration::from_millis(900)),
            Event::Stopping,
            Event::Stopped,
        ];
        let lines: Vec<String> = events.iter().map(|event| apply(&mut part, event, 5)).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        starting on 127.0.0.1:29092, pid 7
        ready after 1100 ms
        DIED: signal: 9 (SIGKILL); it is started again in 250 ms
        starting on 127.0.0.1:29092, pid 8
        ready after 900 ms
        stopping
        stopped
        ");
        assert_eq!((part.restarts, part.condition, part.process), (1, Condition::Stopped, None));
    }
}
