//! How to reach Kafka: the arguments, the environment variables, and the client properties they
//! become. Nothing connects here.

use std::time::Duration;

use ::kafka::Security;
use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;
use service::Env;

use crate::commands::duration;

/// What each command that speaks to Kafka lets its user choose.
#[derive(Clone, Debug, clap::Args)]
pub struct KafkaArgs {
    /// Brokers to begin with, `host:port,host:port`
    #[arg(long, env = "KAFKA_BOOTSTRAP_SERVERS", default_value = "localhost:29092", value_name = "LIST")]
    pub bootstrap_servers: String,
    /// How long to wait for the brokers at the start (`30s`, `2m`)
    #[arg(long, default_value = "30s", value_parser = duration::parse, value_name = "DURATION")]
    pub timeout: Duration,
}

/// How to reach Kafka.
#[derive(Clone, Debug)]
pub struct KafkaSettings {
    /// Brokers to begin with.
    pub bootstrap_servers: String,
    /// How long to wait for them at the start.
    pub timeout: Duration,
    security: Security,
}

impl KafkaSettings {
    /// Reads the environment; mistakes are left in `env`.
    pub fn read(args: &KafkaArgs, env: &mut Env) -> Self {
        let KafkaArgs { bootstrap_servers, timeout } = args.clone();
        Self { bootstrap_servers, timeout, security: Security::read(env) }
    }

    /// The properties of any client.
    pub fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.bootstrap_servers)
            .set("client.id", "retail-producer")
            .set("reconnect.backoff.max.ms", "2000")
            .set_log_level(RDKafkaLogLevel::Info);
        self.security.apply(&mut config);
        config
    }

    /// The properties of the producer: nothing lost, nothing doubled, nothing given up by itself.
    pub fn producer(&self) -> ClientConfig {
        let mut config = self.client();
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            // The Java client's hash: an event id lies on the same partition whoever sends it.
            .set("partitioner", "murmur2_random")
            // The client polls without a pause in the last millisecond of each wait: at 5 ms it takes half
            // a processor for 1,000 events a second, and its many small requests keep the broker and the
            // sink as busy. On two processors 20 ms halve the latency to the row, too (ADR 0020).
            .set("linger.ms", "20")
            .set("compression.type", "lz4")
            // For ever: an event is given up by the drain at the end, or by the broker's final no.
            .set("message.timeout.ms", "0")
            .set("queue.buffering.max.messages", "200000")
            .set("queue.buffering.max.kbytes", "262144")
            // Tells when the producer id is there: see delivery.rs.
            .set("statistics.interval.ms", "100");
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_never_show_a_secret() {
        let mut env = Env::from_pairs([
            ("KAFKA_SECURITY_PROTOCOL", "SASL_SSL"),
            ("KAFKA_SASL_USERNAME", "alice"),
            ("KAFKA_SASL_PASSWORD", "canary-7f3a"),
        ]);
        let args = KafkaArgs { bootstrap_servers: "kafka:9092".into(), timeout: Duration::from_secs(1) };
        let settings = KafkaSettings::read(&args, &mut env);
        env.finish().unwrap();
        assert_eq!(settings.producer().get("sasl.password"), Some("canary-7f3a"));
        let shown = format!("{settings:?} {:?}", settings.producer());
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("alice"), "{shown}");
    }
}
