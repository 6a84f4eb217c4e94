//! The one-time formatting of a broker's folder by Kafka's own `StorageTool`.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::Context;
use nix::sys::signal::Signal;
use tokio::process::Command;

use super::super::archive::Archive;
use super::super::jvm::Jvm;
use super::super::{Plan, setpriv};
use super::CLUSTER_ID;
use crate::settings::Compile;

/// Formats `logs` where it is not formatted yet. An interrupted formatting is done again: the file
/// that ends it, `meta.properties`, is not there.
pub(super) async fn format(plan: &Plan, jvm: &Jvm, config: &Path, logs: &Path) -> anyhow::Result<()> {
    if logs.join("meta.properties").exists() {
        return Ok(());
    }
    fs::create_dir_all(logs).with_context(|| format!("making {}", logs.display()))?;
    plan.account.own(logs)?;
    let tool = Jvm {
        name: format!("{}-format", jvm.name),
        main_class: "kafka.tools.StorageTool",
        heap_mb: 256,
        compile: Compile::Quick,
        archive: if jvm.archive.is_training() { Archive::None } else { jvm.archive.clone() },
    };
    tool.prepare(plan)?;
    let args = ["format", "--ignore-formatted", "--cluster-id", CLUSTER_ID, "--config"].map(Into::into);
    let mut args = args.to_vec();
    args.push(config.into());
    let launch = tool.launch(plan, args, Vec::new());
    let output = Command::from(setpriv::command(&launch, &plan.account, &plan.folder, Signal::SIGKILL))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("starting Kafka's StorageTool")?;
    if output.status.success() {
        return Ok(());
    }
    let told = [output.stdout, output.stderr].concat();
    anyhow::bail!("Kafka's StorageTool could not format {}:\n{}", logs.display(), String::from_utf8_lossy(&told).trim())
}
