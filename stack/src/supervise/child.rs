//! The running process of one part: its log, its end, its farewell.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use anyhow::Context;
use nix::sys::signal::Signal;
use tokio::process::Command;
use tokio::time::timeout;

use super::process::Process;
use crate::folder::Folder;
use crate::parts::{Account, Farewell, Part, setpriv};
use crate::settings::Keep;

/// Lines of a log that are shown when its part dies.
const SHOWN: usize = 15;
/// Lines are looked for in this much of the log's end.
const TAIL: u64 = 16 * 1024;

/// A started part.
#[derive(Debug)]
pub(crate) struct Child {
    running: tokio::process::Child,
    pub(crate) process: Option<Process>,
    log: PathBuf,
    /// Where in the log this run begins.
    begins: u64,
}

impl Child {
    /// Starts a part; what it says is appended to its log.
    pub(crate) fn spawn(part: &dyn Part, folder: &Folder, account: &Account) -> anyhow::Result<Self> {
        let log = folder.log(part.id().as_str());
        let out = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .with_context(|| format!("opening {}", log.display()))?;
        let begins = out.metadata().map_or(0, |metadata| metadata.len());
        let launch = part.launch()?;
        let running = Command::from(setpriv::command(&launch, account, folder, part.farewell().gentle))
            .stdin(Stdio::null())
            .stderr(out.try_clone()?)
            .stdout(out)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {} through setpriv (util-linux)", launch.program.display()))?;
        let process = running.id().and_then(|pid| Process::of(i32::try_from(pid).ok()?));
        Ok(Self { running, process, log, begins })
    }

    /// Waits for its end, and tells how it ended and what it said last.
    pub(crate) async fn death(&mut self) -> String {
        let how = match self.running.wait().await {
            Ok(status) => how(status),
            Err(error) => format!("it was lost: {error}"),
        };
        let said = self.last_words();
        if said.is_empty() { how } else { format!("{how}; its last words in {}:\n{said}", self.log.display()) }
    }

    /// Asks it to stop and waits for its end; where it does not end in time it is killed. True when
    /// it ended by itself.
    pub(crate) async fn stop(&mut self, farewell: Farewell, keep: Keep) -> bool {
        let signal = match keep {
            Keep::Data => farewell.gentle,
            Keep::Nothing => farewell.quick,
        };
        if let Some(process) = self.process {
            process.signal(signal);
            // A stopped process takes no notice of anything else.
            process.signal(Signal::SIGCONT);
        }
        if timeout(farewell.patience, self.running.wait()).await.is_ok() {
            return true;
        }
        // Killing fails only where it has just ended.
        let _ = self.running.kill().await;
        false
    }

    fn last_words(&self) -> String {
        let read = || -> std::io::Result<String> {
            let mut file = File::open(&self.log)?;
            let end = file.metadata()?.len();
            file.seek(SeekFrom::Start(self.begins.max(end.saturating_sub(TAIL))))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        last_lines(&read().unwrap_or_default())
    }
}

/// Keeps the log of the run before, and begins a new one.
pub(crate) fn begin_log(folder: &Folder, name: &str) {
    // Where there is none yet, there is nothing to keep.
    let _ = fs::rename(folder.log(name), folder.old_log(name));
}

fn how(status: ExitStatus) -> String {
    format!("it ended with {status}")
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let shown = lines.iter().skip(lines.len().saturating_sub(SHOWN));
    shown.map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_shown_and_empty_ones_are_not() {
        let text = std::array::from_fn::<_, 30, _>(|n| format!("line {n}\n\n")).concat();
        let shown = last_lines(&text);
        assert_eq!((shown.lines().count(), shown.lines().next()), (SHOWN, Some("    line 15")));
        assert_eq!(last_lines(""), "");
    }
}
