//! Where Kafka is and how it lets us in, from the environment.

use std::time::Duration;

use rdkafka::ClientConfig;
use service::{Env, Secret};

/// Environment variables that become client properties as they are; librdkafka's `CONFIGURATION.md`
/// describes them.
pub const PROPERTIES: [(&str, &str); 6] = [
    ("KAFKA_SECURITY_PROTOCOL", "security.protocol"),
    ("KAFKA_SASL_MECHANISM", "sasl.mechanism"),
    ("KAFKA_SASL_USERNAME", "sasl.username"),
    ("KAFKA_SSL_CA_LOCATION", "ssl.ca.location"),
    ("KAFKA_SSL_CERTIFICATE_LOCATION", "ssl.certificate.location"),
    ("KAFKA_SSL_KEY_LOCATION", "ssl.key.location"),
];

/// The secret ones, which may come from a file or a command too.
pub const SECRET_PROPERTIES: [(&str, &str); 2] =
    [("KAFKA_SASL_PASSWORD", "sasl.password"), ("KAFKA_SSL_KEY_PASSWORD", "ssl.key.password")];

/// Where brokers are looked for where nothing is set.
pub const DEFAULT_SERVERS: &str = "localhost:29092";

/// How brokers let us in: encryption and authentication.
#[derive(Clone, Debug, Default)]
pub struct Security {
    properties: Vec<(&'static str, String)>,
    secrets: Vec<(&'static str, Secret)>,
}

impl Security {
    /// Reads [`PROPERTIES`] and [`SECRET_PROPERTIES`]; mistakes stay in `env` until it is finished.
    pub fn read(env: &mut Env) -> Self {
        let properties = PROPERTIES.iter().filter_map(|(name, property)| Some((*property, env.text(name)?))).collect();
        let secrets =
            SECRET_PROPERTIES.iter().filter_map(|(name, property)| Some((*property, env.secret(name)?))).collect();
        Self { properties, secrets }
    }

    /// Sets the properties of a client.
    pub fn apply(&self, config: &mut ClientConfig) {
        for (property, value) in &self.properties {
            config.set(*property, value);
        }
        for (property, secret) in &self.secrets {
            config.set(*property, secret.expose());
        }
    }
}

/// Settings of the connection to Kafka.
#[derive(Clone, Debug)]
pub struct Kafka {
    /// `host:port`, several with commas.
    pub servers: String,
    /// How long one request may take.
    pub patience: Duration,
    /// What brokers know this client by, in their logs and quotas.
    pub client_id: &'static str,
    /// How they let us in.
    pub security: Security,
}

impl Kafka {
    /// Kafka at `servers`, with the patience of a person.
    pub fn at(client_id: &'static str, servers: impl Into<String>) -> Self {
        let servers = servers.into();
        Self { servers, patience: Duration::from_secs(10), client_id, security: Security::default() }
    }

    /// With less patience, or more.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Reads `KAFKA_BOOTSTRAP_SERVERS` and how its brokers let us in; mistakes stay in `env` until it is
    /// finished.
    pub fn from_env(client_id: &'static str, env: &mut Env) -> Self {
        let servers = env.text_or("KAFKA_BOOTSTRAP_SERVERS", DEFAULT_SERVERS);
        for server in servers.split(',') {
            let port = server.trim().rsplit_once(':').map(|(_, port)| port.parse::<u16>());
            if !matches!(port, Some(Ok(_))) {
                env.mistake(format!("KAFKA_BOOTSTRAP_SERVERS={servers:?}: {server:?} is not host:port"));
            }
        }
        Self { security: Security::read(env), ..Self::at(client_id, servers) }
    }

    /// The settings of any client.
    pub fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.servers)
            .set("client.id", self.client_id)
            .set("socket.timeout.ms", "10000")
            .set("socket.connection.setup.timeout.ms", "5000")
            .set("reconnect.backoff.ms", "100")
            .set("reconnect.backoff.max.ms", "2000");
        self.security.apply(&mut config);
        config
    }

    /// The settings of a client that looks at offsets of `group`.
    pub fn of_group(&self, group: &str) -> ClientConfig {
        let mut config = self.client();
        config
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            // What a sink sees: its consumer reads uncommitted records too.
            .set("isolation.level", "read_uncommitted");
        config
    }

    /// The settings of a client that reads records; its group is a name only and is never joined.
    pub(super) fn reader(&self) -> ClientConfig {
        let mut config = self.of_group(&format!("{}-reader", self.client_id));
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
        Kafka::from_env("test", &mut env);
        assert!(env.finish().unwrap_err().to_string().contains("\" b\" is not host:port"));
        let mut env = Env::from_pairs([("KAFKA_BOOTSTRAP_SERVERS", "")]);
        assert_eq!(Kafka::from_env("test", &mut env).servers, "localhost:29092");
        env.finish().unwrap();
    }

    #[test]
    fn what_lets_us_in_is_set_and_never_shown() {
        let mut env = Env::from_pairs([
            ("KAFKA_SECURITY_PROTOCOL", "SASL_SSL"),
            ("KAFKA_SASL_USERNAME", "alice"),
            ("KAFKA_SASL_PASSWORD", "canary-7f3a"),
        ]);
        let kafka = Kafka::from_env("test", &mut env);
        env.finish().unwrap();
        assert_eq!(kafka.client().get("sasl.password"), Some("canary-7f3a"));
        let shown = format!("{kafka:?} {:?}", kafka.client());
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("alice"), "{shown}");
    }
}
