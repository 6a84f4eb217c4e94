//! How a launch becomes a process: through `setpriv` (util-linux), which gives it its account and
//! asks the kernel to end it when the supervisor dies, with an environment of its own.

use std::process::Command;

use nix::sys::signal::Signal;

use super::{Account, Launch};
use crate::folder::Folder;

/// The variable that marks every process of a stack; its value is the stack's folder.
pub(crate) const MARKER: &str = "CONNECT_COMPANION_STACK";

/// The command that runs a launch. Nothing of the caller's environment is passed on but `PATH`: a
/// part sees only the secrets meant for it. The process leads a group of its own, so that Ctrl-C
/// reaches the supervisor alone, which stops the parts in order.
pub(crate) fn command(launch: &Launch, account: &Account, folder: &Folder, on_orphaned: Signal) -> Command {
    let Launch { program, args, environment } = launch;
    let mut command = Command::new("setpriv");
    command.arg(format!("--pdeathsig={}", on_orphaned.as_str().trim_start_matches("SIG"))).args(account.setpriv());
    command.arg("--").arg(program).args(args);
    command.env_clear().env("LC_ALL", "C.UTF-8").env("TZ", "UTC").env(MARKER, folder.path());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    for (name, value) in environment {
        command.env(name, value.expose());
    }
    command.current_dir(folder.rendered(""));
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}
