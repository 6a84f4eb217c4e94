//! Where a stack keeps its things: data, logs, rendered configs, password, state. One folder a
//! stack, all below one base; what is written into them is told by who writes.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use service::{Env, Exit, Failure};

use crate::parts::{Account, PartId};
use crate::settings::StackName;

/// The folder of one stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder of the stack of this name: below `STACK_DATA_DIR`, else `/var/lib/connect-companion`
    /// for root, else `$XDG_STATE_HOME/connect-companion` or `~/.local/state/connect-companion`.
    ///
    /// # Errors
    /// When there is no such place, or it is not absolute.
    pub fn of(name: &StackName) -> Result<Self, Failure> {
        Ok(Self(base(&Env::from_process(), nix::unistd::geteuid().is_root())?.join(name.as_str())))
    }

    /// The folders of all stacks that are or were run here.
    ///
    /// # Errors
    /// As [`Folder::of`].
    pub fn all() -> anyhow::Result<Vec<Self>> {
        let base = base(&Env::from_process(), nix::unistd::geteuid().is_root())?;
        let entries = match fs::read_dir(&base) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error).with_context(|| format!("reading {}", base.display())),
        };
        let mut folders: Vec<Self> = entries.flatten().map(|entry| Self(entry.path())).collect();
        folders.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(folders)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What the supervisor writes down while it runs.
    pub fn state(&self) -> PathBuf {
        self.0.join("state.json")
    }

    /// Locked by the supervisor as long as it lives.
    pub(crate) fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    /// What the data was made with.
    pub(crate) fn origin(&self) -> PathBuf {
        self.0.join("origin.json")
    }

    /// PostgreSQL's password, for the user who started the stack alone.
    pub fn password(&self) -> PathBuf {
        self.0.join("password")
    }

    /// The log of a part, or of the supervisor itself (`stack`).
    pub fn log(&self, name: &str) -> PathBuf {
        self.0.join("logs").join(format!("{name}.log"))
    }

    /// The log of a part's run before this one.
    pub(crate) fn old_log(&self, name: &str) -> PathBuf {
        self.0.join("logs").join(format!("{name}.log.1"))
    }

    /// A rendered config or another file that is made anew at every start.
    pub(crate) fn rendered(&self, name: &str) -> PathBuf {
        self.0.join("run").join(name)
    }

    /// The data of a part.
    pub(crate) fn data(&self, part: &PartId) -> PathBuf {
        self.0.join("data").join(part.to_string())
    }

    /// Makes the folder and those in it; the parts' account may write where parts write.
    pub(crate) fn make(&self, account: &Account) -> anyhow::Result<()> {
        for name in ["", "logs", "run", "data"] {
            let path = self.0.join(name);
            fs::create_dir_all(&path).with_context(|| format!("making {}", path.display()))?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
                .with_context(|| format!("opening {}", path.display()))?;
        }
        account.own(&self.0.join("run"))?;
        account.own(&self.0.join("data"))?;
        account.can_reach(&self.0.join("data"), "set STACK_DATA_DIR to a folder that user may enter")?;
        Ok(())
    }

    /// Removes the folder and all in it.
    ///
    /// # Errors
    /// When something in it cannot be removed.
    pub fn remove(&self) -> anyhow::Result<()> {
        match fs::remove_dir_all(&self.0) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing {}", self.0.display()))
            }
            _ => Ok(()),
        }
    }
}

fn base(env: &Env, root_user: bool) -> Result<PathBuf, Failure> {
    let (variable, base) = if let Some(folder) = env.text("STACK_DATA_DIR") {
        ("STACK_DATA_DIR", PathBuf::from(folder))
    } else if root_user {
        return Ok(PathBuf::from("/var/lib/connect-companion"));
    } else if let Some(folder) = env.text("XDG_STATE_HOME") {
        ("XDG_STATE_HOME", Path::new(&folder).join("connect-companion"))
    } else if let Some(home) = env.text("HOME") {
        ("HOME", Path::new(&home).join(".local/state/connect-companion"))
    } else {
        return Err(Failure::new(Exit::Invalid, "there is no place for the stack's data: HOME is not set")
            .hint("set STACK_DATA_DIR to a folder with 2 GB free"));
    };
    if base.is_absolute() {
        return Ok(base);
    }
    Err(Failure::new(Exit::Invalid, format!("{variable} gives a relative folder for the data: {}", base.display()))
        .hint(format!("set {variable} to an absolute path")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(pairs: &[(&str, &str)], root_user: bool) -> Result<PathBuf, Failure> {
        base(&Env::from_pairs(pairs.iter().copied()), root_user)
    }

    #[test]
    fn the_data_lies_where_the_user_says_else_where_state_belongs() {
        let home = ("HOME", "/home/a");
        assert_eq!(located(&[("STACK_DATA_DIR", "/d"), home], true).unwrap(), Path::new("/d"));
        assert_eq!(located(&[home], true).unwrap(), Path::new("/var/lib/connect-companion"));
        assert_eq!(located(&[("XDG_STATE_HOME", "/x"), home], false).unwrap(), Path::new("/x/connect-companion"));
        assert_eq!(located(&[home], false).unwrap(), Path::new("/home/a/.local/state/connect-companion"));
        assert!(located(&[("STACK_DATA_DIR", "d")], false).unwrap_err().to_string().contains("STACK_DATA_DIR"));
        assert!(located(&[], false).is_err());
    }
}
