//! Fetching a piece: get its files, hold them against the pinned list, lay them out, stamp them, put
//! them in place. What is whole is left alone, without a look at the network.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use service::{Exit, Failure};
use tokio::task::spawn_blocking;

use super::Cache;
use super::maven::{Maven, Refusal};
use super::piece::{Piece, Source};
use super::pins::{Difference, name_of};
use super::progress::Progress;
use super::stamp::Stamp;
use super::store::Store;
use super::{archive, maven, wheel};

/// Where the pieces go, and what they are fetched with.
#[derive(Clone, Debug)]
pub(super) struct Fetcher<'a> {
    cache: &'a Cache,
    maven: Option<Maven>,
}

impl<'a> Fetcher<'a> {
    /// A fetcher with the Maven of this machine, if it has one; what needs none does without.
    pub(super) fn new(cache: &'a Cache, java_home: Option<&Path>) -> Self {
        Self { cache, maven: Maven::find(java_home) }
    }

    /// A fetcher with a given Maven.
    #[cfg(test)]
    pub(super) fn with(cache: &'a Cache, maven: Maven) -> Self {
        Self { cache, maven: Some(maven) }
    }

    /// Gets a piece into the cache unless it is there, and tells its folder.
    pub(super) async fn ensure(&self, piece: &Piece) -> anyhow::Result<PathBuf> {
        self.attempt(piece).await?.map_err(|refusal| refusal.failure(&piece.title).into())
    }

    /// Like [`Fetcher::ensure`], with Maven's refusal as a value for those who know another way.
    pub(super) async fn attempt(&self, piece: &Piece) -> anyhow::Result<Result<PathBuf, Refusal>> {
        let place = self.cache.folder(piece);
        if self.cache.whole(piece).is_some() {
            return Ok(Ok(place));
        }
        let store = self.cache.open().await?;
        // Another run may have fetched it while this one waited.
        if self.cache.whole(piece).is_some() {
            return Ok(Ok(place));
        }
        let progress = Progress::start(&piece.title, piece.pins.files.len(), piece.pins.bytes);
        let fetched = self.fetch(&store, piece, progress).await.map_err(|error| explain(error, self.cache))?;
        Ok(fetched.map(|()| place))
    }

    async fn fetch(&self, store: &Store, piece: &Piece, mut progress: Progress) -> anyhow::Result<Result<(), Refusal>> {
        let files = match self.files(store, piece, &mut progress).await? {
            Ok(files) => files,
            Err(refusal) => return Ok(Err(refusal)),
        };
        progress.checking();
        let finished = store.unfinished(&piece.folder)?;
        let (owned, laid) = (piece.clone(), finished.clone());
        spawn_blocking(move || {
            refuse_differences(&owned, &owned.pins.differences(&files)?)?;
            lay(&owned.source, &files, &laid)?;
            Stamp::put(&laid, &owned.pins.edition)
        })
        .await??;
        store.place(&finished, &self.cache.folder(piece))?;
        progress.done();
        Ok(Ok(()))
    }

    /// The files a piece is made of, as they come. Maven does not look again at what its repository
    /// holds, so a file that was damaged there is thrown away and asked for once more.
    pub(super) async fn files(
        &self,
        store: &Store,
        piece: &Piece,
        progress: &mut Progress,
    ) -> anyhow::Result<Result<Vec<PathBuf>, Refusal>> {
        let (profiles, properties) = match &piece.source {
            Source::Jars { profiles, .. } => (profiles.as_str(), None),
            Source::Postgres(platform) => ("postgres", Some(format!("-Dpostgres.platform={}", platform.name()))),
            Source::Sales => {
                let folder = store.unfinished("wheel")?;
                let wheel = wheel::download(&folder).await?;
                let sales = archive::take(&wheel, wheel::SALES, &folder)?;
                return Ok(Ok(vec![wheel, sales]));
            }
        };
        let maven = self.maven.as_ref().ok_or_else(|| maven::missing(&piece.title))?;
        let files = match maven.resolve(store, profiles, properties.as_deref(), progress).await? {
            Ok(files) => files,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (pins, found) = (piece.pins.clone(), files.clone());
        let differences = spawn_blocking(move || pins.differences(&found)).await??;
        let damaged = differences
            .into_iter()
            .filter_map(Difference::damaged)
            .map(|file| fs::remove_file(&file).with_context(|| format!("removing the damaged {}", file.display())));
        if damaged.collect::<Result<Vec<()>, _>>()?.is_empty() {
            return Ok(Ok(files));
        }
        maven.resolve(store, profiles, properties.as_deref(), progress).await
    }
}

fn lay(source: &Source, files: &[PathBuf], folder: &Path) -> anyhow::Result<()> {
    match source {
        Source::Jars { inside: None, .. } => archive::link(files, folder),
        Source::Jars { inside: Some(inside), .. } => archive::link(files, &folder.join(inside)),
        Source::Postgres(_) => files.iter().try_for_each(|jar| archive::unpack_txz(jar, folder)),
        Source::Sales => {
            let sales: Vec<PathBuf> = files.iter().filter(|file| name_of(file) == wheel::SALES).cloned().collect();
            archive::link(&sales, folder)
        }
    }
}

fn refuse_differences(piece: &Piece, differences: &[Difference]) -> Result<(), Failure> {
    if differences.is_empty() {
        return Ok(());
    }
    let what = format!("{} is not what was pinned, and was not put into the cache", piece.title);
    Err(Failure::all(Exit::Failed, &what, differences)
        .hint("something between here and the repository changed it, or a mirror is broken; run it again, or ask who keeps the mirror"))
}

/// A full disk shows as an error of whatever wrote last; what to do about it is always the same.
fn explain(error: anyhow::Error, cache: &Cache) -> anyhow::Error {
    let full = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    if !full.into_iter().any(|cause| cause.kind() == io::ErrorKind::StorageFull) {
        return error;
    }
    Failure::new(Exit::Machine, format!("the disk with the cache {} is full", cache.root().display()))
        .because(error)
        .hint("free 1 GB there, or set STACK_CACHE_DIR to a folder on another disk")
        .into()
}

#[cfg(test)]
mod tests;
