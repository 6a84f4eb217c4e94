//! Template files: those named, and the `*.json` of folders named, not recursed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::core::{Mistake, Place};

/// A template longer than this is none.
const LONGEST: u64 = 1 << 20;

/// A file as the user named it, and its text.
#[derive(Clone, Debug)]
pub struct TemplateFile {
    /// Its path.
    pub file: Arc<str>,
    /// Its text.
    pub text: String,
}

/// Reads all files that `paths` name; what cannot be read is added to `mistakes`. A file named twice
/// is read once.
pub fn read(paths: &[PathBuf], mistakes: &mut Vec<Mistake>) -> Vec<TemplateFile> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        match expand(path) {
            Ok(expanded) => files.extend(expanded),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|path| seen.insert(path.clone()));
    let mut templates = Vec::new();
    for path in files {
        match text_of(&path) {
            Ok(text) => templates.push(TemplateFile { file: shown(&path), text }),
            Err(error) => mistakes.push(Mistake::new(Place::file(shown(&path)), format!("it cannot be read: {error}"))),
        }
    }
    templates
}

fn expand(path: &Path) -> Result<Vec<PathBuf>, Mistake> {
    let place = || Place::file(shown(path));
    let unreadable = |error: io::Error| Mistake::new(place(), format!("it cannot be read: {error}"));
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let is_hidden = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_template = file.extension().is_some_and(|extension| extension == "json");
        if is_template && !is_hidden && !file.is_dir() {
            found.push(file);
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(Mistake::new(place(), "there is no *.json in this folder").hint("folders are not recursed"));
    }
    Ok(found)
}

fn text_of(path: &Path) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    // A FIFO would be waited for, for ever.
    if !metadata.is_file() {
        return Err(io::Error::other("this is no regular file"));
    }
    if metadata.len() > LONGEST {
        return Err(io::Error::other("it is longer than 1 MiB"));
    }
    fs::read_to_string(path)
}

fn shown(path: &Path) -> Arc<str> {
    path.to_string_lossy().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_templates_in_order_and_is_not_recursed() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.json", "a.json", "README.md", ".hidden.json"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        fs::create_dir(folder.path().join("inner")).unwrap();
        fs::write(folder.path().join("inner/c.json"), "c").unwrap();
        let mut mistakes = Vec::new();
        let named_too = folder.path().join("b.json");
        let read = read(&[folder.path().to_owned(), named_too], &mut mistakes);
        assert!(mistakes.is_empty());
        assert_eq!(read.iter().map(|file| file.text.as_str()).collect::<Vec<_>>(), ["a.json", "b.json"]);
    }

    #[test]
    fn what_cannot_be_read_is_a_mistake_each() {
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("absent.json");
        let mut mistakes = Vec::new();
        assert!(read(&[absent, folder.path().to_owned(), PathBuf::from("/dev/null")], &mut mistakes).is_empty());
        assert_eq!(mistakes.len(), 3, "{mistakes:?}");
    }
}
