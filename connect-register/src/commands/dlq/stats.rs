//! `dlq stats`: how many dead letters there are of each cause, since when and until when.

use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;
use service::Exit;

use super::super::format::{OutputArgs, Width};
use super::super::options::ConnectArgs;
use super::super::show::wide_table;
use super::Chosen;
use super::shown::short;
use crate::core::letter::cause::{Group, Groups};
use crate::core::letter::{Cause, Stage};
use crate::core::plain;

/// Count dead letters by cause
///
/// Letters of one cause failed at the same stage, with the same exception and, but for numbers and names in
/// it, the same message.
///
/// Example: connect-register dlq stats sales.dlq --since 7d
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Serialize)]
struct Body<'a> {
    topic: &'a str,
    letters: u64,
    causes: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    count: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    #[serde(flatten)]
    cause: Cause,
    words: &'static str,
    /// The message of one of them.
    message: Option<String>,
    /// Where that one lies.
    sample: String,
}

pub(super) fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let mut groups = Groups::default();
    if let Some(exit) = args.chosen.read(&connect.kafka()?, |letter| groups.add(&letter))? {
        return Ok(exit);
    }
    let causes: Vec<_> = groups.sorted().into_iter().map(row).collect();
    let letters = causes.iter().map(|row| row.count).sum();
    let body = Body { topic: &args.chosen.topic, letters, causes };
    let samples: Vec<_> = body.causes.iter().map(|row| row.sample.clone()).collect();
    args.output.print(&body, samples, |width| show(&body, width))?;
    Ok(Exit::Ok)
}

fn row(group: Group) -> Row {
    let Group { cause, count, first, last, sample, message } = group;
    let words = cause.stage.words();
    Row { count, first, last, cause, words, message, sample: format!("{}:{}", sample.partition, sample.offset) }
}

fn show(body: &Body<'_>, width: Width) -> String {
    if body.causes.is_empty() {
        return format!("no such letters in {}\n", plain::line(body.topic));
    }
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    let cells = |row: &Row| {
        [
            row.count.to_string(),
            row.cause.stage.to_string(),
            row.cause.exception.as_deref().map(short).unwrap_or_default().to_owned(),
            time(row.first),
            time(row.last),
            row.sample.clone(),
            row.message
                .clone()
                .unwrap_or_default()
                .chars()
                .take(if width == Width::Wide { 400 } else { 100 })
                .collect(),
        ]
    };
    let header = ["LETTERS", "STAGE", "EXCEPTION", "FIRST", "LAST", "ONE OF THEM", "ITS MESSAGE"];
    let mut text = wide_table(width, 3..5, header, body.causes.iter().map(cells));
    let mut stages: Vec<&Stage> = body.causes.iter().map(|row| &row.cause.stage).collect();
    stages.sort();
    stages.dedup();
    for stage in stages {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{stage}: {}", stage.words());
    }
    text
}
