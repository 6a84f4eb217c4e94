//! The programs of other people that fetch the pieces: where they are, and how they are run so that
//! none outlives the program that asked for it. What they are told is `maven`'s and `wheel`'s matter.

use std::env;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

/// Where a program lies on `PATH`.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| is_program(file))
}

/// Whether a file is there and may be run by somebody.
pub(crate) fn is_program(file: &Path) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// A command that dies with this program, even when this program is killed: two runs of Maven in one
/// repository would get in each other's way, and the lock of the first is gone with its owner.
pub(super) fn command(program: &Path) -> Command {
    let mut command = if let Some(setpriv) = find("setpriv") {
        let mut command = Command::new(setpriv);
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.kill_on_drop(true).stdin(Stdio::null());
    command
}
