//! Records of plug-ins as files. What a record holds is the core's business.

use std::fs;
use std::path::Path;

use service::{Exit, Failure};

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
    let text = text_of(path).map_err(|error| failed(error.to_string()))?;
    Record::parse(&text).map_err(failed)
}

fn text_of(path: &Path) -> std::io::Result<String> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(std::io::Error::other("this is no regular file"));
    }
    if metadata.len() > LONGEST {
        return Err(std::io::Error::other("it is longer than 64 MiB"));
    }
    fs::read_to_string(path)
}
