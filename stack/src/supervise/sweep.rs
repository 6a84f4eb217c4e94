//! Ends what a supervisor that was killed left behind: the processes that carry its stack's mark.
//! Never called while a supervisor lives.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::time::{Instant, sleep};

use super::lock::Lock;
use super::process::Process;
use super::state::State;
use crate::folder::Folder;
use crate::parts::setpriv::MARKER;

/// How long leftovers may take to end by themselves.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(25);

/// Ends every process of a stack, gently first, and tells how many there were.
pub(crate) async fn sweep(folder: &Folder) -> usize {
    let leftovers = of(folder);
    for process in &leftovers {
        // The fast shutdown of PostgreSQL; a JVM ends just as on SIGTERM.
        process.signal(Signal::SIGINT);
    }
    let deadline = Instant::now() + PATIENCE;
    while leftovers.iter().any(|process| process.is_alive()) && Instant::now() < deadline {
        sleep(LOOK).await;
    }
    // Looked for anew: a dying server may have had children that were not seen before.
    for process in of(folder) {
        process.signal(Signal::SIGKILL);
    }
    let deadline = Instant::now() + PATIENCE;
    while !of(folder).is_empty() && Instant::now() < deadline {
        sleep(LOOK).await;
    }
    leftovers.len()
}

/// Ends and removes every stack whose data was to go with it and whose supervisor was killed.
pub(crate) async fn sweep_orphans() -> anyhow::Result<()> {
    for folder in Folder::all()? {
        let state = State::read(&folder.state()).unwrap_or_default();
        if state.is_some_and(|state| state.ephemeral) && !Lock::is_held(&folder)? {
            let ended = sweep(&folder).await;
            folder.remove()?;
            tracing::info!(folder = %folder.path().display(), ended, "removed a stack that was left behind");
        }
    }
    Ok(())
}

/// Every living process of a stack: by its mark, or, for PostgreSQL's children, who overwrite their
/// environment with their title, by their working folder.
pub(crate) fn of(folder: &Folder) -> Vec<Process> {
    let mark = [MARKER.as_bytes(), b"=", folder.path().as_os_str().as_bytes()].concat();
    Process::all()
        .into_iter()
        .filter(|process| process.is_alive() && (is_marked(process.pid, &mark) || is_server_in(process.pid, folder)))
        .collect()
}

fn is_marked(pid: i32, mark: &[u8]) -> bool {
    fs::read(format!("/proc/{pid}/environ"))
        .is_ok_and(|environment| environment.split(|byte| *byte == 0).any(|variable| variable == mark))
}

fn is_server_in(pid: i32, folder: &Folder) -> bool {
    let link = |name: &str| fs::read_link(format!("/proc/{pid}/{name}")).unwrap_or_default();
    link("cwd").starts_with(folder.path()) && link("exe").file_name().is_some_and(|name| name == "postgres")
}
