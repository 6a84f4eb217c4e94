//! `stack measure`, which no user calls: runs one program, and tells how long it took and how much
//! memory it had. A process of its own, because the kernel counts the memory of all that a process
//! has waited for together.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context;
use nix::sys::resource::{UsageWho, getrusage};
use service::Exit;

use crate::bench::measured::Measured;

/// Arguments of `stack measure`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The program and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

/// Runs `stack measure`.
pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let (program, rest) = args.command.split_first().context("no program was named")?;
    let mut command = Command::new(program);
    command.args(rest).stdin(Stdio::null()).stdout(Stdio::null());
    let begin = Instant::now();
    let status = command.status().with_context(|| format!("{} cannot be started", program.display()))?;
    let seconds = begin.elapsed().as_secs_f64();
    let used = getrusage(UsageWho::RUSAGE_CHILDREN).context("the kernel tells nothing of the program")?;
    let peak_kib = u64::try_from(used.max_rss()).unwrap_or_default();
    service::output::print_json(&Measured { seconds, peak_kib, exit: status.code() })?;
    Ok(Exit::Ok)
}
