//! Whether workers are of one cluster: what each says of itself, side by side.

use std::collections::BTreeSet;

use super::{Check, some};
use crate::core::KafkaVersion;

/// The versions that this program is tested with.
const OLDEST: KafkaVersion = KafkaVersion(2, 3);
const NEWEST_MAJOR: u32 = 4;
/// A clock that is further away makes tokens and certificates fail, and times in logs mislead.
const FAR: i64 = 30;

/// What a worker says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its address.
    pub worker: String,
    /// Its version.
    pub version: String,
    /// The id of the Kafka cluster that it works on.
    pub cluster: Option<String>,
}

/// Whether the version of a worker is one that is known here.
pub fn version(seen: &Seen) -> Check {
    const NAME: &str = "version";
    let text = &seen.version;
    let check = match KafkaVersion::parse(text) {
        None => Check::warn(
            NAME,
            format!("{text} is no version that is known here"),
            "what it can do is found out by asking",
        ),
        Some(version) if version < OLDEST => Check::fail(
            NAME,
            format!("Kafka {text} is older than 2.3 and cannot tell of all connectors at once"),
            "upgrade the worker",
        ),
        Some(KafkaVersion(major, _)) if major > NEWEST_MAJOR => Check::warn(
            NAME,
            format!("Kafka {text} is newer than what this program was tested with"),
            "look for a newer connect-register",
        ),
        Some(KafkaVersion(major, minor)) => Check::ok(NAME, format!("{text} (Kafka {major}.{minor})")),
    };
    check.of(&seen.worker)
}

/// Whether all workers are of one cluster, and of one version.
pub fn agreement(all: &[Seen]) -> Check {
    const NAME: &str = "cluster";
    let clusters: BTreeSet<_> = all.iter().filter_map(|seen| seen.cluster.as_deref()).collect();
    let versions: BTreeSet<_> = all.iter().map(|seen| &*seen.version).collect();
    let each = |what: &dyn Fn(&Seen) -> String| {
        all.iter().map(|seen| format!("{} has {}", seen.worker, what(seen))).collect::<Vec<_>>().join(", ")
    };
    match (clusters.first(), clusters.len()) {
        (_, 2..) => Check::fail(
            NAME,
            format!("the workers are of several Kafka clusters: {}", each(&|s| s.cluster.clone().unwrap_or_default())),
            "name the workers of one cluster, and make a context for each of the others",
        ),
        _ if versions.len() > 1 => Check::warn(
            NAME,
            format!("the workers differ: {}", each(&|seen| seen.version.clone())),
            "during an upgrade that is so; after it all of them should be of one version",
        ),
        (Some(cluster), _) => Check::ok(NAME, format!("Kafka cluster {cluster}")),
        (None, _) => Check::ok(NAME, "the workers do not tell which Kafka cluster they work on"),
    }
}

/// Whether all workers have the same plug-ins; each is given with its address.
pub fn plugins(of: &[(String, BTreeSet<String>)]) -> Check {
    const NAME: &str = "plug-ins";
    let all: BTreeSet<&String> = of.iter().flat_map(|(_, classes)| classes).collect();
    let lacking: Vec<_> = of
        .iter()
        .filter_map(|(worker, classes)| {
            let missing: Vec<String> =
                all.iter().filter(|class| !classes.contains(**class)).map(|c| (*c).clone()).collect();
            (!missing.is_empty()).then(|| format!("{worker} lacks {}", some(&missing)))
        })
        .collect();
    if !lacking.is_empty() {
        return Check::warn(
            NAME,
            format!("the workers differ: {}", lacking.join("; ")),
            "a task fails where its plug-in is missing: install the same ones on all workers, and restart those",
        );
    }
    match (all.len(), of.len()) {
        (0, _) => Check::warn(NAME, "there are none", "look at plugin.path of the worker, and restart it"),
        (count, 1) => Check::ok(NAME, format!("{count}")),
        (count, workers) => Check::ok(NAME, format!("{count}, the same on all {workers} workers")),
    }
}

/// How far our clock is from a worker's, in seconds: what is above 0 is ahead of it.
pub fn clock(ahead: i64) -> Check {
    const NAME: &str = "clock";
    if ahead.abs() <= FAR {
        return Check::ok(NAME, "as the worker's");
    }
    let way = if ahead > 0 { "ahead of" } else { "behind" };
    Check::warn(
        NAME,
        format!("this machine's clock is {} s {way} the worker's", ahead.abs()),
        "synchronise both: certificates and tokens go by the clock, and so do offsets to-datetime and --since",
    )
}
