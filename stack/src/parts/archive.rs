//! Class archives (`AppCDS`): a JVM that maps the classes of an earlier run boots in half the time.
//! An archive is made by the first clean stop of a part and fits one JRE and one set of jars.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};

use super::jvm::jars;
use super::{Kind, Plan};
use crate::kit::Kit;
use crate::settings::{Archives, Keep};

/// What a JVM part does about its class archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Archive {
    /// Neither uses nor makes one.
    None,
    /// Starts from this one.
    Use(PathBuf),
    /// Writes one to `draft` when it ends, which then becomes `file`.
    Train { draft: PathBuf, file: PathBuf },
}

impl Archive {
    /// What the `number`th part of a kind does: the first makes the archive where there is none,
    /// unless its data goes with it, for such a stack is not stopped but killed.
    pub(crate) fn of(plan: &Plan, kind: Kind, number: u32) -> anyhow::Result<Self> {
        if plan.settings.archives == Archives::Ignore {
            return Ok(Self::None);
        }
        let file = file(&plan.kit, kind)?;
        Ok(match (file.exists(), plan.settings.keep) {
            (true, _) => Self::Use(file),
            (false, Keep::Data) if number == 1 => {
                Self::Train { draft: plan.folder.rendered(&format!("{}.jsa", kind.name())), file }
            }
            (false, _) => Self::None,
        })
    }

    /// Whether it is being made.
    pub(crate) fn is_training(&self) -> bool {
        matches!(self, Self::Train { .. })
    }

    /// The JVM's flags. An archive that does not fit is passed over with a warning by the JVM itself.
    pub(crate) fn flags(&self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::Use(file) => vec!["-Xshare:auto".to_owned(), format!("-XX:SharedArchiveFile={}", file.display())],
            Self::Train { draft, .. } => vec![format!("-XX:ArchiveClassesAtExit={}", draft.display())],
        }
    }

    /// Removes what a part that was killed while writing left behind.
    pub(crate) fn discard_unfinished(&self) -> anyhow::Result<()> {
        let Self::Train { draft, .. } = self else { return Ok(()) };
        match fs::remove_file(draft) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing {}", draft.display()))
            }
            _ => Ok(()),
        }
    }

    /// Puts a finished archive into the cache, whole or not at all. The draft is written by the
    /// part's account, which may not write to the cache.
    pub(crate) fn keep(&self) -> anyhow::Result<()> {
        let Self::Train { draft, file } = self else { return Ok(()) };
        if !draft.exists() {
            return Ok(());
        }
        let kept = || -> std::io::Result<()> {
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            let new = file.with_extension(format!("{}.new", std::process::id()));
            fs::copy(draft, &new)?;
            fs::set_permissions(&new, fs::Permissions::from_mode(0o644))?;
            fs::rename(&new, file)?;
            fs::remove_file(draft)
        };
        kept().with_context(|| format!("keeping the class archive {}", file.display()))
    }
}

/// Whether both archives of a kit are there.
pub(crate) fn complete(kit: &Kit) -> anyhow::Result<bool> {
    Ok(file(kit, Kind::Kafka)?.exists() && file(kit, Kind::Connect)?.exists())
}

/// The archive of a kind: its name changes with the JRE and with every jar.
fn file(kit: &Kit, kind: Kind) -> anyhow::Result<PathBuf> {
    let mut hash = Sha256::new();
    let mut paths = jars(&kit.kafka_jars)?;
    paths.insert(0, fs::canonicalize(&kit.java).unwrap_or_else(|_| kit.java.clone()));
    for path in paths {
        let metadata = fs::metadata(&path).with_context(|| format!("reading {}", path.display()))?;
        hash.update(format!("{} {} {}\n", path.display(), metadata.len(), metadata.mtime()));
    }
    let digest: String = hash.finalize().iter().take(6).fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    Ok(Path::new(&kit.archives).join(format!("{}-{digest}.jsa", kind.name())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_archive_is_kept_and_an_unfinished_one_is_discarded() {
        let folder = tempfile::tempdir().unwrap();
        let (draft, file) = (folder.path().join("run.jsa"), folder.path().join("cache/kafka.jsa"));
        let archive = Archive::Train { draft: draft.clone(), file: file.clone() };
        archive.keep().unwrap();
        assert!(!file.exists());

        fs::write(&draft, "half").unwrap();
        archive.discard_unfinished().unwrap();
        assert!(!draft.exists());

        fs::write(&draft, "whole").unwrap();
        archive.keep().unwrap();
        assert_eq!((fs::read_to_string(&file).unwrap().as_str(), draft.exists()), ("whole", false));
    }
}
