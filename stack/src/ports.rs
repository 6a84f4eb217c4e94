//! Which ports a stack listens on: the documented ones, chosen ones, or free ones.
//! Whether a port can be had before the stack starts is `doctor`'s question.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use service::{Exit, Failure};

use crate::parts::Kind;
use crate::settings::Settings;

/// Below Linux' range for outgoing connections (32768 and up), so that no client's socket takes the
/// port of a part that is being restarted.
const FREE: std::ops::Range<u16> = 12_000..32_000;

/// How ports are chosen where none is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PortChoice {
    /// Kafka 29092, Connect 8083, PostgreSQL 5432
    #[default]
    Default,
    /// Whatever is free
    Auto,
}

/// Ports that were named one by one; more brokers and workers take the next ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named {
    /// The first broker's.
    pub kafka: Option<u16>,
    /// The first worker's.
    pub connect: Option<u16>,
    /// PostgreSQL's.
    pub postgres: Option<u16>,
}

/// The ports of one stack, all on loopback.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// One a broker, for clients.
    pub kafka: Vec<u16>,
    /// One a broker, for the controllers among themselves.
    pub controllers: Vec<u16>,
    /// One a worker, for REST.
    pub connect: Vec<u16>,
    /// PostgreSQL's.
    pub postgres: Option<u16>,
}

impl Ports {
    /// Chooses the ports of a stack.
    ///
    /// # Errors
    /// When named ports overlap or leave the range, or no free port is found.
    pub fn choose(settings: &Settings, choice: PortChoice, named: Named) -> Result<Self, Failure> {
        let mut taken = Vec::new();
        let mut pick = |count: u32, first: Option<u16>, default: u16| -> Result<Vec<u16>, Failure> {
            let mut ports = Vec::new();
            for n in 0..count {
                let port = match (first, choice) {
                    (Some(first), _) => next(first, n)?,
                    (None, PortChoice::Default) => next(default, n)?,
                    (None, PortChoice::Auto) => free(&taken)?,
                };
                if taken.contains(&port) {
                    return Err(Failure::new(
                        Exit::Invalid,
                        format!("two parts of the stack would listen on port {port}"),
                    )
                    .hint("name ports further apart, or let free ones be chosen with --ports auto"));
                }
                taken.push(port);
                ports.push(port);
            }
            Ok(ports)
        };
        let kafka = pick(settings.count(Kind::Kafka), named.kafka, 29_092)?;
        let controllers = pick(settings.count(Kind::Kafka), named.kafka.map(|p| p.saturating_add(100)), 29_192)?;
        let connect = pick(settings.count(Kind::Connect), named.connect, 8_083)?;
        let postgres = pick(settings.count(Kind::Postgres), named.postgres, 5_432)?.first().copied();
        Ok(Self { kafka, controllers, connect, postgres })
    }

    /// Every port with the part that listens on it.
    pub fn all(&self) -> Vec<(String, u16)> {
        let Self { kafka, controllers, connect, postgres } = self;
        let named = |name: &str, ports: &[u16]| ports.iter().map(|port| (name.to_owned(), *port)).collect::<Vec<_>>();
        let mut all = named("postgres", postgres.as_slice());
        all.extend(named("kafka", kafka));
        all.extend(named("kafka's controller", controllers));
        all.extend(named("connect", connect));
        all
    }

    /// The brokers as clients name them: `host:port,…`.
    pub fn bootstrap(&self) -> String {
        let servers: Vec<String> = self.kafka.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        servers.join(",")
    }
}

fn next(first: u16, n: u32) -> Result<u16, Failure> {
    u16::try_from(u32::from(first) + n).map_err(|_| {
        Failure::new(Exit::Invalid, format!("port {first} leaves no room for {} parts", n + 1))
            .hint("name a smaller first port")
    })
}

/// A port nobody listens on now.
fn free(taken: &[u16]) -> Result<u16, Failure> {
    for _ in 0..200 {
        let port = rand::random_range(FREE);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if !taken.contains(&port) && TcpListener::bind(address).is_ok() {
            return Ok(port);
        }
    }
    Err(Failure::new(Exit::Machine, format!("no free port between {} and {} was found", FREE.start, FREE.end))
        .hint("stop stacks that are no longer needed: `stack status` shows them"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::settings;

    #[test]
    fn the_default_ports_are_the_documented_ones() {
        let ports = Ports::choose(&settings(), PortChoice::Default, Named::default()).unwrap();
        assert_eq!((ports.kafka, ports.connect, ports.postgres), (vec![29_092], vec![8_083], Some(5_432)));
    }

    #[test]
    fn more_brokers_and_workers_take_the_next_ports() {
        let settings = Settings { brokers: 3, workers: 2, ..settings() };
        let named = Named { kafka: Some(100), ..Named::default() };
        let ports = Ports::choose(&settings, PortChoice::Default, named).unwrap();
        assert_eq!(
            (ports.bootstrap().as_str(), ports.connect),
            ("127.0.0.1:100,127.0.0.1:101,127.0.0.1:102", vec![8_083, 8_084])
        );
        assert_eq!(ports.controllers, [200, 201, 202]);
    }

    #[test]
    fn free_ports_are_free_and_differ() {
        let settings = Settings { brokers: 3, ..settings() };
        let ports = Ports::choose(&settings, PortChoice::Auto, Named::default()).unwrap();
        let mut all: Vec<u16> = ports.all().into_iter().map(|(_, port)| port).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 8);
    }

    #[test]
    fn one_port_for_two_parts_is_refused() {
        let named = Named { connect: Some(5_432), ..Named::default() };
        let error = Ports::choose(&settings(), PortChoice::Default, named).unwrap_err();
        assert!(error.to_string().contains("5432"), "{error}");
    }

    #[test]
    fn a_part_that_is_left_out_has_no_port() {
        let settings = Settings { parts: [Kind::Postgres].into(), ..settings() };
        let ports = Ports::choose(&settings, PortChoice::Default, Named::default()).unwrap();
        assert_eq!(ports.all(), [("postgres".to_owned(), 5_432)]);
    }
}
