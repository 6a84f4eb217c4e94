//! The arguments that say what a stack is to be, shared by the commands that start one or look at
//! what would stand in its way.

use std::ffi::OsString;
use std::time::Duration;

use clap::ValueEnum;

use super::NameArgs;
use crate::kit::{KafkaVersion, SinkChoice};
use crate::parts::Kind;
use crate::ports::{Named, PortChoice};
use crate::settings::{Archives, Compile, Keep, OnDeath, Settings};

/// What the stack is to be.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Shape {
    #[command(flatten)]
    name: NameArgs,
    /// The Kafka version
    #[arg(long, value_enum, default_value_t)]
    kafka: KafkaVersion,
    /// The JDBC sink; `CONNECT_JDBC_PLUGIN_DIR` names a folder that holds the stock one
    #[arg(long, value_enum, default_value_t)]
    sink: SinkChoice,
    /// How many brokers, each of them a controller up to three; fixed once the data is made
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=9))]
    brokers: u32,
    /// How many Connect workers
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=9))]
    workers: u32,
    /// Only these parts
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Kind::ALL)]
    parts: Vec<Kind>,
    /// Which ports are listened on, all of them on loopback
    #[arg(long, value_enum, default_value_t)]
    ports: PortChoice,
    /// The broker's port; more brokers take the next ones, the controllers those 100 above
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    kafka_port: Option<u16>,
    /// Connect's port; more workers take the next ones
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    connect_port: Option<u16>,
    /// PostgreSQL's port
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    postgres_port: Option<u16>,
}

impl Shape {
    /// The settings of a stack that keeps its data and its parts running.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            name: self.name.name.clone(),
            parts: self.parts.iter().copied().collect(),
            brokers: self.brokers,
            workers: self.workers,
            kafka: self.kafka,
            sink: self.sink,
            keep: Keep::Data,
            on_death: OnDeath::Restart,
            compile: Compile::Full,
            archives: Archives::Use,
            deadline: Duration::from_mins(3),
        }
    }

    /// The same as arguments for a `stack up` in the background.
    pub(super) fn up_arguments(&self) -> Vec<OsString> {
        let word = |value: clap::builder::PossibleValue| value.get_name().to_owned();
        let parts: Vec<String> = self.parts.iter().filter_map(ValueEnum::to_possible_value).map(word).collect();
        let mut arguments = vec!["up".to_owned(), "--background".to_owned()];
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                arguments.extend([name.to_owned(), value]);
            }
        };
        add("--name", Some(self.name.name.to_string()));
        add("--kafka", self.kafka.to_possible_value().map(word));
        add("--sink", self.sink.to_possible_value().map(word));
        add("--brokers", Some(self.brokers.to_string()));
        add("--workers", Some(self.workers.to_string()));
        add("--parts", Some(parts.join(",")));
        add("--ports", self.ports.to_possible_value().map(word));
        add("--kafka-port", self.kafka_port.map(|port| port.to_string()));
        add("--connect-port", self.connect_port.map(|port| port.to_string()));
        add("--postgres-port", self.postgres_port.map(|port| port.to_string()));
        arguments.into_iter().map(OsString::from).collect()
    }

    /// How its ports are chosen.
    pub(super) fn ports(&self) -> (PortChoice, Named) {
        (self.ports, Named { kafka: self.kafka_port, connect: self.connect_port, postgres: self.postgres_port })
    }
}
