//! What a program needs to know of a running stack, as environment variables by the names that all
//! programs of the toolkit read.

use std::fmt::Write as _;

use service::Secret;

use crate::folder::Folder;
use crate::kit::Sink;
use crate::parts::postgres;
use crate::supervise::State;

/// The folder of connector templates that fits a sink.
pub(crate) const fn templates(sink: &Sink) -> &'static str {
    match sink {
        Sink::Confluent { .. } => "connectors",
        Sink::Debezium { .. } => "connectors/stand-in",
    }
}

/// The variables of a running stack. The password is not among them, but the file that holds it.
pub fn of(state: &State, folder: &Folder) -> Vec<(&'static str, String)> {
    let State { ports, templates, .. } = state;
    let mut pairs = Vec::new();
    if let Some(port) = ports.postgres {
        pairs.push(("PGHOST", "127.0.0.1".to_owned()));
        pairs.push(("PGPORT", port.to_string()));
        pairs.push(("PGUSER", postgres::USER.to_owned()));
        pairs.push(("POSTGRES_DB", postgres::DATABASE.to_owned()));
        pairs.push(("PGPASSWORD_FILE", folder.password().display().to_string()));
    }
    if !ports.kafka.is_empty() {
        pairs.push(("KAFKA_BOOTSTRAP_SERVERS", ports.bootstrap()));
    }
    // Any worker answers for all of its group; the others are in `stack status`.
    if let Some(port) = ports.connect.first() {
        pairs.push(("KAFKA_CONNECT_URL", format!("http://127.0.0.1:{port}")));
        pairs.push(("CONNECTOR_TEMPLATES", templates.clone()));
    }
    pairs
}

/// The variables as lines for `eval` in a shell. The password comes as its file or, where it is to
/// be shown, as itself; the other of the two is unset, for both at once would be ambiguous.
pub(crate) fn shell(pairs: &[(&'static str, String)], password: Option<&Secret>) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        let (name, value, other) = match (*name, password) {
            ("PGPASSWORD_FILE", Some(password)) => ("PGPASSWORD", password.expose(), Some("PGPASSWORD_FILE")),
            ("PGPASSWORD_FILE", None) => ("PGPASSWORD_FILE", value.as_str(), Some("PGPASSWORD")),
            (name, _) => (name, value.as_str(), None),
        };
        if let Some(other) = other {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "unset {other}");
        }
        let _ = writeln!(text, "export {name}={}", quoted(value));
    }
    text
}

/// In single quotes, as every POSIX shell reads them.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_a_file_unless_it_is_to_be_shown() {
        let pairs = [("PGHOST", "127.0.0.1".to_owned()), ("PGPASSWORD_FILE", "/d/pass word".to_owned())];
        insta::assert_snapshot!(shell(&pairs, None), @r"
        export PGHOST='127.0.0.1'
        unset PGPASSWORD
        export PGPASSWORD_FILE='/d/pass word'
        ");
        insta::assert_snapshot!(shell(&pairs, Some(&Secret::new("it's"))), @r"
        export PGHOST='127.0.0.1'
        unset PGPASSWORD_FILE
        export PGPASSWORD='it'\''s'
        ");
    }
}
