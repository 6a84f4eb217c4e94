//! Whether `connect-register watch` can be left alone: what it costs to watch over many connectors, and
//! what becomes of real ones under load while workers are killed and what they need is taken away.

mod fleet;
mod hour;
mod report;
mod trouble;
mod witness;

use std::path::PathBuf;
use std::time::Duration;

pub use fleet::Fleet;
pub use hour::Hour;
pub use report::report;

use crate::kit::SinkChoice;
use crate::supervise::Process;

/// What is measured.
#[derive(Clone, Debug)]
pub struct Load {
    /// Connectors of the imitation.
    pub connectors: usize,
    /// How long they are watched over.
    pub calm: Duration,
    /// How long the real ones are.
    pub hour: Duration,
    /// Sales a second meanwhile.
    pub rate: u32,
    /// The sink of the real ones.
    pub sink: SinkChoice,
    /// The seed of what goes wrong.
    pub seed: u64,
    /// The folder that holds `connectors/`.
    pub root: PathBuf,
    /// Where templates and logs are put.
    pub scratch: PathBuf,
}

/// What a process held at several moments, in bytes.
#[derive(Clone, Debug, Default)]
pub struct Memory(Vec<u64>);

impl Memory {
    /// Looks once more.
    fn look(&mut self, process: Process) {
        self.0.extend(process.memory());
    }

    /// When it had begun, at the end, and the most of it, in MB.
    fn told(&self) -> Option<[f64; 3]> {
        #[expect(clippy::cast_precision_loss, reason = "no program has 2^53 bytes")]
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        // Before, it reads templates and makes its first connection.
        let begun = self.0.get(self.0.len() / 10)?;
        Some([*begun, *self.0.last()?, *self.0.iter().max()?].map(megabytes))
    }
}
