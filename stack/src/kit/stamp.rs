//! The stamp of a piece: every file in its folder with size and SHA-256, written last, so that a
//! folder with a stamp is whole. Looking at the sizes is cheap and done at each start; hashing all of
//! it is the doctor's.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::pins::digest;

const FILE: &str = "stamp.json";

/// What a piece's folder holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    schema_version: u32,
    /// The edition of the pinned list it was made from.
    edition: String,
    /// Every file by its path in the folder.
    entries: BTreeMap<PathBuf, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Entry {
    File { bytes: u64, sha256: String },
    Link { target: PathBuf },
}

impl Stamp {
    /// Opens a finished folder to every user (PostgreSQL does not run as root, who may have fetched
    /// it) and stamps it.
    pub(super) fn put(folder: &Path, edition: &str) -> anyhow::Result<()> {
        let mut entries = BTreeMap::new();
        for path in open_to_all(folder)? {
            let entry = Entry::of(&path).with_context(|| format!("reading {}", path.display()))?;
            entries.insert(path.strip_prefix(folder)?.to_owned(), entry);
        }
        let stamp = Self { schema_version: 1, edition: edition.to_owned(), entries };
        let file = folder.join(FILE);
        fs::write(&file, serde_json::to_vec(&stamp)?).with_context(|| format!("writing {}", file.display()))
    }

    /// The stamp of a folder; `None` where there is none of this edition.
    pub(super) fn read(folder: &Path, edition: &str) -> Option<Self> {
        let stamp: Self = serde_json::from_slice(&fs::read(folder.join(FILE)).ok()?).ok()?;
        (stamp.schema_version == 1 && stamp.edition == edition).then_some(stamp)
    }

    /// Whether every file is there with its size.
    pub(super) fn looks_whole(&self, folder: &Path) -> bool {
        self.entries.iter().all(|(path, entry)| match (entry, fs::symlink_metadata(folder.join(path))) {
            (Entry::File { bytes, .. }, Ok(metadata)) => metadata.is_file() && metadata.len() == *bytes,
            (Entry::Link { .. }, Ok(metadata)) => metadata.is_symlink(),
            (_, Err(_)) => false,
        })
    }

    /// Every file that is not as it was stamped, with what is wrong with it.
    pub(super) fn damage(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut damage = Vec::new();
        for (path, entry) in &self.entries {
            match Entry::of(&folder.join(path)) {
                Ok(found) if found == *entry => {}
                Ok(_) => damage.push(format!("{} was changed", path.display())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    damage.push(format!("{} is gone", path.display()));
                }
                Err(error) => damage.push(format!("{} cannot be read: {error}", path.display())),
            }
        }
        for path in files_in(folder)? {
            let inside = path.strip_prefix(folder).unwrap_or(&path);
            if inside != Path::new(FILE) && !self.entries.contains_key(inside) {
                damage.push(format!("{} does not belong there", inside.display()));
            }
        }
        Ok(damage)
    }

    /// The size of all files together.
    pub(super) fn bytes(&self) -> u64 {
        self.entries.values().map(|entry| if let Entry::File { bytes, .. } = entry { *bytes } else { 0 }).sum()
    }
}

impl Entry {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::symlink_metadata(path)?;
        if metadata.is_symlink() {
            return Ok(Self::Link { target: fs::read_link(path)? });
        }
        Ok(Self::File { bytes: metadata.len(), sha256: digest(path)? })
    }
}

/// Every file and link below a folder.
fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    Ok(files)
}

fn open_to_all(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let files = files_in(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut folders: Vec<&Path> = files.iter().filter_map(|file| file.parent()).collect();
    folders.dedup();
    let inner = folders.iter().flat_map(|inner| inner.ancestors()).filter(|inner| inner.starts_with(folder));
    for path in inner.chain(files.iter().map(PathBuf::as_path)) {
        let metadata = fs::symlink_metadata(path)?;
        let now = metadata.permissions().mode() & 0o777;
        let wanted = match metadata.is_dir() {
            true => 0o755,
            false if now & 0o100 != 0 => 0o555,
            false => 0o444,
        };
        if !metadata.is_symlink() && now & wanted != wanted {
            fs::set_permissions(path, fs::Permissions::from_mode(now | wanted))
                .with_context(|| format!("opening {} to every user", path.display()))?;
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        fs::write(folder.path().join("bin/a"), "aaa").unwrap();
        fs::write(folder.path().join("b"), "b").unwrap();
        symlink("bin/a", folder.path().join("link")).unwrap();
        for closed in ["bin", "bin/a"] {
            fs::set_permissions(folder.path().join(closed), fs::Permissions::from_mode(0o700)).unwrap();
        }
        Stamp::put(folder.path(), "one").unwrap();
        folder
    }

    #[test]
    fn a_stamped_folder_is_whole_and_open_to_every_user() {
        let folder = folder();
        let stamp = Stamp::read(folder.path(), "one").unwrap();
        assert!(stamp.looks_whole(folder.path()));
        assert_eq!((stamp.damage(folder.path()).unwrap(), stamp.bytes()), (Vec::<String>::new(), 4));
        for path in ["bin", "bin/a"] {
            let mode = folder.path().join(path).metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o755, "{path}");
        }
    }

    #[test]
    fn a_list_of_another_edition_makes_the_folder_stale() {
        assert_eq!(Stamp::read(folder().path(), "two"), None);
    }

    #[test]
    fn a_file_of_another_size_is_seen_without_hashing_and_other_damage_with_it() {
        let folder = folder();
        let stamp = Stamp::read(folder.path(), "one").unwrap();
        fs::write(folder.path().join("bin/a"), "bbb").unwrap();
        fs::write(folder.path().join("new"), "").unwrap();
        assert!(stamp.looks_whole(folder.path()));
        fs::remove_file(folder.path().join("b")).unwrap();
        assert!(!stamp.looks_whole(folder.path()));
        insta::assert_snapshot!(stamp.damage(folder.path()).unwrap().join("\n"), @r"
        b is gone
        bin/a was changed
        new does not belong there
        ");
    }
}
