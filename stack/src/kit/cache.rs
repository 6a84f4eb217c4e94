//! The cache folder: the one place where everything fetched lies, and that can be removed whole.
//! What lies in it, and how it gets there, is told by the pieces.

use std::path::{Path, PathBuf};

use service::{Env, Exit, Failure};

/// The name of the folder below the user's or the system's cache.
const NAME: &str = "connect-companion";

/// The cache folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache of this user: `STACK_CACHE_DIR`, else below `/var/cache` for root (whose home is
    /// closed to the user that PostgreSQL runs as), else below `XDG_CACHE_HOME` or `~/.cache`.
    ///
    /// # Errors
    /// When none of them is set, or the folder that is set is not absolute.
    pub fn locate() -> Result<Self, Failure> {
        Self::locate_in(&Env::from_process(), nix::unistd::geteuid().is_root())
    }

    /// A cache at a given folder.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn locate_in(env: &Env, root_user: bool) -> Result<Self, Failure> {
        let (name, folder) = if let Some(folder) = env.text("STACK_CACHE_DIR") {
            ("STACK_CACHE_DIR", PathBuf::from(folder))
        } else if root_user {
            return Ok(Self::at(Path::new("/var/cache").join(NAME)));
        } else if let Some(folder) = env.text("XDG_CACHE_HOME") {
            ("XDG_CACHE_HOME", Path::new(&folder).join(NAME))
        } else if let Some(home) = env.text("HOME") {
            ("HOME", Path::new(&home).join(".cache").join(NAME))
        } else {
            return Err(Failure::new(Exit::Invalid, "there is no place for the cache: HOME is not set")
                .hint("set STACK_CACHE_DIR to a folder with 1 GB free"));
        };
        if folder.is_absolute() {
            return Ok(Self::at(folder));
        }
        Err(Failure::new(Exit::Invalid, format!("{name} gives a relative folder for the cache: {}", folder.display()))
            .hint(format!("set {name} to an absolute path")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(pairs: &[(&str, &str)], root_user: bool) -> Result<PathBuf, Failure> {
        Cache::locate_in(&Env::from_pairs(pairs.iter().copied()), root_user).map(|cache| cache.root)
    }

    #[test]
    fn the_cache_lies_where_the_user_says_else_where_the_server_can_read_it() {
        let home = ("HOME", "/home/a");
        assert_eq!(located(&[("STACK_CACHE_DIR", "/c"), home], true).unwrap(), Path::new("/c"));
        assert_eq!(located(&[home], true).unwrap(), Path::new("/var/cache/connect-companion"));
        assert_eq!(located(&[("XDG_CACHE_HOME", "/x"), home], false).unwrap(), Path::new("/x/connect-companion"));
        assert_eq!(located(&[home], false).unwrap(), Path::new("/home/a/.cache/connect-companion"));
    }

    #[test]
    fn a_relative_folder_or_none_is_refused() {
        assert!(located(&[("STACK_CACHE_DIR", "c")], false).unwrap_err().to_string().contains("STACK_CACHE_DIR"));
        assert!(located(&[], false).unwrap_err().to_string().contains("HOME is not set"));
    }
}
