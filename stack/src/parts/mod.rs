//! The parts of a stack: how each is prepared, launched, asked whether it answers, and told to stop.
//! Values and one-shot questions only; watching over running parts is `supervise`.

mod account;
pub(crate) mod archive;
pub(crate) mod connect;
pub(crate) mod http;
mod jvm;
pub(crate) mod kafka;
pub(crate) mod origin;
pub(crate) mod password;
pub(crate) mod postgres;
mod properties;
pub(crate) mod setpriv;

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use clap::ValueEnum;
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};
use service::Secret;

pub use account::Account;

use crate::folder::Folder;
use crate::kit::Kit;
use crate::ports::Ports;
use crate::settings::Settings;

/// A kind of part, in the order of starting; stopping goes the other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// PostgreSQL
    Postgres,
    /// Kafka brokers, which are their own controllers
    Kafka,
    /// Kafka Connect workers
    Connect,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Postgres, Self::Kafka, Self::Connect];

    /// Its name, as in `--parts`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Kafka => "kafka",
            Self::Connect => "connect",
        }
    }
}

/// One part of a stack: `postgres`, or `kafka-2` where there are several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartId(String);

impl PartId {
    /// The `number`th of `count` parts of a kind, counted from one.
    pub fn new(kind: Kind, number: u32, count: u32) -> Self {
        Self(if count == 1 { kind.name().to_owned() } else { format!("{}-{number}", kind.name()) })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PartId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// How a part is started.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) environment: Vec<(&'static str, Secret)>,
}

/// How a part is asked to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Farewell {
    /// Ends it with its data safe.
    pub(crate) gentle: Signal,
    /// Ends it at once where its data is not wanted any more.
    pub(crate) quick: Signal,
    /// How long it may take before it is killed.
    pub(crate) patience: Duration,
}

/// A part as the supervisor sees it.
#[async_trait]
pub(crate) trait Part: Send + Sync {
    fn id(&self) -> &PartId;
    fn kind(&self) -> Kind;
    fn port(&self) -> u16;

    /// A kind of part of which one has to run first. It need not answer yet: booting side by side
    /// uses both processors, and the clients of Kafka try again by themselves.
    fn stands_on(&self) -> Option<Kind> {
        None
    }

    /// Makes what has to be there before it starts; run before every start.
    async fn prepare(&self) -> anyhow::Result<()>;

    fn launch(&self) -> anyhow::Result<Launch>;

    /// Asks it once whether it truly answers.
    async fn answers(&self) -> anyhow::Result<()>;

    fn farewell(&self) -> Farewell;

    /// Called after it ended by itself as asked.
    fn ended(&self) -> anyhow::Result<()> {
        Ok(())
    }
}

/// What every part is made from.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) settings: Settings,
    pub(crate) ports: Ports,
    pub(crate) kit: Kit,
    pub(crate) folder: Folder,
    pub(crate) account: Account,
    pub(crate) password: password::Password,
}

/// Asks a part of another process once whether it truly answers.
pub(crate) async fn ask(kind: Kind, port: u16, password: &Secret) -> anyhow::Result<()> {
    match kind {
        Kind::Postgres => postgres::ask(port, password).await,
        Kind::Kafka => kafka::ask(port).await,
        Kind::Connect => connect::ask(port).await,
    }
}

/// All parts of a stack, in the order of starting.
pub(crate) fn of(plan: &Arc<Plan>) -> anyhow::Result<Vec<Arc<dyn Part>>> {
    let mut parts: Vec<Arc<dyn Part>> = Vec::new();
    if let Some(port) = plan.ports.postgres {
        parts.push(Arc::new(postgres::Postgres::new(plan.clone(), port)));
    }
    for number in 1..=plan.settings.count(Kind::Kafka) {
        parts.push(Arc::new(kafka::Broker::new(plan.clone(), number)?));
    }
    for number in 1..=plan.settings.count(Kind::Connect) {
        parts.push(Arc::new(connect::Worker::new(plan.clone(), number)?));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_a_number_only_where_there_are_several() {
        assert_eq!(PartId::new(Kind::Connect, 1, 1).as_str(), "connect");
        assert_eq!(PartId::new(Kind::Kafka, 2, 3).as_str(), "kafka-2");
    }
}
