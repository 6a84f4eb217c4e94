//! How a piece gets its place in the cache: under a lock that all runs share, made in a folder
//! beside, stamped, and renamed into place whole. What a run that was killed left behind is never
//! taken for a piece, and is cleared away by the next.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use service::{Exit, Failure};
use tokio::time::sleep;

use super::Cache;
use super::piece::Piece;
use super::stamp::Stamp;

const LOOK: Duration = Duration::from_millis(200);

impl Cache {
    /// A piece's folder.
    pub(super) fn folder(&self, piece: &Piece) -> PathBuf {
        self.root().join(&piece.folder)
    }

    /// A piece's stamp, where the piece is there and every file has its size.
    pub(super) fn whole(&self, piece: &Piece) -> Option<Stamp> {
        let folder = self.folder(piece);
        Stamp::read(&folder, &piece.pins.edition).filter(|stamp| stamp.looks_whole(&folder))
    }

    /// Waits for the right to change the cache, and clears away what an earlier run left unfinished.
    pub(super) async fn open(&self) -> anyhow::Result<Store> {
        self.make().map_err(|error| {
            Failure::new(Exit::Machine, format!("the cache folder {} cannot be written", self.root().display()))
                .because(error)
                .hint("set STACK_CACHE_DIR to a folder of yours")
        })?;
        let path = self.root().join("lock");
        let lock = File::create(&path).with_context(|| format!("opening {}", path.display()))?;
        let mut told = false;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {
                    if !told {
                        eprintln!("another run is filling the cache {}; waiting for it", self.root().display());
                        told = true;
                    }
                    sleep(LOOK).await;
                }
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("locking {}", path.display()));
                }
            }
        }
        let store = Store { root: self.root().to_owned(), _lock: lock };
        remove(&store.work())?;
        Ok(store)
    }

    /// Makes the cache folder. Other users read it, whatever the caller's umask.
    fn make(&self) -> io::Result<()> {
        if self.root().is_dir() {
            return Ok(());
        }
        if let Some(parent) = self.root().parent() {
            DirBuilder::new().recursive(true).mode(0o755).create(parent)?;
        }
        DirBuilder::new().recursive(true).create(self.root())?;
        fs::set_permissions(self.root(), fs::Permissions::from_mode(0o755))
    }
}

/// The cache with the right to change it, which ends when this is dropped or its owner dies.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
    _lock: File,
}

impl Store {
    /// A new, empty folder to make something in.
    pub(super) fn unfinished(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.work().join(name);
        remove(&folder)?;
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        Ok(folder)
    }

    /// Puts a finished folder in its place, whole or not at all; what was there before goes.
    pub(super) fn place(&self, finished: &Path, place: &Path) -> anyhow::Result<()> {
        let before = self.work().join("replaced");
        remove(&before)?;
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
        }
        if place.symlink_metadata().is_ok() {
            fs::rename(place, &before).with_context(|| format!("moving {} away", place.display()))?;
        }
        fs::rename(finished, place).with_context(|| format!("moving {} to {}", finished.display(), place.display()))?;
        remove(&before)
    }

    /// Maven's local repository. It is kept: a later piece, or another Kafka, shares much of it.
    pub(super) fn maven_repository(&self) -> PathBuf {
        self.root.join("m2")
    }

    /// What the last run of a program that fetches said.
    pub(super) fn log(&self) -> PathBuf {
        self.root.join("fetch.log")
    }

    /// Where things are made before they have a place. On the cache's own disk, so that a rename is whole.
    fn work(&self) -> PathBuf {
        self.root.join("unfinished")
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // What cannot be cleared away now, the next run clears.
        let _ = remove(&self.work());
    }
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The size of all files below a folder, as far as it can be read while others write there.
pub(super) fn bytes_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_in(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}
