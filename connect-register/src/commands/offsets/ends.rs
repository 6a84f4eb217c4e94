//! What Kafka itself tells beside the offsets of a connector: what its topics hold, and which record was
//! the first one after a moment.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kafka::{Kafka, Topic};
use service::Failure;
use tokio::task::block_in_place;

use crate::core::ObservedConfig;
use crate::core::offsets::{Bounds, Offsets};

/// The topics of a sink: those that it has offsets of, and those that it is configured to read.
pub(super) fn topics_of(offsets: &Offsets, config: &ObservedConfig) -> BTreeSet<String> {
    let read = offsets.0.keys().filter_map(|partition| Some(partition.topic()?.0));
    let configured = config.get("topics").map(String::as_str).unwrap_or_default().split(',');
    let configured = configured.map(str::trim).filter(|topic| !topic.is_empty()).map(str::to_owned);
    read.chain(configured).collect()
}

/// What topics hold.
pub(super) fn bounds(kafka: &Kafka, topics: &BTreeSet<String>) -> Result<Bounds, Failure> {
    block_in_place(|| {
        let mut bounds = Bounds::new();
        for name in topics {
            let topic = Topic::open(kafka, name, None).map_err(|error| error.failure(kafka))?;
            let spans = topic.spans().map_err(|error| error.failure(kafka))?;
            bounds.extend(spans.into_iter().map(|(number, span)| ((name.clone(), number), (span.low, span.high))));
        }
        Ok(bounds)
    })
}

/// The first record of each partition that is not older than a moment; the end, where there is none.
pub(super) fn at(
    kafka: &Kafka,
    topics: &BTreeSet<String>,
    time: Timestamp,
) -> Result<BTreeMap<(String, i32), i64>, Failure> {
    block_in_place(|| {
        let mut found = BTreeMap::new();
        for name in topics {
            let topic = Topic::open(kafka, name, None).map_err(|error| error.failure(kafka))?;
            let spans = topic.spans().map_err(|error| error.failure(kafka))?;
            let offsets = topic.at(time, &spans).map_err(|error| error.failure(kafka))?;
            found.extend(offsets.into_iter().map(|(number, offset)| ((name.clone(), number), offset)));
        }
        Ok(found)
    })
}
