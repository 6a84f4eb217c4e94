//! `dlq peek`: whole letters, with what their headers tell in words, and what they hold.

use std::collections::VecDeque;
use std::fmt::Write;

use serde::Serialize;
use service::{Exit, Failure};

use super::super::format::OutputArgs;
use super::super::options::ConnectArgs;
use super::Chosen;
use super::shown::{Place, Shown};
use crate::core::letter::headers::PREFIX;
use crate::core::letter::{Header, Letter, shown};
use crate::core::plain;

/// Show whole letters: what their headers tell, key and value
///
/// Without a place it is the newest one that is chosen.
///
/// Example: connect-register dlq peek sales.dlq 0:41 --trace
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    chosen: Chosen,
    /// Only those at these places, as `dlq list` shows them
    #[arg(value_name = "PARTITION:OFFSET")]
    places: Vec<Place>,
    /// So many of them, where no place is named
    #[arg(long, value_name = "N", default_value_t = 1)]
    max: usize,
    /// Show traces too
    #[arg(long)]
    trace: bool,
    /// So many characters of a key or value
    #[arg(long, value_name = "N", default_value_t = 4000)]
    length: usize,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Serialize)]
struct Body<'a> {
    topic: &'a str,
    letters: Vec<Whole>,
}

/// A header of the record's own.
#[derive(Serialize)]
struct Own {
    name: String,
    value: String,
}

#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    shown: Shown,
    words: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
    /// The record's own headers, as far as they can be shown.
    headers: Vec<Own>,
    value: String,
    value_bytes: Option<usize>,
}

pub(super) fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let mut letters: VecDeque<Letter> = VecDeque::new();
    let most = if args.places.is_empty() { args.max } else { args.places.len() };
    let stopped = args.chosen.read(&connect.kafka()?, |letter| {
        if !args.places.is_empty() && !args.places.iter().any(|place| place.0 == letter.at) {
            return;
        }
        letters.push_back(letter);
        if letters.len() > most {
            letters.pop_front();
        }
    })?;
    if let Some(exit) = stopped {
        return Ok(exit);
    }
    let is_there = |place: &&Place| !letters.iter().any(|letter| letter.at == place.0);
    let absent: Vec<_> =
        args.places.iter().filter(is_there).map(|Place(at)| format!("{}:{}", at.partition, at.offset)).collect();
    if !absent.is_empty() {
        let failure = Failure::all(Exit::Failed, "there are no such letters", &absent);
        return Err(failure.hint("`dlq list` shows where they lie; retention may have deleted them").into());
    }
    let letters: Vec<_> = letters.iter().map(|letter| whole(letter, args)).collect();
    let body = Body { topic: &args.chosen.topic, letters };
    let places: Vec<_> = body.letters.iter().map(|letter| letter.shown.place()).collect();
    args.output.print(&body, places, |_| show(&body))?;
    Ok(Exit::Ok)
}

fn whole(letter: &Letter, args: &Args) -> Whole {
    let told = letter.told();
    let own = letter.headers.iter().filter(|(name, _)| !name.starts_with(PREFIX));
    let own_header =
        |(name, value): &Header| Own { name: plain::line(name), value: shown(value.as_deref(), args.length) };
    let mut of = Shown::of(letter);
    of.key = shown(letter.key.as_deref(), args.length);
    Whole {
        words: told.stage().words(),
        trace: told.trace.filter(|_| args.trace),
        headers: own.map(own_header).collect(),
        value: shown(letter.value.as_deref(), args.length),
        value_bytes: letter.value.as_ref().map(Vec::len),
        shown: of,
    }
}

fn show(body: &Body<'_>) -> String {
    if body.letters.is_empty() {
        return format!("no such letters in {}\n", plain::line(body.topic));
    }
    let mut text = String::new();
    for letter in &body.letters {
        // Writing to a string does not fail.
        let _ = lines(&mut text, letter);
    }
    text
}

fn lines(text: &mut String, letter: &Whole) -> std::fmt::Result {
    let Whole { shown, words, trace, headers, value, .. } = letter;
    let none = || "not told".to_owned();
    let or = |text: &Option<String>| text.clone().unwrap_or_else(none);
    writeln!(text, "letter     {}", shown.place())?;
    writeln!(text, "time       {}", shown.time.map_or_else(none, |time| time.to_string()))?;
    let number = |number: Option<i64>| number.map_or_else(|| "?".to_owned(), |number| number.to_string());
    let partition = number(shown.origin.partition.map(i64::from));
    writeln!(
        text,
        "from       topic {}, partition {partition}, offset {}",
        or(&shown.origin.topic),
        number(shown.origin.offset)
    )?;
    writeln!(text, "connector  {}, task {}", or(&shown.connector), or(&shown.task))?;
    writeln!(text, "stage      {}: {words}", shown.stage)?;
    writeln!(text, "in         {}", or(&shown.class))?;
    writeln!(text, "exception  {}", or(&shown.exception))?;
    writeln!(text, "message    {}", or(&shown.message))?;
    writeln!(text, "replays    {}", shown.attempts)?;
    for Own { name, value } in headers {
        writeln!(text, "header     {name}: {value}")?;
    }
    writeln!(text, "key        {}", shown.key)?;
    writeln!(text, "value      {value}")?;
    if let Some(trace) = trace {
        writeln!(text, "trace:\n{}", trace.trim_end())?;
    }
    writeln!(text)
}
