//! `topics`: which topics connectors have used.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use futures_util::stream::iter;
use serde::Serialize;
use service::{Exit, Failure};

use super::format::names;
use super::look::LookArgs;
use super::options::{ConnectArgs, backoff};
use super::show::table;
use crate::core::ConnectorName;
use crate::operate::Operator;
use crate::reconcile::persist::persist;
use crate::sources::Environment;

/// Show which topics connectors have read or written since they were made
///
/// Connect notes a topic when the first record of it passes (Kafka 2.5 and newer), and forgets none by
/// itself: --reset begins the lists anew.
///
/// Example: connect-register topics pg-sales-jdbc-sink
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    look: LookArgs,
    /// Begin the lists of the connectors that are named anew
    #[arg(long)]
    reset: bool,
}

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    connectors: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: ConnectorName,
    topics: BTreeSet<String>,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    const AT_ONCE: usize = 8;
    let client = connect.client(Environment::without_templates()?.redactor)?;
    if args.reset && args.look.choice.selection()?.is_all() {
        let failure = Failure::new(Exit::Usage, "no connector was named for --reset");
        return Err(failure.hint("name them, or say -e '.*' for all").into());
    }
    let (deadline, backoff) = (args.look.timeout.deadline(), backoff());
    let chosen = args.look.chosen(&client).await?;
    let one = |name: ConnectorName| {
        let (client, backoff) = (&client, &backoff);
        async move {
            if args.reset {
                let reset = persist(deadline, backoff, || client.reset_topics(&name)).await;
                reset.map_err(|fault| fault.into_failure(&format!("the topics of {name} could not be reset")))?;
            }
            let topics = persist(deadline, backoff, || client.topics(&name)).await;
            let topics =
                topics.map_err(|fault| fault.into_failure(&format!("the topics of {name} could not be read")))?;
            Ok::<_, Failure>(Row { name, topics })
        }
    };
    let rows: Vec<_> = iter(chosen.into_keys().map(one)).buffered(AT_ONCE).collect().await;
    let rows: Vec<Row> = rows.into_iter().collect::<Result<_, _>>()?;
    let all: Vec<_> = rows.iter().map(|row| row.name.clone()).collect();
    let body = Body { worker: client.address(), connectors: rows };
    args.look.output.print(&body, names(&all), |_| {
        let mut lines = Vec::new();
        for Row { name, topics } in &body.connectors {
            if topics.is_empty() {
                lines.push([name.to_string(), "none yet".to_owned()]);
            }
            for (n, topic) in topics.iter().enumerate() {
                lines.push([if n == 0 { name.to_string() } else { String::new() }, topic.clone()]);
            }
        }
        if lines.is_empty() { "no connectors\n".to_owned() } else { table(["CONNECTOR", "TOPIC"], lines) }
    })?;
    Ok(Exit::Ok)
}
