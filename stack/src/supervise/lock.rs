//! The lock that a supervisor holds as long as it lives: the kernel lets go of it however the
//! supervisor ends, so that it never lies.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use tokio::time::sleep;

use super::Process;
use crate::folder::Folder;

const LOOKS: u32 = 10;
const LOOK: Duration = Duration::from_millis(20);

/// The lock of one stack's folder, held until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    file: Flock<File>,
}

impl Lock {
    /// Takes the lock; `None` where another process holds it. The folder must exist.
    pub(crate) fn take(folder: &Folder) -> anyhow::Result<Option<Self>> {
        let path = folder.lock();
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("opening {}", path.display()))?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(file) => Ok(Some(Self { file })),
            Err((_, Errno::EWOULDBLOCK)) => Ok(None),
            Err((_, error)) => Err(error).with_context(|| format!("locking {}", path.display())),
        }
    }

    /// Writes into the lock who holds it: others can reach a supervisor that has no state yet.
    pub(crate) fn sign(&mut self, holder: Process) -> anyhow::Result<()> {
        let text = serde_json::to_vec(&holder)?;
        self.file.set_len(0).and_then(|()| self.file.write_all(&text)).context("writing into the stack's lock")
    }

    /// Who last signed the lock, if it still lives.
    pub(crate) fn holder(folder: &Folder) -> Option<Process> {
        let holder: Process = serde_json::from_slice(&fs::read(folder.lock()).ok()?).ok()?;
        holder.is_alive().then_some(holder)
    }

    /// Takes the lock, with some patience for a process that only looks whether it is held.
    pub(crate) async fn take_soon(folder: &Folder) -> anyhow::Result<Option<Self>> {
        for _ in 0..LOOKS {
            if let Some(lock) = Self::take(folder)? {
                return Ok(Some(lock));
            }
            sleep(LOOK).await;
        }
        Self::take(folder)
    }

    /// Whether a supervisor lives in this folder.
    pub(crate) fn is_held(folder: &Folder) -> anyhow::Result<bool> {
        Ok(folder.lock().exists() && Self::take(folder)?.is_none())
    }
}
