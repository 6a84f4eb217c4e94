//! What of a kit lies in the cache already, and what is still to be fetched. It only looks.

use std::io;
use std::path::PathBuf;

use super::choice::{self, Outlook};
use super::piece::{Piece, Platform};
use super::stamp::Stamp;
use super::{Cache, KafkaVersion, SinkChoice};

/// One piece, as it is in the cache.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// What it is called in messages.
    pub(crate) title: String,
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// Its size there, or the size of what is to be fetched.
    pub(crate) bytes: u64,
    stamp: Option<Stamp>,
}

impl Item {
    /// Whether it is there, with every file of the size it should have.
    pub(crate) fn is_whole(&self) -> bool {
        self.stamp.is_some()
    }

    /// What is wrong with its files; each of them is read and hashed.
    pub(crate) fn damage(&self) -> io::Result<Vec<String>> {
        self.stamp.as_ref().map_or_else(|| Ok(Vec::new()), |stamp| stamp.damage(&self.folder))
    }
}

/// The pieces that a stack of this Kafka and sink needs, and the sales where they are there. Of a sink
/// that is still open the larger one is counted.
pub(crate) fn of(cache: &Cache, kafka: KafkaVersion, sink: SinkChoice) -> anyhow::Result<Vec<Item>> {
    let mut pieces = vec![Piece::kafka(kafka)?, Piece::postgres(Platform::here()?)?];
    match choice::outlook(cache, kafka, sink)? {
        Outlook::Given(_) => {}
        Outlook::Stock(_) => pieces.push(Piece::confluent()?),
        Outlook::Open(_) if sink == SinkChoice::Confluent => pieces.push(Piece::confluent()?),
        Outlook::Open(_) | Outlook::Asked(_) | Outlook::StandIn(..) => pieces.push(Piece::debezium(kafka)?),
    }
    let mut items: Vec<Item> = pieces.iter().map(|piece| item(cache, piece)).collect();
    let sales = item(cache, &Piece::sales()?);
    if sales.is_whole() {
        items.push(sales);
    }
    Ok(items)
}

fn item(cache: &Cache, piece: &Piece) -> Item {
    let stamp = cache.whole(piece);
    let bytes = stamp.as_ref().map_or(piece.pins.bytes, Stamp::bytes);
    Item { title: piece.title.clone(), folder: cache.folder(piece), bytes, stamp }
}
