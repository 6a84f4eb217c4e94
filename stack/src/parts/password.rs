//! The password of the database user: `PGPASSWORD` where it is given, else the one kept in the
//! stack's folder, else a new random one. It is never an argument of a program.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::Context;
use rand::distr::{Alphanumeric, SampleString};
use service::{Env, Secret};

/// Letters and digits only, so that it needs no quoting anywhere; 32 of them are 190 bits.
const LENGTH: usize = 32;

/// The password that counts, and the one the data may still have.
#[derive(Clone, Debug)]
pub(crate) struct Password {
    pub(crate) current: Secret,
    /// What the kept file says, where that differs: the password before a change.
    pub(crate) previous: Option<Secret>,
}

impl Password {
    /// The password of a stack that keeps it in `file`.
    pub(crate) fn load(env: &mut Env, file: &Path) -> anyhow::Result<Self> {
        // A shell that took over the stack's own environment names this very file; a password that is
        // set beside it is a new one.
        let own = env.text("PGPASSWORD_FILE").is_some_and(|named| Path::new(&named) == file);
        let given = if own { env.text("PGPASSWORD").map(Secret::new) } else { env.secret("PGPASSWORD") };
        let kept = match fs::read_to_string(file) {
            Ok(text) => Some(Secret::new(text.trim_end_matches('\n'))),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("reading {}", file.display())),
        };
        let (current, previous) = match (given, kept) {
            (Some(given), Some(kept)) if given != kept => (given, Some(kept)),
            (Some(given), None) => {
                write(file, &given)?;
                (given, None)
            }
            (_, Some(kept)) => (kept, None),
            (None, None) => {
                // The thread's generator is a CSPRNG seeded by the kernel.
                let new = Secret::new(Alphanumeric.sample_string(&mut rand::rng(), LENGTH));
                write(file, &new)?;
                (new, None)
            }
        };
        Ok(Self { current, previous })
    }
}

/// Writes a password to a file that only its owner may read, whole or not at all.
pub(crate) fn write(file: &Path, password: &Secret) -> anyhow::Result<()> {
    let new = file.with_extension("new");
    let written = || -> std::io::Result<()> {
        let mut out = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        out.set_permissions(Permissions::from_mode(0o600))?;
        writeln!(out, "{}", password.expose())?;
        out.sync_all()?;
        fs::rename(&new, file)
    };
    written().with_context(|| format!("writing {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_made_once_kept_and_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        let none = || Env::from_pairs::<String, String>([]);
        let first = Password::load(&mut none(), &file).unwrap();
        assert_eq!(first.current.expose().len(), LENGTH);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let second = Password::load(&mut none(), &file).unwrap();
        assert_eq!((first.current, second.previous), (second.current, None));
    }

    #[test]
    fn a_given_password_counts_and_the_kept_one_is_remembered_for_the_change() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        let given = |value: &str| Env::from_pairs([("PGPASSWORD", value)]);
        assert_eq!(Password::load(&mut given("one"), &file).unwrap().previous, None);
        let changed = Password::load(&mut given("two"), &file).unwrap();
        assert_eq!((changed.current.expose(), changed.previous.unwrap().expose()), ("two", "one"));
    }
}
