//! The settings of a Connect worker. What each key means is told by Kafka's own documentation; here
//! stands why a value is not the default.

use std::path::Path;

use super::super::properties::Properties;

/// What differs from worker to worker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worker<'a> {
    pub(super) bootstrap: &'a str,
    pub(super) port: u16,
    pub(super) copies: u32,
    pub(super) plugins: &'a Path,
    pub(super) discovery: &'a str,
}

/// The properties file of a worker.
pub(super) fn render(worker: &Worker<'_>) -> String {
    let Worker { bootstrap, port, copies, plugins, discovery } = *worker;
    Properties::default()
        .with("bootstrap.servers", bootstrap)
        .with_all(&[
            // Connect boots beside the broker; at the default of 1 s it would notice it late.
            ("reconnect.backoff.max.ms", "250"),
            ("group.id", "connect-companion"),
            ("config.storage.topic", "connect-configs"),
            ("offset.storage.topic", "connect-offsets"),
            ("status.storage.topic", "connect-status"),
        ])
        .with("config.storage.replication.factor", copies)
        .with("offset.storage.replication.factor", copies)
        .with("status.storage.replication.factor", copies)
        // Sinks keep their offsets in a consumer group; this topic stays empty.
        .with("offset.storage.partitions", 1)
        .with("status.storage.partitions", 1)
        .with_all(&[
            ("key.converter", "org.apache.kafka.connect.json.JsonConverter"),
            ("key.converter.schemas.enable", "false"),
            // The JDBC sink takes its columns from the record's schema (ADR 0005).
            ("value.converter", "org.apache.kafka.connect.json.JsonConverter"),
            ("value.converter.schemas.enable", "true"),
        ])
        // The REST API has no authentication, and who may write to it owns the worker.
        .with("listeners", format!("http://127.0.0.1:{port}"))
        .with("rest.advertised.host.name", "127.0.0.1")
        .with("rest.advertised.port", port)
        .with("admin.listeners", "")
        .with("plugin.path", plugins.display())
        .with("plugin.discovery", discovery)
        .with_all(&[
            ("config.providers", "env"),
            ("config.providers.env.class", "org.apache.kafka.common.config.provider.EnvVarConfigProvider"),
            ("config.providers.env.param.allowlist.pattern", "^(PGUSER|PGPASSWORD)$"),
            // The benches compare consumer settings; loopback is the fence.
            ("connector.client.config.override.policy", "All"),
            // At the default of 60 s every restart repeats up to a minute of traffic.
            ("offset.flush.interval.ms", "5000"),
            // The default of five minutes keeps tasks for a worker that may come back; the only one
            // does not wait for itself.
            ("scheduled.rebalance.max.delay.ms", "0"),
            // One transaction a poll: more records a poll are fewer commits.
            ("consumer.max.poll.records", "3000"),
            ("consumer.max.partition.fetch.bytes", "4194304"),
            // Each raise would cost up to fetch.max.wait.ms of latency.
            ("consumer.fetch.min.bytes", "1"),
        ])
        .render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_listens_on_loopback_and_reads_two_variables_only() {
        let worker = Worker {
            bootstrap: "127.0.0.1:29092",
            port: 8083,
            copies: 1,
            plugins: Path::new("/cache/plugins"),
            discovery: "service_load",
        };
        insta::assert_snapshot!(render(&worker), @r"
        bootstrap.servers=127.0.0.1:29092
        reconnect.backoff.max.ms=250
        group.id=connect-companion
        config.storage.topic=connect-configs
        offset.storage.topic=connect-offsets
        status.storage.topic=connect-status
        config.storage.replication.factor=1
        offset.storage.replication.factor=1
        status.storage.replication.factor=1
        offset.storage.partitions=1
        status.storage.partitions=1
        key.converter=org.apache.kafka.connect.json.JsonConverter
        key.converter.schemas.enable=false
        value.converter=org.apache.kafka.connect.json.JsonConverter
        value.converter.schemas.enable=true
        listeners=http://127.0.0.1:8083
        rest.advertised.host.name=127.0.0.1
        rest.advertised.port=8083
        admin.listeners=
        plugin.path=/cache/plugins
        plugin.discovery=service_load
        config.providers=env
        config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider
        config.providers.env.param.allowlist.pattern=^(PGUSER|PGPASSWORD)$
        connector.client.config.override.policy=All
        offset.flush.interval.ms=5000
        scheduled.rebalance.max.delay.ms=0
        consumer.max.poll.records=3000
        consumer.max.partition.fetch.bytes=4194304
        consumer.fetch.min.bytes=1
        ");
    }
}
