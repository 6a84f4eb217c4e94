//! `stack sql`: runs SQL in the stack's database as its user.

use std::io::Read;

use anyhow::Context;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::{Map, Value, json};
use service::{Exit, Failure, Format, Secret};
use tokio_postgres::{NoTls, SimpleQueryMessage};

use super::NameArgs;
use crate::parts::postgres;

const EXAMPLES: &str = "\
Examples:
  stack sql 'select count(*) from sales_raw'
  stack sql -o json 'select sku, sum(qty) from sales_raw group by sku order by 2 desc limit 5'
  stack sql - < script.sql

Several statements at once, without BEGIN, are one transaction.";

/// Arguments of `stack sql`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The SQL; `-` reads it from standard input
    query: String,
    #[command(flatten)]
    name: NameArgs,
    /// How it is printed
    #[arg(long, short, value_enum, default_value_t)]
    output: Format,
}

/// What one statement gave.
#[derive(Debug, Default, PartialEq, Eq)]
struct Answer {
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
    affected: u64,
}

/// Runs `stack sql`.
pub(super) async fn run(args: &Args) -> anyhow::Result<Exit> {
    let (folder, state) = args.name.running()?;
    let Some(port) = state.ports.postgres else {
        return Err(Failure::new(Exit::Unreachable, format!("the stack {} has no PostgreSQL", state.name))
            .hint("start it with --parts postgres among its parts")
            .into());
    };
    let query = if args.query == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("reading the SQL from standard input")?;
        text
    } else {
        args.query.clone()
    };
    let file = folder.password();
    let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let config = postgres::client_config(port, &Secret::new(text.trim_end_matches('\n')));
    let (client, connection) = config.connect(NoTls).await.map_err(|error| {
        Failure::new(Exit::Unreachable, format!("PostgreSQL does not answer at 127.0.0.1:{port}"))
            .because(error)
            .hint("see how it is: stack status; what it says: stack logs postgres")
    })?;
    let driver = tokio::spawn(connection);
    let result = client.simple_query(&query).await;
    drop(client);
    // Its result is that of the query, which is looked at next.
    let _ = driver.await;
    let answers = answers(result.map_err(|error| refused(&error))?);
    match args.output {
        Format::Table => service::output::print(&answers.iter().map(table).collect::<String>())?,
        Format::Json => {
            let results: Vec<Value> = answers.iter().map(document).collect();
            service::output::print_json(&json!({ "schema_version": 1, "results": results }))?;
        }
    }
    Ok(Exit::Ok)
}

fn refused(error: &tokio_postgres::Error) -> anyhow::Error {
    let Some(server) = error.as_db_error() else { return anyhow::anyhow!("the query could not be run: {error}") };
    let message = format!("PostgreSQL refuses the query: {} ({})", server.message(), server.code().code());
    let failure = Failure::new(Exit::Failed, message);
    match server.hint().or(server.detail()) {
        Some(hint) => failure.hint(hint).into(),
        None => failure.into(),
    }
}

fn answers(messages: Vec<SimpleQueryMessage>) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut current = Answer::default();
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                current.columns = columns.iter().map(|column| column.name().to_owned()).collect();
            }
            SimpleQueryMessage::Row(row) => {
                current.rows.push((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect());
            }
            SimpleQueryMessage::CommandComplete(affected) => {
                current.affected = affected;
                answers.push(std::mem::take(&mut current));
            }
            _ => {}
        }
    }
    answers
}

/// NULL is shown as an empty cell.
fn table(answer: &Answer) -> String {
    if answer.columns.is_empty() {
        return format!("done, {} rows\n", answer.affected);
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(&answer.columns);
    for row in &answer.rows {
        table.add_row(row.iter().map(|cell| cell.as_deref().unwrap_or_default()));
    }
    format!("{}\n", table.trim_fmt())
}

fn document(answer: &Answer) -> Value {
    let row = |row: &Vec<Option<String>>| -> Map<String, Value> {
        answer.columns.iter().cloned().zip(row.iter().map(|cell| cell.clone().into())).collect()
    };
    json!({
        "columns": answer.columns,
        "rows": answer.rows.iter().map(row).collect::<Vec<_>>(),
        "affected": answer.affected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Answer {
        Answer {
            columns: vec!["sku".into(), "qty".into()],
            rows: vec![vec![Some("7".into()), None], vec![Some("1234".into()), Some("5".into())]],
            affected: 2,
        }
    }

    #[test]
    fn rows_are_aligned_and_null_is_empty() {
        insta::assert_snapshot!(table(&answer()), @r"
        sku   qty
        7
        1234  5
        ");
        assert_eq!(table(&Answer { affected: 3, ..Answer::default() }), "done, 3 rows\n");
    }

    #[test]
    fn json_rows_carry_their_columns_names() {
        insta::assert_snapshot!(document(&answer()).to_string(), @r#"{"columns":["sku","qty"],"rows":[{"sku":"7","qty":null},{"sku":"1234","qty":"5"}],"affected":2}"#);
    }
}
