//! Records of plug-ins as files. What a record holds is the core's business.

use std::path::Path;

use service::{Exit, Failure};

use super::whole;
use crate::core::Record;

/// A worker with hundreds of plug-ins fits.
const LONGEST: u64 = 64 << 20;

/// Reads a record.
///
/// # Errors
/// When there is none that this program can read.
pub fn read(path: &Path) -> Result<Record, Failure> {
    let failed = |why: String| {
        Failure::new(Exit::Invalid, format!("the record of plug-ins {} cannot be used: {why}", path.display()))
            .hint("record one from a worker: connect-register plugins export > plugins.json")
    };
    let text = whole::text_of(path, LONGEST).map_err(|error| failed(error.to_string()))?;
    Record::parse(&text).map_err(failed)
}
