//! The end of a stack from another process: asks its supervisor to stop, or cleans up where the
//! supervisor is dead.

use std::fs;
use std::io::ErrorKind;
use std::time::Duration;

use anyhow::Context;
use nix::sys::signal::Signal;
use service::{Exit, Failure};
use tokio::time::{Instant, sleep};

use super::{Lock, sweep};
use crate::folder::Folder;

/// Longer than all parts together may take, one of which may write its class archive on the way out.
const PATIENCE: Duration = Duration::from_mins(5);
const LOOK: Duration = Duration::from_millis(25);

/// What there was to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// A supervisor, which stopped its parts.
    Supervisor,
    /// So many processes that a dead supervisor had left behind.
    Leftovers(usize),
    /// Nothing ran.
    Nothing,
}

/// Stops the stack in a folder; when this returns none of its processes is left. The lock that is
/// returned keeps others from starting it.
pub(crate) async fn stop(folder: &Folder) -> anyhow::Result<(Stopped, Option<Lock>)> {
    if !folder.path().exists() {
        return Ok((Stopped::Nothing, None));
    }
    let deadline = Instant::now() + PATIENCE;
    let mut asked = None;
    let lock = loop {
        if let Some(lock) = Lock::take(folder)? {
            break lock;
        }
        let supervisor = Lock::holder(folder);
        if let Some(supervisor) = supervisor
            && asked != Some(supervisor)
        {
            supervisor.signal(Signal::SIGTERM);
            asked = Some(supervisor);
        }
        if Instant::now() >= deadline {
            let who = supervisor.map_or_else(|| "unknown".to_owned(), |supervisor| supervisor.pid.to_string());
            return Err(Failure::new(
                Exit::Unreachable,
                format!("the supervisor (pid {who}) did not stop within {} s", PATIENCE.as_secs()),
            )
            .hint(format!("kill it with `kill -9 {who}`, then run `stack down` again, which cleans up"))
            .into());
        }
        sleep(LOOK).await;
    };
    // A supervisor that was killed left its state behind, and perhaps processes.
    let left = sweep::sweep(folder).await;
    match fs::remove_file(folder.state()) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error).context("removing the state"),
        _ => {}
    }
    let stopped = match (asked, left) {
        (_, left) if left > 0 => Stopped::Leftovers(left),
        (Some(_), _) => Stopped::Supervisor,
        (None, _) => Stopped::Nothing,
    };
    Ok((stopped, Some(lock)))
}
