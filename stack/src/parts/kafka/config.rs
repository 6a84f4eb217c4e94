//! The settings of a broker. What each key means is told by Kafka's own documentation; here stands
//! why a value is not the default.

use std::path::Path;

use super::super::properties::Properties;
use crate::ports::Ports;
use crate::settings::Settings;

/// More controllers than this cost elections and win nothing.
const MOST_CONTROLLERS: usize = 3;

/// The properties file of the `number`th broker.
pub(super) fn render(settings: &Settings, ports: &Ports, number: u32, logs: &Path) -> String {
    let index = number as usize - 1;
    let port = ports.kafka.get(index).copied().unwrap_or_default();
    let controller = ports.controllers.get(index).copied().unwrap_or_default();
    let voters: Vec<String> = ports
        .controllers
        .iter()
        .take(MOST_CONTROLLERS)
        .enumerate()
        .map(|(n, port)| format!("{}@127.0.0.1:{port}", n + 1))
        .collect();
    let client = format!("PLAINTEXT://127.0.0.1:{port}");
    let (roles, listeners) = if index < MOST_CONTROLLERS {
        ("broker,controller", format!("{client},CONTROLLER://127.0.0.1:{controller}"))
    } else {
        ("broker", client.clone())
    };
    let copies = settings.replication();
    let in_sync = copies.div_ceil(2);
    Properties::default()
        .with("process.roles", roles)
        .with("node.id", number)
        .with("controller.quorum.voters", voters.join(","))
        .with("listeners", listeners)
        .with("advertised.listeners", client)
        .with_all(&[
            ("controller.listener.names", "CONTROLLER"),
            ("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
            ("inter.broker.listener.name", "PLAINTEXT"),
        ])
        .with("log.dirs", logs.display())
        // Topics are declared, never a side effect of a misspelt name.
        .with("auto.create.topics.enable", false)
        .with("default.replication.factor", copies)
        .with("min.insync.replicas", in_sync)
        .with("offsets.topic.replication.factor", copies)
        .with("transaction.state.log.replication.factor", copies)
        .with("transaction.state.log.min.isr", in_sync)
        // The default of 50 partitions each is for hundreds of groups.
        .with("offsets.topic.num.partitions", 8)
        .with("transaction.state.log.num.partitions", 8)
        .with("group.initial.rebalance.delay.ms", 0)
        // The default cleaner buffer is 128 MB of heap.
        .with("log.cleaner.dedupe.buffer.size", 16 * 1024 * 1024)
        .render()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::settings;

    fn rendered(brokers: u32, number: u32) -> String {
        let settings = Settings { brokers, ..settings() };
        let count = u16::try_from(brokers).unwrap();
        let ports = Ports {
            kafka: (29_092..29_092 + count).collect(),
            controllers: (29_192..29_192 + count).collect(),
            ..Ports::default()
        };
        render(&settings, &ports, number, Path::new("/data/kafka"))
    }

    #[test]
    fn one_broker_is_its_own_controller_on_loopback_and_makes_no_topic_by_itself() {
        insta::assert_snapshot!(rendered(1, 1), @r"
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@127.0.0.1:29192
        listeners=PLAINTEXT://127.0.0.1:29092,CONTROLLER://127.0.0.1:29192
        advertised.listeners=PLAINTEXT://127.0.0.1:29092
        controller.listener.names=CONTROLLER
        listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
        inter.broker.listener.name=PLAINTEXT
        log.dirs=/data/kafka
        auto.create.topics.enable=false
        default.replication.factor=1
        min.insync.replicas=1
        offsets.topic.replication.factor=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        offsets.topic.num.partitions=8
        transaction.state.log.num.partitions=8
        group.initial.rebalance.delay.ms=0
        log.cleaner.dedupe.buffer.size=16777216
        ");
    }

    #[test]
    fn three_brokers_vote_and_keep_three_copies() {
        let text = rendered(3, 2);
        for line in [
            "node.id=2",
            "controller.quorum.voters=1@127.0.0.1:29192,2@127.0.0.1:29193,3@127.0.0.1:29194",
            "offsets.topic.replication.factor=3",
            "min.insync.replicas=2",
        ] {
            assert!(text.contains(&format!("{line}\n")), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn a_fourth_broker_is_no_controller() {
        let text = rendered(4, 4);
        assert!(text.contains("process.roles=broker\n") && text.contains("listeners=PLAINTEXT://127.0.0.1:29095\n"));
    }
}
