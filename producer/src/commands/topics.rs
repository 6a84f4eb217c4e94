//! `producer topics`.

use std::fmt::Write;

use serde::Serialize;
use service::{Env, Exit, Format};

use crate::kafka::topics::{self, Outcome, State};
use crate::kafka::{KafkaArgs, KafkaSettings};

const AFTER_HELP: &str = "\
It may be run at any time and by several at once: what is there is left alone. A topic with fewer
partitions or a shorter retention than declared is told, and the exit code is 3.

Examples:
  producer topics
  producer topics --partitions 12 --replication-factor 3 -o json";

/// The arguments of `producer topics`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// How to reach Kafka.
    #[command(flatten)]
    pub kafka: KafkaArgs,
    /// Partitions of `sales`; the dead letters have one
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(i32).range(1..=10_000), value_name = "N")]
    pub partitions: i32,
    /// Copies of each partition
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i32).range(1..=100), value_name = "N")]
    pub replication_factor: i32,
    /// The format of what is printed
    #[arg(short, long, default_value = "table", value_enum)]
    pub output: Format,
}

#[derive(Serialize)]
struct Report<'a> {
    schema_version: u32,
    topics: &'a [Outcome],
}

/// Runs it.
///
/// # Errors
/// When the brokers do not answer in time, or refuse.
pub async fn run(args: Args) -> anyhow::Result<Exit> {
    let Args { kafka, partitions, replication_factor, output } = args;
    let mut env = Env::from_process();
    let settings = KafkaSettings::read(&kafka, &mut env);
    env.finish()?;
    let outcomes = topics::ensure(&settings, &topics::declared(partitions, replication_factor)).await?;
    match output {
        Format::Json => service::output::print_json(&Report { schema_version: 1, topics: &outcomes })?,
        Format::Table => service::output::print(&table(&outcomes))?,
    }
    let differs = outcomes.iter().any(|outcome| matches!(outcome.state, State::Differs { .. }));
    if differs {
        tracing::warn!(
            "an existing topic is not changed here: kafka-topics --alter --partitions, or kafka-configs --alter"
        );
    }
    Ok(if differs { Exit::Difference } else { Exit::Ok })
}

fn table(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for Outcome { topic, partitions, state } in outcomes {
        let told = match state {
            State::Created => format!("created with {partitions} partitions"),
            State::Present => format!("already there with {partitions} partitions"),
            State::Differs { differences } => format!("differs: {}", differences.join("; ")),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{topic:<10} {told}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_topic_is_told_on_a_line_and_as_json() {
        let differences = vec!["has retention.ms 1, wanted at least 2".to_owned()];
        let outcomes = [
            Outcome { topic: "sales", partitions: 3, state: State::Created },
            Outcome { topic: "sales.dlq", partitions: 1, state: State::Differs { differences } },
        ];
        insta::assert_snapshot!(table(&outcomes), @r#"
        sales      created with 3 partitions
        sales.dlq  differs: has retention.ms 1, wanted at least 2
        "#);
        let report = Report { schema_version: 1, topics: &outcomes };
        insta::assert_snapshot!(serde_json::to_string(&report).unwrap(), @r#"{"schema_version":1,"topics":[{"topic":"sales","partitions":3,"state":"created"},{"topic":"sales.dlq","partitions":1,"state":"differs","differences":["has retention.ms 1, wanted at least 2"]}]}"#);
    }
}
