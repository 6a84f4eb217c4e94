//! What files looked like when they were read, so that a change of them is noticed without reading them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::files;

/// Modification time in nanoseconds, length and inode of each file; `None` of what is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp(BTreeMap<PathBuf, Option<(i128, u64, u64)>>);

impl Stamp {
    /// The stamp of these files, and of those that make up these files and folders of templates.
    pub fn of(templates: &[PathBuf], others: impl IntoIterator<Item = PathBuf>) -> Self {
        let found = files::find(templates, true, &mut Vec::new());
        let all = found.into_iter().chain(templates.iter().cloned()).chain(others);
        Self(all.map(|path| (stamp(&path), path)).map(|(stamp, path)| (path, stamp)).collect())
    }
}

/// A link is followed: where a secret is mounted, the link is what changes.
fn stamp(path: &Path) -> Option<(i128, u64, u64)> {
    let file = fs::metadata(path).ok()?;
    // A folder changes with files that are no templates.
    let is_file = !file.is_dir();
    let modified = i128::from(file.mtime()) * 1_000_000_000 + i128::from(file.mtime_nsec());
    is_file.then_some((modified, file.len(), file.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_written_added_or_removed_changes_the_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let (template, secret) = (folder.path().join("a.json"), folder.path().join("secret"));
        let all = [folder.path().to_owned()];
        let mut stamps = Vec::new();
        let mut take = || stamps.push(Stamp::of(&all, [secret.clone()]));
        take();
        fs::write(&template, "{}").unwrap();
        take();
        fs::write(&template, "{ }").unwrap();
        take();
        fs::write(&secret, "x").unwrap();
        take();
        fs::remove_file(&template).unwrap();
        take();
        fs::write(folder.path().join("notes.txt"), "x").unwrap();
        take();
        let is_new: Vec<_> = stamps.windows(2).map(|pair| pair[0] != pair[1]).collect();
        assert_eq!(is_new, [true, true, true, true, false]);
    }
}
