//! Where Kafka is, from the environment.

use std::time::Duration;

use rdkafka::ClientConfig;
use service::Env;

/// Settings of the connection to Kafka.
#[derive(Clone, Debug)]
pub struct Kafka {
    /// `host:port`, several with commas.
    pub servers: String,
    /// How long one request may take.
    pub patience: Duration,
}

impl Kafka {
    /// Kafka at `servers`, with the patience of a person.
    pub fn at(servers: impl Into<String>) -> Self {
        Self { servers: servers.into(), patience: Duration::from_secs(10) }
    }

    /// With less patience, or more.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Reads `KAFKA_BOOTSTRAP_SERVERS`; mistakes stay in `env` until it is finished.
    pub fn from_env(env: &mut Env) -> Self {
        let servers = env.text_or("KAFKA_BOOTSTRAP_SERVERS", "localhost:29092");
        for server in servers.split(',') {
            let port = server.trim().rsplit_once(':').map(|(_, port)| port.parse::<u16>());
            if !matches!(port, Some(Ok(_))) {
                env.mistake(format!("KAFKA_BOOTSTRAP_SERVERS={servers:?}: {server:?} is not host:port"));
            }
        }
        Self::at(servers)
    }

    /// The settings of a client that looks at offsets of `group`.
    pub(super) fn client(&self, group: &str) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.servers)
            .set("client.id", "landing")
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            // What the sink sees: its consumer reads uncommitted records too.
            .set("isolation.level", "read_uncommitted")
            .set("socket.timeout.ms", "10000")
            .set("socket.connection.setup.timeout.ms", "5000")
            .set("reconnect.backoff.ms", "100")
            .set("reconnect.backoff.max.ms", "2000");
        config
    }

    /// The settings of a client that reads records; its group is a name only and is never joined.
    pub(super) fn reader(&self) -> ClientConfig {
        let mut config = self.client("landing-ledger");
        config
            .set("auto.offset.reset", "earliest")
            .set("enable.partition.eof", "true")
            .set("fetch.wait.max.ms", "100")
            // For each partition; more costs memory and gains nothing that can be measured.
            .set("queued.max.messages.kbytes", "8192");
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_is_host_and_port() {
        let mut env = Env::from_pairs([("KAFKA_BOOTSTRAP_SERVERS", "a:9092, b")]);
        Kafka::from_env(&mut env);
        assert!(env.finish().unwrap_err().to_string().contains("\" b\" is not host:port"));
        let mut env = Env::from_pairs([("KAFKA_BOOTSTRAP_SERVERS", "")]);
        assert_eq!(Kafka::from_env(&mut env).servers, "localhost:29092");
        env.finish().unwrap();
    }
}
