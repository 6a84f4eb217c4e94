//! Places that are open by design: any key may stand there, whatever a plug-in declares, for what it
//! means is known only to a transform, a converter, a driver or a Kafka client.

use crate::core::applied;

/// Beginnings of such keys. Connect itself leaves those of the topics that a source makes out of what
/// it declares.
const OPEN_PREFIXES: [&str; 10] = [
    "transforms.",
    "predicates.",
    "key.converter.",
    "value.converter.",
    "header.converter.",
    "connection.",
    "producer.override.",
    "consumer.override.",
    "admin.override.",
    "topic.creation.",
];

/// Keys that a connector takes although its plug-in does not declare them, seen at the version named.
const UNDECLARED: [(&str, &str); 1] = [
    // 3.5.0.Final reads it, and leaves it out of what it declares.
    ("io.debezium.connector.jdbc.JdbcSinkConnector", "use.reduction.buffer"),
];

/// Whether any key may stand here.
pub(super) fn is_open(key: &str) -> bool {
    let is_of_converter_or_client = key.contains(".converter.") || key.contains(".override.");
    is_of_converter_or_client
        || OPEN_PREFIXES.iter().any(|prefix| key.starts_with(prefix))
        || key == "name"
        || key == applied::KEY
}

/// Whether a class takes a key that it does not declare.
pub(super) fn is_taken_undeclared(class: &str, key: &str) -> bool {
    UNDECLARED.contains(&(class, key))
}
