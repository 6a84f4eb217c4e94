//! A run in the background: starts the supervisor as a process of its own, relays what it says, and
//! returns when the stack is ready or the supervisor gave up.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context;
use nix::sys::signal::Signal;
use service::{Exit, Shutdown};
use tokio::process::Command;
use tokio::time::sleep;

use super::child::begin_log;
use super::session::already_running;
use super::state::State;
use super::{Lock, Process};
use crate::folder::Folder;
use crate::settings::Settings;

const LOOK: Duration = Duration::from_millis(50);

/// How a detached start ended.
pub(crate) enum Started {
    /// The stack is ready, and its supervisor goes on in the background.
    Ready,
    /// The supervisor ended, after it had told why, with this exit code.
    Ended(Exit),
    /// The start was interrupted, and the supervisor stopped.
    Interrupted(Exit),
}

/// Starts this program again with `args` as a supervisor in the background.
pub(crate) async fn start(settings: &Settings, args: Vec<OsString>) -> anyhow::Result<Started> {
    let folder = Folder::of(&settings.name)?;
    if Lock::is_held(&folder)? {
        return Err(already_running(settings, &folder).into());
    }
    let shutdown = Shutdown::on_signals()?;
    let log = folder.log("stack");
    if let Some(logs) = log.parent() {
        fs::create_dir_all(logs).with_context(|| format!("making {}", logs.display()))?;
    }
    begin_log(&folder, "stack");
    let out = File::create(&log).with_context(|| format!("making {}", log.display()))?;
    let program = std::env::current_exe().context("finding this program")?;
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(out)
        .spawn()
        .context("starting the supervisor")?;
    let process = child.id().and_then(|pid| Process::of(i32::try_from(pid).ok()?));

    let mut relay = File::open(&log).with_context(|| format!("opening {}", log.display()))?;
    let mut interrupted = false;
    loop {
        let status = child.try_wait()?;
        // The state may still be that of a supervisor that was killed.
        let state = State::read(&folder.state()).unwrap_or_default();
        let ready = state.is_some_and(|state| Some(state.supervisor) == process && state.is_ready());
        let mut said = String::new();
        relay.read_to_string(&mut said).context("reading what the supervisor says")?;
        // Nobody is left to tell when stderr itself is gone.
        let _ = anstream::stderr().lock().write_all(said.as_bytes());
        match status {
            Some(_) if interrupted => return Ok(Started::Interrupted(shutdown.exit())),
            Some(status) => return Ok(Started::Ended(exit_of(status))),
            None if ready && !interrupted => return Ok(Started::Ready),
            None => {}
        }
        tokio::select! {
            () = sleep(LOOK) => {}
            () = shutdown.asked(), if !interrupted => {
                interrupted = true;
                if let Some(process) = process {
                    process.signal(Signal::SIGTERM);
                }
            }
        }
    }
}

/// The supervisor's own exit code, as far as it has one.
fn exit_of(status: ExitStatus) -> Exit {
    let all = [Exit::Ok, Exit::Usage, Exit::Invalid, Exit::Unreachable, Exit::Unhealthy, Exit::Denied, Exit::Machine];
    let of_code = |code: i32| all.into_iter().find(|exit| i32::from(exit.code()) == code);
    status.code().and_then(of_code).unwrap_or(Exit::Failed)
}
