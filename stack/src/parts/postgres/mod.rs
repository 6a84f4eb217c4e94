//! PostgreSQL. Its settings are in `config`, the making of its data folder in `cluster`, and its
//! database and password in `login`. Tables are made by `landing`.

mod cluster;
mod config;
mod login;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use nix::sys::signal::Signal;

use super::{Farewell, Kind, Launch, Part, PartId, Plan};

pub(crate) use login::{ask, config as client_config};

/// The user, who owns the database.
pub(crate) const USER: &str = "retail";
/// The database.
pub(crate) const DATABASE: &str = "retail_ops";

/// The PostgreSQL server.
pub(crate) struct Postgres {
    plan: Arc<Plan>,
    id: PartId,
    port: u16,
}

impl Postgres {
    pub(crate) fn new(plan: Arc<Plan>, port: u16) -> Self {
        Self { plan, id: PartId::new(Kind::Postgres, 1, 1), port }
    }

    fn data(&self) -> PathBuf {
        self.plan.folder.data(&self.id)
    }

    fn config_file(&self) -> PathBuf {
        self.plan.folder.rendered("postgresql.conf")
    }
}

#[async_trait]
impl Part for Postgres {
    fn id(&self) -> &PartId {
        &self.id
    }

    fn kind(&self) -> Kind {
        Kind::Postgres
    }

    fn port(&self) -> u16 {
        self.port
    }

    async fn prepare(&self) -> anyhow::Result<()> {
        let file = self.config_file();
        fs::write(&file, config::render(self.port)).with_context(|| format!("writing {}", file.display()))?;
        cluster::make(&self.plan, &self.data()).await
    }

    fn launch(&self) -> anyhow::Result<Launch> {
        let mut config = std::ffi::OsString::from("config_file=");
        config.push(self.config_file());
        Ok(Launch {
            program: self.plan.kit.postgres.join("bin/postgres"),
            args: vec!["-D".into(), self.data().into(), "-c".into(), config],
            environment: Vec::new(),
        })
    }

    async fn answers(&self) -> anyhow::Result<()> {
        login::prove(&self.plan, self.port).await
    }

    /// SIGINT is the fast shutdown: sessions are ended, everything is written. SIGQUIT ends at once;
    /// unlike SIGKILL it gives the shared memory back.
    fn farewell(&self) -> Farewell {
        Farewell { gentle: Signal::SIGINT, quick: Signal::SIGQUIT, patience: Duration::from_secs(30) }
    }
}
