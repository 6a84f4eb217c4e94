//! `landing migrate`: runs what is due of `sql/`.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use landing::migrate::run::{Outcome, dry};
use landing::migrate::{State, file, run as migrate};
use landing::postgres::{Postgres, Session};
use landing::progress::Progress;
use serde_json::{Value, json};
use service::when;
use service::{Env, Exit, Format, output};

/// Run the migrations of sql/ that are due
///
/// Files are named `NN_name.sql` and run in the order of their numbers, each in a transaction of its own. What has
/// run is recorded in the table `landing_migrations`; a file whose text has changed is run again, so each file must
/// be safe to run again. Any number of these may be started at once: one works, the others wait for it.
///
/// Examples:
///   landing migrate
///   landing migrate --dry-run --sql sql/
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The folder of the files [default: the files built into this program]
    #[arg(long, value_name = "DIR")]
    sql: Option<PathBuf>,
    /// How long to wait for PostgreSQL, and for another migration to finish
    #[arg(long, value_name = "SPAN", default_value = "30s", value_parser = when::span)]
    timeout: Duration,
    /// Only tell what would run
    #[arg(long)]
    dry_run: bool,
    /// How to print the result
    #[arg(short, long, value_enum, default_value = "table")]
    output: Format,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Exit> {
    let mut env = Env::from_process();
    let postgres = Postgres::from_env(&mut env);
    env.finish()?;
    let files = match &args.sql {
        Some(folder) => file::folder(folder)?,
        None => file::embedded()?,
    };

    let deadline = Instant::now() + args.timeout;
    let progress = Progress::start();
    let mut session = Session::wait(&postgres, "landing migrate", args.timeout, |what| progress.tell(what)).await?;
    let outcome = if args.dry_run {
        dry(&session, files).await?
    } else {
        migrate(&mut session, files, deadline, |what| progress.tell(what)).await?
    };
    drop(progress);

    for name in &outcome.unknown {
        tracing::warn!("{postgres} has also run {name}, which this version does not have: a newer one was here");
    }
    match args.output {
        Format::Table => output::print(&table(&outcome, args.dry_run))?,
        Format::Json => output::print_json(&document(&outcome, args.dry_run))?,
    }
    Ok(Exit::Ok)
}

fn table(outcome: &Outcome, dry_run: bool) -> String {
    let width = outcome.files.iter().map(|file| file.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for file in &outcome.files {
        let what = match (file.state, dry_run) {
            (State::New, true) => "would run: it is new",
            (State::Changed, true) => "would run again: its text has changed",
            (State::New, false) => "ran",
            (State::Changed, false) => "ran again: its text has changed",
            (State::Unchanged, _) => "has run before",
            (State::Left, _) => "left alone: its text is not that which ran, and a newer version was here",
        };
        let took = file.took.map(|took| format!(" ({} ms)", took.as_millis())).unwrap_or_default();
        let _ = writeln!(text, "{:width$}  {what}{took}", file.name);
    }
    text
}

fn document(outcome: &Outcome, dry_run: bool) -> Value {
    let files: Vec<Value> = outcome
        .files
        .iter()
        .map(|file| {
            let milliseconds = file.took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
            json!({ "name": file.name, "state": file.state, "ran": file.took.is_some(), "milliseconds": milliseconds })
        })
        .collect();
    json!({ "schema_version": 1, "dry_run": dry_run, "files": files, "unknown": outcome.unknown })
}

#[cfg(test)]
mod tests {
    use super::*;
    use landing::migrate::Ran;

    fn outcome() -> Outcome {
        let ran = |name: &str, state, took| Ran { name: name.to_owned(), state, took };
        Outcome {
            files: vec![
                ran("00_sales_raw.sql", State::Unchanged, None),
                ran("10_next.sql", State::New, Some(Duration::from_millis(12))),
            ],
            unknown: vec!["20_newer.sql".to_owned()],
        }
    }

    #[test]
    fn the_table_says_of_each_file_what_was_done() {
        insta::assert_snapshot!(table(&outcome(), false), @r"
        00_sales_raw.sql  has run before
        10_next.sql       ran (12 ms)
        ");
    }

    #[test]
    fn the_document_has_a_version_and_every_file() {
        insta::assert_snapshot!(document(&outcome(), false).to_string(), @r#"{"schema_version":1,"dry_run":false,"files":[{"name":"00_sales_raw.sql","state":"unchanged","ran":false,"milliseconds":null},{"name":"10_next.sql","state":"new","ran":true,"milliseconds":12}],"unknown":["20_newer.sql"]}"#);
    }
}
