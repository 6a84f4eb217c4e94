//! Files of templates: those named, those of folders named (not recursed), and standard input.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::whole;
use crate::core::document::{Format, encoding};
use crate::core::{Mistake, Place};

/// A template file longer than this is none; thousands of connectors fit.
const LONGEST: u64 = 8 << 20;
/// The path that means standard input.
const STDIN: &str = "-";

/// A file as the user named it, and its text.
#[derive(Clone, Debug)]
pub struct TemplateFile {
    /// Its path.
    pub file: Arc<str>,
    /// Its format.
    pub format: Format,
    /// Its text.
    pub text: String,
}

/// The files that `paths` name; what is none is added to `mistakes`. A file named twice counts once, and a
/// folder without any is more often a slip than a wish.
pub fn find(paths: &[PathBuf], may_be_empty: bool, mistakes: &mut Vec<Mistake>) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        match expand(path) {
            Ok(expanded) if expanded.is_empty() && !may_be_empty => mistakes.push(empty(path)),
            Ok(expanded) => files.extend(expanded),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    let mut seen = BTreeSet::new();
    files.retain(|path| seen.insert(path.clone()));
    files
}

fn expand(path: &Path) -> Result<Vec<PathBuf>, Mistake> {
    let place = || Place::file(shown(path));
    let unreadable = |error: io::Error| Mistake::new(place(), format!("it cannot be read: {error}"));
    if is_stdin(path) || !fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let is_hidden = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if Format::of_name(&file).is_some() && !is_hidden && !file.is_dir() {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}

fn empty(folder: &Path) -> Mistake {
    let what = "there is no *.json, *.yaml, *.yml or *.properties in this folder";
    Mistake::new(Place::file(shown(folder)), what).hint("folders are not recursed")
}

/// Reads a file. Its name tells the format, else `format`, else what stands in it.
///
/// # Errors
/// Why it cannot be read, or where it is no text.
pub fn read(path: &Path, format: Option<Format>) -> Result<TemplateFile, Mistake> {
    let file = shown(path);
    let bytes = bytes_of(path).map_err(|error| unreadable(&file, &error))?;
    let format = Format::of_name(path).or(format);
    let text = encoding::decode(&file, bytes, format)?;
    Ok(TemplateFile { format: format.unwrap_or_else(|| Format::guess(&text)), file, text })
}

fn unreadable(file: &Arc<str>, error: &io::Error) -> Mistake {
    let mistake = Mistake::new(Place::file(file.clone()), format!("it cannot be read: {error}"));
    if error.kind() == io::ErrorKind::InvalidInput {
        mistake.hint("pipe it into standard input: … | connect-register … -f -")
    } else {
        mistake
    }
}

/// The text of a file of reasonable length.
pub(super) fn text_of(path: &Path) -> io::Result<String> {
    whole::text(bytes_of(path)?)
}

fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let bytes = if is_stdin(path) { whole::stdin(LONGEST) } else { whole::read(path, LONGEST) };
    bytes.map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => io::Error::other(format!("{error}; a folder takes any number of files")),
        _ => error,
    })
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new(STDIN)
}

fn shown(path: &Path) -> Arc<str> {
    if is_stdin(path) { "<stdin>".into() } else { path.to_string_lossy().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(paths: &[PathBuf]) -> (Vec<String>, Vec<Mistake>) {
        let mut mistakes = Vec::new();
        let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        (find(paths, false, &mut mistakes).into_iter().map(name).collect(), mistakes)
    }

    #[test]
    fn a_folder_gives_its_templates_in_order_and_is_not_recursed() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.json", "a.yaml", "c.yml", "d.properties", "README.md", ".hidden.json", "e.json.bak"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        fs::create_dir(folder.path().join("inner")).unwrap();
        fs::create_dir(folder.path().join("folder.json")).unwrap();
        fs::write(folder.path().join("inner/c.json"), "c").unwrap();
        let named_too = folder.path().join("b.json");
        let (names, mistakes) = found(&[folder.path().to_owned(), named_too]);
        assert_eq!((names.join(" "), mistakes), ("a.yaml b.json c.yml d.properties".to_owned(), vec![]));
    }

    #[test]
    fn what_cannot_be_read_is_a_mistake_each_and_nothing_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("empty")).unwrap();
        nix::unistd::mkfifo(&at("fifo.json"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        std::os::unix::fs::symlink(at("loop.json"), at("loop.json")).unwrap();
        std::os::unix::fs::symlink(at("nowhere.json"), at("dangling.json")).unwrap();
        fs::File::create(at("huge.json")).unwrap().set_len(LONGEST + 1).unwrap();
        fs::write(at("latin.yaml"), b"name: \xe9").unwrap();
        let mut mistakes = Vec::new();
        let paths = [at("absent.json"), at("empty"), folder.path().to_owned(), "/dev/zero".into()];
        for path in find(&paths, false, &mut mistakes) {
            mistakes.extend(read(&path, None).err());
        }
        mistakes.sort();
        let shown = mistakes.iter().map(|m| m.to_string().replace(&*folder.path().to_string_lossy(), "DIR"));
        insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @"
        /dev/zero: it cannot be read: this is no regular file (pipe it into standard input: … | connect-register … -f -)
        DIR/absent.json: it cannot be read: No such file or directory (os error 2)
        DIR/dangling.json: it cannot be read: No such file or directory (os error 2)
        DIR/empty: there is no *.json, *.yaml, *.yml or *.properties in this folder (folders are not recursed)
        DIR/fifo.json: it cannot be read: this is no regular file (pipe it into standard input: … | connect-register … -f -)
        DIR/huge.json: it cannot be read: it is longer than 8 MiB; a folder takes any number of files
        DIR/latin.yaml:1:7: the byte 0xE9 is no UTF-8 (save it as UTF-8)
        DIR/loop.json: it cannot be read: Too many levels of symbolic links (os error 40)
        ");
    }

    #[test]
    fn the_format_is_told_by_the_name_else_given_else_guessed() {
        let folder = tempfile::tempdir().unwrap();
        for (name, given, format) in [
            ("a.yaml", Some(Format::Json), Format::Yaml),
            ("a.txt", Some(Format::Properties), Format::Properties),
            ("a.txt", None, Format::Yaml),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, "name: a").unwrap();
            assert_eq!(read(&path, given).unwrap().format, format, "{name}");
        }
    }
}
