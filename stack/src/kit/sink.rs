//! Which JDBC sink lands the rows: Confluent's stock one or Debezium's as its stand-in. Where each
//! comes from and what it is called; its settings are in `connectors/`.

use std::fmt;

use clap::ValueEnum;
use serde::Serialize;

/// Which sink is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SinkChoice {
    /// The stock Confluent sink where it can be had, else Debezium's
    #[default]
    Auto,
    /// The stock Confluent sink or none
    Confluent,
    /// Debezium's JDBC sink
    Debezium,
}

impl fmt::Display for SinkChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Confluent => "confluent",
            Self::Debezium => "debezium",
        })
    }
}

/// Which sink it became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Sink {
    /// The stock sink, `io.confluent.connect.jdbc.JdbcSinkConnector`.
    Confluent {
        /// Its version, as its jar says.
        version: String,
    },
    /// The stand-in, `io.debezium.connector.jdbc.JdbcSinkConnector`.
    Debezium {
        /// Its version, as its jar says.
        version: String,
    },
}

impl fmt::Display for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confluent { version } => write!(f, "Confluent JDBC sink {version}"),
            Self::Debezium { version } => write!(f, "Debezium JDBC sink {version}"),
        }
    }
}
