//! Where events come from: made by the generator, or read from files. A source knows nothing of time
//! passing or of Kafka; it hands out the next item when asked.

pub mod bind;
pub mod cell;
pub mod csv;
pub mod day;
pub mod generate;
pub mod input;
pub mod mapping;
pub mod ndjson;
pub mod parquet;
pub mod replay;
pub mod timestamp;

use crate::event::{Refusal, Sale};

/// What a source hands out.
#[derive(Debug)]
pub enum Item<'a> {
    /// A sale that keeps the contract, but for its `ts`, which [`crate::stamp`] may still set.
    Sale(&'a mut Sale),
    /// A row that breaks the contract.
    Refused(Refusal),
}

/// A stream of events.
pub trait Source: Send {
    /// The next item, or none at the end. The sale is the source's own buffer: the next call
    /// overwrites it.
    ///
    /// # Errors
    /// When the source cannot be read on; the error names file and row.
    fn next(&mut self) -> anyhow::Result<Option<Item<'_>>>;

    /// How many items there will be, where that is known.
    fn size(&self) -> Option<u64>;
}
