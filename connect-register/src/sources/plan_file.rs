//! Saved plans as files: written whole or not at all, readable by nobody else, and refused where they
//! are not what they should be.

use std::io;
use std::path::Path;

use service::{Exit, Failure, Secret};

use super::whole::{self, Existing, Readers};
use crate::core::applied::FingerprintKey;
use crate::core::saved::{KIND, Moved, Printer, VERSION};
use crate::core::{Observation, Plan, SavedPlan, Spec};

/// A plan of ten thousand connectors fits.
const LONGEST: u64 = 64 << 20;

/// Makes the fingerprints of one plan.
#[derive(Debug)]
pub struct Prints {
    salt: String,
    printer: Printer,
}

impl Prints {
    /// Those of a new plan. Without a key secrets have none.
    pub fn new(key: Option<FingerprintKey>) -> Self {
        Self::of_salt(format!("{:032x}", rand::random::<u128>()), key)
    }

    /// Those of a plan that was saved.
    pub fn of(saved: &SavedPlan, key: Option<FingerprintKey>) -> Self {
        Self::of_salt(saved.salt.clone(), key)
    }

    fn of_salt(salt: String, secret: Option<FingerprintKey>) -> Self {
        let printer = Printer { salt: FingerprintKey::new(Secret::new(salt.clone())), secret };
        Self { salt, printer }
    }

    /// A plan, ready to be saved.
    pub fn saved<'a>(
        &self,
        plan: &Plan,
        specs: impl IntoIterator<Item = &'a Spec>,
        observation: &Observation,
        cluster: Option<String>,
        set: &str,
        prune: bool,
    ) -> SavedPlan {
        let frame = SavedPlan {
            schema_version: VERSION,
            kind: KIND.to_owned(),
            made_by: env!("CARGO_PKG_VERSION").to_owned(),
            cluster,
            set: set.to_owned(),
            prune,
            salt: self.salt.clone(),
            connectors: Vec::new(),
        };
        SavedPlan::of(frame, &self.printer, plan, specs, observation)
    }

    /// What has moved since a plan was saved.
    pub fn moved<'a>(
        &self,
        saved: &SavedPlan,
        plan: &Plan,
        specs: impl IntoIterator<Item = &'a Spec>,
        observation: &Observation,
    ) -> Vec<Moved> {
        saved.moved(&self.printer, plan, specs, observation)
    }
}

/// Writes a plan; what was there before is replaced by the whole of it.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, plan: &SavedPlan) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::new(Exit::Failed, format!("the plan could not be saved as {}", path.display()))
            .hint("name a file in a folder that can be written: --out today.plan")
            .because(error)
    };
    let mut text = serde_json::to_vec_pretty(plan).map_err(|error| failed(error.into()))?;
    text.push(b'\n');
    whole::write(path, &text, Readers::Owner, Existing::Replace).map_err(failed)
}

/// Reads a plan.
///
/// # Errors
/// When it cannot be read, or is no plan that this program knows.
pub fn read(path: &Path) -> Result<SavedPlan, Failure> {
    let invalid = |why: String| {
        Failure::new(Exit::Invalid, format!("{} cannot be used as a plan: {why}", path.display()))
            .hint("`plan --out FILE` makes one; nothing was changed")
    };
    let text = whole::text_of(path, LONGEST).map_err(|error| invalid(error.to_string()))?;
    let head: Head = serde_json::from_str(&text).map_err(|_| invalid("it is none, or it is cut".to_owned()))?;
    if head.kind != KIND {
        return Err(invalid("it is something else".to_owned()));
    }
    if head.schema_version != VERSION {
        let Head { schema_version, made_by, .. } = head;
        let made_by = crate::core::plain::line(&made_by);
        return Err(invalid(format!("it has version {schema_version} (by {made_by}), this program reads {VERSION}")));
    }
    serde_json::from_str(&text).map_err(|error| invalid(error.to_string()))
}

#[derive(serde::Deserialize)]
struct Head {
    schema_version: u32,
    kind: String,
    #[serde(default)]
    made_by: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn plan() -> SavedPlan {
        Prints::new(None).saved(&Plan::default(), [], &Observation::new(), Some("x".to_owned()), "default", false)
    }

    #[test]
    fn a_plan_is_readable_by_nobody_else_and_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.plan");
        fs::write(&file, "before").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        write(&file, &plan()).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(read(&file).is_ok());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_is_no_plan_is_refused_with_its_reason() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.plan");
        let told = |text: &str| {
            fs::write(&file, text).unwrap();
            read(&file).unwrap_err().to_string().replace(&*file.to_string_lossy(), "FILE")
        };
        let whole = serde_json::to_string(&plan()).unwrap();
        assert_eq!(told(&whole[..whole.len() / 2]), "FILE cannot be used as a plan: it is none, or it is cut");
        assert_eq!(told(&whole.replace(KIND, "x")), "FILE cannot be used as a plan: it is something else");
        let newer = whole.replace("\"schema_version\":1", "\"schema_version\":2");
        assert!(told(&newer).contains("it has version 2 (by "), "{}", told(&newer));
        assert!(read(folder.path()).is_err() && read(&folder.path().join("absent")).is_err());
        // Nobody writes into it: it would be waited for, for ever.
        let fifo = folder.path().join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert!(read(&fifo).unwrap_err().to_string().ends_with("this is no regular file"));
    }
}
