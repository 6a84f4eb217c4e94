//! `offsets get`: how far connectors have come.

use futures_util::StreamExt;
use futures_util::stream::iter;
use serde::Serialize;
use service::Exit;

use super::super::format::names;
use super::super::look::LookArgs;
use super::super::options::{ConnectArgs, backoff};
use super::super::show::table;
use super::ends;
use super::shown::{Row, rows};
use crate::core::offsets::{Bounds, Offsets};
use crate::core::{ConnectorName, ObservedConfig};
use crate::operate::Operator;
use crate::reconcile::persist::persist;
use crate::sources::Environment;

/// Show how far connectors have come, partition by partition
///
/// Of a sink the next record that it reads; with `KAFKA_BOOTSTRAP_SERVERS` also where the topic ends, and how
/// many records lie between. Of a source whatever the connector keeps.
///
/// Example: connect-register offsets get pg-sales-jdbc-sink
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    look: LookArgs,
}

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    connectors: Vec<Connector>,
}

#[derive(Serialize)]
struct Connector {
    name: ConnectorName,
    offsets: Vec<Row>,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    const AT_ONCE: usize = 8;
    let client = connect.client(Environment::without_templates()?.redactor)?;
    let (deadline, backoff) = (args.look.timeout.deadline(), backoff());
    let chosen = args.look.chosen(&client).await?;
    let one = |name| {
        let (client, backoff) = (&client, &backoff);
        async move { (name, persist(deadline, backoff, || client.offsets(name)).await) }
    };
    let answers: Vec<_> = iter(chosen.keys().map(one)).buffered(AT_ONCE).collect().await;
    let mut found: Vec<(&ConnectorName, Offsets)> = Vec::new();
    for (name, answer) in answers {
        let what = format!("the offsets of {name} could not be read");
        // It may have been deleted meanwhile.
        found.extend(answer.map_err(|fault| fault.into_failure(&what))?.map(|offsets| (name, offsets)));
    }
    let bounds = match connect.kafka_if_set()? {
        Some(kafka) => {
            let topics =
                found.iter().flat_map(|(_, offsets)| ends::topics_of(offsets, &ObservedConfig::default())).collect();
            ends::bounds(&kafka, &topics)?
        }
        None => Bounds::new(),
    };
    let connector = |(name, offsets): &(&ConnectorName, Offsets)| Connector {
        name: (*name).clone(),
        offsets: rows(offsets, &bounds),
    };
    let body = Body { worker: client.address(), connectors: found.iter().map(connector).collect() };
    args.look.output.print(&body, names(found.iter().map(|(name, _)| *name)), |_| show(&body.connectors))?;
    Ok(Exit::Ok)
}

fn show(connectors: &[Connector]) -> String {
    let mut lines = Vec::new();
    for Connector { name, offsets } in connectors {
        if offsets.is_empty() {
            lines.push([name.to_string(), "none yet".to_owned(), String::new(), String::new(), String::new()]);
        }
        for (n, row) in offsets.iter().enumerate() {
            let [partition, offset] = row.words.clone();
            let name = if n == 0 { name.to_string() } else { String::new() };
            let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
            lines.push([name, partition, offset, number(row.end), number(row.lag)]);
        }
    }
    if lines.is_empty() {
        return "no connectors\n".to_owned();
    }
    table(["CONNECTOR", "PARTITION", "OFFSET", "END", "LAG"], lines)
}
