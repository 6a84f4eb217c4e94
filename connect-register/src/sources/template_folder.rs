//! Template files that this program writes: each whole or not at all, and none over another one unless
//! that is asked for.

use std::fs;
use std::path::{Path, PathBuf};

use service::{Exit, Failure};

use super::whole::{self, Existing, Readers};

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
        whole::write(path, text.as_bytes(), Readers::All, existing).map_err(|error| {
            Failure::new(Exit::Failed, format!("{} cannot be written", path.display()))
                .hint("the files before it were written")
                .because(error)
        })?;
    }
    Ok(paths)
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
