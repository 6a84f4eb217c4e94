//! Who the parts run as. Root starts them as an ordinary user, for PostgreSQL refuses root and
//! nothing else needs it; every other user runs them as itself.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

use anyhow::Context;
use nix::unistd::{Gid, Uid, User};
use service::{Exit, Failure};

/// The users a root-started stack may run as, the first that exists.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

/// The user the parts run as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// Whoever started the stack.
    Own,
    /// Another user, because root started the stack.
    Other {
        /// Its name, for messages.
        name: String,
        /// Its user id.
        uid: Uid,
        /// Its group id.
        gid: Gid,
    },
}

impl Account {
    /// The account for a stack that this process starts.
    ///
    /// # Errors
    /// When root starts it and neither `postgres` nor `nobody` exists.
    pub fn choose() -> anyhow::Result<Self> {
        if !nix::unistd::geteuid().is_root() {
            return Ok(Self::Own);
        }
        for name in CANDIDATES {
            if let Some(user) = User::from_name(name).with_context(|| format!("looking up the user {name}"))? {
                return Ok(Self::Other { name: user.name, uid: user.uid, gid: user.gid });
            }
        }
        Err(Failure::new(Exit::Machine, "PostgreSQL refuses to run as root, and there is no user postgres or nobody")
            .hint("run it as an ordinary user, or make one: useradd --system postgres")
            .into())
    }

    /// What `setpriv` (util-linux) is told to become this account.
    pub(crate) fn setpriv(&self) -> Vec<OsString> {
        match self {
            Self::Own => Vec::new(),
            Self::Other { uid, gid, .. } => {
                vec![format!("--reuid={uid}").into(), format!("--regid={gid}").into(), "--clear-groups".into()]
            }
        }
    }

    /// Makes a file or folder this account's own.
    pub(crate) fn own(&self, path: &Path) -> anyhow::Result<()> {
        match self {
            Self::Own => Ok(()),
            Self::Other { name, uid, gid } => chown(path, Some(uid.as_raw()), Some(gid.as_raw()))
                .with_context(|| format!("giving {} to the user {name}", path.display())),
        }
    }

    /// Checks that this account may go down to `path`; a folder above that is closed to it would
    /// otherwise show as a puzzling error of the part.
    ///
    /// # Errors
    /// A [`Failure`] that names the first closed folder.
    pub(crate) fn can_reach(&self, path: &Path, what_moves_it: &str) -> Result<(), Failure> {
        let Self::Other { name, uid, gid } = self else { return Ok(()) };
        // A link leads through the folders of its target too.
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut folders: Vec<&Path> = path.ancestors().skip(1).chain(real.ancestors().skip(1)).collect();
        folders.sort_by_key(|folder| folder.components().count());
        for folder in folders {
            let Ok(metadata) = fs::metadata(folder) else { continue };
            let bit = match (metadata.uid() == uid.as_raw(), metadata.gid() == gid.as_raw()) {
                (true, _) => 0o100,
                (false, true) => 0o010,
                (false, false) => 0o001,
            };
            if metadata.mode() & bit == 0 {
                let message = format!(
                    "root starts the parts as the user {name}, who may not enter {} on the way to {}",
                    folder.display(),
                    path.display()
                );
                return Err(Failure::new(Exit::Machine, message).hint(what_moves_it.to_owned()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_closed_folder_on_the_way_is_named() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("closed/inner");
        fs::create_dir_all(&inner).unwrap();
        fs::set_permissions(outer.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(outer.path().join("closed"), fs::Permissions::from_mode(0o700)).unwrap();
        let stranger =
            Account::Other { name: "x".into(), uid: Uid::from_raw(4_000_000), gid: Gid::from_raw(4_000_000) };
        let error = stranger.can_reach(&inner, "set STACK_DATA_DIR").unwrap_err();
        assert!(error.to_string().contains("closed on the way"), "{error}");
        assert!(Account::Own.can_reach(&inner, "").is_ok());
    }
}
