//! How offsets are shown: a row for each partition, with how many records lie between.

use serde::Serialize;
use serde_json::Value;

use crate::core::offsets::{Bounds, Moves, Offset, Offsets, Partition};

/// The offset of a partition.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) partition: Value,
    pub(super) offset: Value,
    /// The offset after the last record, where Kafka was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lag: Option<i64>,
    #[serde(skip)]
    pub(super) words: [String; 2],
}

/// How the offset of a partition changes.
#[derive(Debug, Serialize)]
pub(super) struct Change {
    pub(super) partition: Value,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
    /// So many records are read again (negative) or left out.
    pub(super) records: Option<i64>,
    #[serde(skip)]
    pub(super) words: [String; 3],
}

pub(super) fn rows(offsets: &Offsets, bounds: &Bounds) -> Vec<Row> {
    let row = |(partition, offset): (&Partition, &Offset)| {
        let end = partition.topic().and_then(|of| bounds.get(&of)).map(|(_, high)| *high);
        let lag = end.zip(offset.record()).map(|(end, offset)| (end - offset).max(0));
        let words = [partition.to_string(), offset.to_string()];
        Row { partition: partition.to_json(), offset: offset.to_json(), end, lag, words }
    };
    offsets.0.iter().map(row).collect()
}

pub(super) fn changes(now: &Offsets, moves: &Moves) -> Vec<Change> {
    let change = |(partition, after): (&Partition, &Option<Offset>)| {
        let before = now.0.get(partition);
        let records = before.and_then(Offset::record).zip(after.as_ref().and_then(Offset::record));
        let show = |offset: Option<&Offset>| offset.map_or_else(|| "none".to_owned(), ToString::to_string);
        Change {
            partition: partition.to_json(),
            before: before.map(Offset::to_json),
            after: after.as_ref().map(Offset::to_json),
            records: records.map(|(before, after)| after - before),
            words: [partition.to_string(), show(before), show(after.as_ref())],
        }
    };
    moves.0.iter().map(change).collect()
}
