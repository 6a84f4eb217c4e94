//! The making of PostgreSQL's data folder by `initdb`, once.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use anyhow::Context;
use nix::sys::signal::Signal;
use tokio::process::Command;

use super::super::{Launch, Plan, password, setpriv};
use super::USER;
use crate::settings::Keep;

/// Makes the data folder where it is not whole; `initdb` works beside it, so that an interrupted one
/// leaves nothing that looks finished.
pub(super) async fn make(plan: &Plan, data: &Path) -> anyhow::Result<()> {
    if data.join("PG_VERSION").exists() {
        return Ok(());
    }
    let draft = data.with_extension("draft");
    if draft.exists() {
        fs::remove_dir_all(&draft).with_context(|| format!("removing {}", draft.display()))?;
    }
    fs::create_dir(&draft).with_context(|| format!("making {}", draft.display()))?;
    fs::set_permissions(&draft, Permissions::from_mode(0o700))
        .with_context(|| format!("closing {} to others", draft.display()))?;
    plan.account.own(&draft)?;

    // By a file, for arguments are seen by every user of the machine.
    let password_file = plan.folder.rendered("initdb.password");
    password::write(&password_file, &plan.password.current)?;
    plan.account.own(&password_file)?;
    let made = run(plan, &draft, &password_file).await;
    fs::remove_file(&password_file).with_context(|| format!("removing {}", password_file.display()))?;
    made?;
    fs::rename(&draft, data).with_context(|| format!("finishing {}", data.display()))
}

async fn run(plan: &Plan, draft: &Path, password_file: &Path) -> anyhow::Result<()> {
    let flag = |name: &str, value: &Path| {
        let mut flag = std::ffi::OsString::from(name);
        flag.push(value);
        flag
    };
    let mut launch = Launch {
        program: plan.kit.postgres.join("bin/initdb"),
        args: vec![
            flag("--pgdata=", draft),
            flag("--pwfile=", password_file),
            format!("--username={USER}").into(),
            "--auth=scram-sha-256".into(),
            "--encoding=UTF8".into(),
            "--locale=C".into(),
            "--data-checksums".into(),
        ],
        environment: Vec::new(),
    };
    if plan.settings.keep == Keep::Nothing {
        launch.args.push("--no-sync".into());
    }
    let output = Command::from(setpriv::command(&launch, &plan.account, &plan.folder, Signal::SIGKILL))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("starting PostgreSQL's initdb")?;
    if output.status.success() {
        return Ok(());
    }
    let told = [output.stdout, output.stderr].concat();
    anyhow::bail!("PostgreSQL's initdb could not make its data:\n{}", String::from_utf8_lossy(&told).trim())
}
