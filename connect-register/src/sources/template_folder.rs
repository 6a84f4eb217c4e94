//! Template files that this program writes: each whole or not at all, and none over another one unless
//! that is asked for.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use service::{Exit, Failure};

/// What becomes of files that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// They are kept, and nothing is written at all.
    Keep,
    /// They are replaced.
    Replace,
}

/// Writes files into a folder, which is made where it is not there.
///
/// # Errors
/// When there is a file already, or one cannot be written; which ones were is told.
pub fn write(folder: &Path, files: &[(String, String)], existing: Existing) -> Result<Vec<PathBuf>, Failure> {
    fs::create_dir_all(folder).map_err(|error| {
        Failure::new(Exit::Failed, format!("the folder {} cannot be made", folder.display())).because(error)
    })?;
    let paths: Vec<_> = files.iter().map(|(name, _)| folder.join(name)).collect();
    if existing == Existing::Keep {
        let there: Vec<_> =
            paths.iter().filter(|path| path.symlink_metadata().is_ok()).map(|path| path.display()).collect();
        if !there.is_empty() {
            let failure = Failure::all(Exit::Failed, "these files are there already", &there);
            return Err(failure.hint("nothing was written; --force replaces them, another --dir leaves them alone"));
        }
    }
    for (path, (_, text)) in paths.iter().zip(files) {
        write_one(path, text, existing).map_err(|error| {
            Failure::new(Exit::Failed, format!("{} cannot be written", path.display()))
                .hint("the files before it were written")
                .because(error)
        })?;
    }
    Ok(paths)
}

fn write_one(path: &Path, text: &str, existing: Existing) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{:08x}.part", rand::random::<u32>()));
    let beside = PathBuf::from(beside);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| match existing {
        Existing::Replace => fs::rename(&beside, path),
        // A link is made only where there is nothing yet, whoever else writes at the same time.
        Existing::Keep => fs::hard_link(&beside, path).and_then(|()| fs::remove_file(&beside)),
    });
    written.inspect_err(|_| {
        // What is left of it is of no use to anybody.
        let _ = fs::remove_file(&beside);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Vec<(String, String)> {
        ["a.json", "b.json"].map(|name| (name.to_owned(), text.to_owned())).to_vec()
    }

    #[test]
    fn a_file_that_is_there_keeps_all_from_being_written_unless_it_is_to_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("new/inner");
        write(&inner, &files("1")[1..], Existing::Keep).unwrap();
        assert!(write(&inner, &files("2"), Existing::Keep).unwrap_err().to_string().contains("b.json"));
        assert!(!inner.join("a.json").exists());
        write(&inner, &files("3"), Existing::Replace).unwrap();
        let found: Vec<_> = fs::read_dir(&inner).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|path| fs::read_to_string(path).unwrap() == "3"));
    }

    #[test]
    fn a_link_that_leads_nowhere_is_a_file_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        std::os::unix::fs::symlink(&target, folder.path().join("a.json")).unwrap();
        assert!(write(folder.path(), &files("1"), Existing::Keep).is_err());
        write(folder.path(), &files("1"), Existing::Replace).unwrap();
        assert!(!target.exists());
    }
}
