//! Files that are read and written whole: what is written is there in full or not at all, and what could
//! be waited for without an end, or would not fit into memory, is not read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What becomes of a file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It is kept, and nothing is written.
    Keep,
    /// It is replaced.
    Replace,
}

/// Who may read a file, as far as the umask lets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Whoever owns it: it tells of secrets, or where they are.
    Owner,
    /// Everybody.
    All,
}

/// Writes a file: beside its place first, so that nobody ever finds a part of it.
///
/// # Errors
/// When it cannot be written, or is there and kept; nothing is left of it then.
pub fn write(path: &Path, text: &[u8], readers: Readers, existing: Existing) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Hidden, so that a folder of templates does not take it for one.
    let beside = path.with_file_name(format!(".{name}.{:08x}.part", rand::random::<u32>()));
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::All => 0o666,
    };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside)?;
    let written = file.write_all(text).and_then(|()| file.sync_all()).and_then(|()| match existing {
        Existing::Replace => fs::rename(&beside, path),
        // A link is made only where there is nothing yet, whoever else writes at the same time.
        Existing::Keep => fs::hard_link(&beside, path).and_then(|()| fs::remove_file(&beside)),
    });
    written.inspect_err(|_| {
        // What is left of it is of no use to anybody.
        let _ = fs::remove_file(&beside);
    })
}

/// Reads a file of at most `longest` bytes.
///
/// # Errors
/// When it cannot be read, is longer, or is no file that has an end.
pub fn read(path: &Path, longest: u64) -> io::Result<Vec<u8>> {
    // A FIFO would be waited for, for ever; one that a shell has opened for us, as `<(…)` does, has
    // somebody at its other end.
    let is_open = path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd") || path == Path::new("/dev/stdin");
    if !fs::metadata(path)?.is_file() && !is_open {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no regular file"));
    }
    all_of(File::open(path)?, longest)
}

/// Reads a text of at most `longest` bytes.
///
/// # Errors
/// As of [`read`], and when it is not UTF-8.
pub fn text_of(path: &Path, longest: u64) -> io::Result<String> {
    text(read(path, longest)?)
}

/// Reads standard input of at most `longest` bytes.
///
/// # Errors
/// When it cannot be read, or is longer.
pub fn stdin(longest: u64) -> io::Result<Vec<u8>> {
    all_of(io::stdin().lock(), longest)
}

/// The text that these bytes are.
///
/// # Errors
/// When they are not UTF-8.
pub fn text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
}

fn all_of(input: impl Read, longest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(longest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is longer than {} MiB", longest >> 20)));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_replaced_whole_and_read_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "before").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(write(&file, b"new", Readers::Owner, Existing::Keep).is_err());
        assert_eq!(read(&file, 6).unwrap(), b"before");
        write(&file, b"after", Readers::Owner, Existing::Replace).unwrap();
        assert_eq!(text_of(&file, 5).unwrap(), "after");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_is_too_long_or_has_no_end_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, [0xff; 5]).unwrap();
        assert_eq!(read(&file, 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(text_of(&file, 5).unwrap_err().to_string(), "it is not UTF-8");
        assert_eq!(read(folder.path(), 5).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        // Nobody writes into it: it would be waited for, for ever.
        let fifo = folder.path().join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(read(&fifo, 5).unwrap_err().to_string(), "this is no regular file");
    }
}
