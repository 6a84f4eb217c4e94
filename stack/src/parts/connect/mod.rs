//! A Kafka Connect worker in distributed mode. Its settings are in `config`; connectors are put on
//! it by others, over its REST API.

mod config;
mod discovery;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use async_trait::async_trait;

use super::archive::Archive;
use super::jvm::Jvm;
use super::{Farewell, Kind, Launch, Part, PartId, Plan, http, postgres};

const PATIENCE: Duration = Duration::from_secs(10);

/// One worker.
pub(crate) struct Worker {
    plan: Arc<Plan>,
    id: PartId,
    port: u16,
    jvm: Jvm,
}

impl Worker {
    /// The `number`th worker, counted from one.
    pub(crate) fn new(plan: Arc<Plan>, number: u32) -> anyhow::Result<Self> {
        let id = PartId::new(Kind::Connect, number, plan.settings.workers);
        let port = *plan.ports.connect.get(number as usize - 1).context("a worker without a port")?;
        let jvm = Jvm {
            name: id.to_string(),
            main_class: "org.apache.kafka.connect.cli.ConnectDistributed",
            heap_mb: 1024,
            compile: plan.settings.compile,
            archive: Archive::of(&plan, Kind::Connect, number)?,
        };
        Ok(Self { plan, id, port, jvm })
    }

    fn config_file(&self) -> PathBuf {
        self.plan.folder.rendered(&format!("{}.properties", self.id))
    }
}

#[async_trait]
impl Part for Worker {
    fn id(&self) -> &PartId {
        &self.id
    }

    fn kind(&self) -> Kind {
        Kind::Connect
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn stands_on(&self) -> Option<Kind> {
        Some(Kind::Kafka)
    }

    async fn prepare(&self) -> anyhow::Result<()> {
        self.jvm.prepare(&self.plan)?;
        let plugins = &self.plan.kit.plugins;
        let text = config::render(&config::Worker {
            bootstrap: &self.plan.ports.bootstrap(),
            port: self.port,
            copies: self.plan.settings.replication(),
            plugins,
            discovery: discovery::of(plugins)?,
        });
        let file = self.config_file();
        fs::write(&file, text).with_context(|| format!("writing {}", file.display()))
    }

    fn launch(&self) -> anyhow::Result<Launch> {
        let secrets =
            vec![("PGUSER", service::Secret::new(postgres::USER)), ("PGPASSWORD", self.plan.password.current.clone())];
        Ok(self.jvm.launch(&self.plan, vec![self.config_file().into()], secrets))
    }

    async fn answers(&self) -> anyhow::Result<()> {
        ask(self.port).await
    }

    fn farewell(&self) -> Farewell {
        self.jvm.farewell()
    }

    fn ended(&self) -> anyhow::Result<()> {
        self.jvm.archive.keep()
    }
}

/// Asks the worker on a port whether it does its work. REST answers before the worker has joined its
/// group; the config of a connector that does not exist is looked up by the herder, so that its 404
/// proves that it has. The name is one that no connector has.
pub(crate) async fn ask(port: u16) -> anyhow::Result<()> {
    let root = http::get(port, "/", PATIENCE).await?;
    ensure!(root.status == 200, "GET / answers {}", root.status);
    let path = format!("/connectors/no-such-connector-{:016x}/config", rand::random::<u64>());
    let answer = http::get(port, &path, PATIENCE).await?;
    let from_connect = answer.body.trim_start().starts_with('{');
    ensure!(answer.status == 404 && from_connect, "the worker has not joined its group ({})", answer.status);
    Ok(())
}
