//! `dlq list`: dead letters, one a line, the newest last.

use std::collections::VecDeque;
use std::fmt::Write;

use serde::Serialize;
use service::Exit;

use super::super::format::{OutputArgs, Width};
use super::super::options::ConnectArgs;
use super::super::show::{count, wide_table};
use super::Chosen;
use super::shown::{Shown, short};
use crate::core::plain;

/// List dead letters, the newest last
///
/// Example: `connect-register dlq list sales.dlq --where stage=TASK_PUT --since 24h`
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    chosen: Chosen,
    /// So many of them, the newest of each partition
    #[arg(long, value_name = "N", default_value_t = 100)]
    max: usize,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Serialize)]
struct Body<'a> {
    topic: &'a str,
    letters: VecDeque<Shown>,
    /// How many there are beside these.
    left_out: usize,
}

pub(super) fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let (mut letters, mut left_out) = (VecDeque::new(), 0);
    let stopped = args.chosen.read(&connect.kafka()?, |letter| {
        letters.push_back(Shown::of(&letter));
        if letters.len() > args.max {
            letters.pop_front();
            left_out += 1;
        }
    })?;
    if let Some(exit) = stopped {
        return Ok(exit);
    }
    let body = Body { topic: &args.chosen.topic, letters, left_out };
    let places: Vec<_> = body.letters.iter().map(Shown::place).collect();
    args.output.print(&body, places, |width| show(&body, width))?;
    Ok(Exit::Ok)
}

fn show(body: &Body<'_>, width: Width) -> String {
    if body.letters.is_empty() && body.left_out == 0 {
        return format!("no such letters in {}\n", plain::line(body.topic));
    }
    let header = ["LETTER", "TIME", "STAGE", "CONNECTOR", "FROM", "KEY", "REPLAYS", "EXCEPTION", "MESSAGE"];
    let row = |letter: &Shown| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let from = match (&letter.origin.topic, letter.origin.partition, letter.origin.offset) {
            (Some(topic), Some(partition), Some(offset)) => format!("{topic}/{partition}:{offset}"),
            (topic, ..) => text(topic),
        };
        [
            letter.place(),
            letter.time.map(|time| time.to_string()).unwrap_or_default(),
            letter.stage.to_string(),
            text(&letter.connector),
            from,
            letter.key.clone(),
            letter.attempts.to_string(),
            letter.exception.as_deref().map(short).unwrap_or_default().to_owned(),
            text(&letter.message).chars().take(if width == Width::Wide { 400 } else { 80 }).collect(),
        ]
    };
    let mut text = wide_table(width, 4..7, header, body.letters.iter().map(row));
    if body.left_out > 0 {
        // Writing to a string does not fail.
        let _ = writeln!(text, "and {} before them: --max", count(body.left_out, "letter"));
    }
    text
}
