//! A Kafka broker that is its own `KRaft` controller. Its settings are in `config`, the one-time
//! formatting of its folder in `format`, and the question whether it answers in `wire`.

mod config;
mod format;
mod wire;

use std::fs;
use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;

use super::archive::Archive;
use super::jvm::Jvm;
use super::{Farewell, Kind, Launch, Part, PartId, Plan};

/// The cluster id, the same in every environment of the project (ADR 0002).
pub(crate) const CLUSTER_ID: &str = "MkU3OEVBNTcwNTJENDM2Qk";

/// One broker.
pub(crate) struct Broker {
    plan: Arc<Plan>,
    id: PartId,
    number: u32,
    port: u16,
    jvm: Jvm,
}

impl Broker {
    /// The `number`th broker, counted from one, which is also its node id.
    pub(crate) fn new(plan: Arc<Plan>, number: u32) -> anyhow::Result<Self> {
        let id = PartId::new(Kind::Kafka, number, plan.settings.brokers);
        let port = *plan.ports.kafka.get(number as usize - 1).context("a broker without a port")?;
        let jvm = Jvm {
            name: id.to_string(),
            main_class: "kafka.Kafka",
            heap_mb: 768,
            compile: plan.settings.compile,
            archive: Archive::of(&plan, Kind::Kafka, number)?,
        };
        Ok(Self { plan, id, number, port, jvm })
    }

    fn config_file(&self) -> std::path::PathBuf {
        self.plan.folder.rendered(&format!("{}.properties", self.id))
    }
}

#[async_trait]
impl Part for Broker {
    fn id(&self) -> &PartId {
        &self.id
    }

    fn kind(&self) -> Kind {
        Kind::Kafka
    }

    fn port(&self) -> u16 {
        self.port
    }

    async fn prepare(&self) -> anyhow::Result<()> {
        self.jvm.prepare(&self.plan)?;
        let logs = self.plan.folder.data(&self.id);
        let text = config::render(&self.plan.settings, &self.plan.ports, self.number, &logs);
        let file = self.config_file();
        fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
        format::format(&self.plan, &self.jvm, &file, &logs).await
    }

    fn launch(&self) -> anyhow::Result<Launch> {
        Ok(self.jvm.launch(&self.plan, vec![self.config_file().into()], Vec::new()))
    }

    async fn answers(&self) -> anyhow::Result<()> {
        let cluster = describe(self.port).await?;
        let known = i32::try_from(self.number).is_ok_and(|number| cluster.brokers.contains(&number));
        anyhow::ensure!(known, "broker {} is not registered yet", self.number);
        Ok(())
    }

    fn farewell(&self) -> Farewell {
        self.jvm.farewell()
    }

    fn ended(&self) -> anyhow::Result<()> {
        self.jvm.archive.keep()
    }
}

/// Asks the broker on a port whether it answers.
pub(crate) async fn ask(port: u16) -> anyhow::Result<()> {
    describe(port).await.map(drop)
}

/// The cluster of the broker on a port, which must be of this project.
async fn describe(port: u16) -> anyhow::Result<wire::Cluster> {
    let cluster = wire::describe(port).await?;
    // Kafka 3.6 writes the id back with its last character, of which two bits count, in another form.
    let same = cluster.id.get(..21) == CLUSTER_ID.get(..21);
    anyhow::ensure!(same, "port {port} is a broker of another cluster, {}", cluster.id);
    Ok(cluster)
}
