//! `stack status`: how the parts of a stack are, asked now.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::{Value, json};
use service::{Exit, Format, Secret};

use super::NameArgs;
use crate::folder::Folder;
use crate::parts;
use crate::supervise::{Condition, Lock, PartState, Process, State, now, say};

const EXAMPLES: &str = "\
Examples:
  stack status
  stack status -o json | jq '.parts[] | select(.state != \"ready\")'

Exit code 0 when every part answers, 7 when one does not, 5 when the stack is not running.";

/// Arguments of `stack status`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    name: NameArgs,
    /// How it is printed
    #[arg(long, short, value_enum, default_value_t)]
    output: Format,
}

/// Runs `stack status`.
pub(super) async fn run(args: &Args) -> anyhow::Result<Exit> {
    tell_others(args)?;
    let (folder, state) = args.name.running()?;
    let password = Secret::new(std::fs::read_to_string(folder.password()).unwrap_or_default().trim_end());
    let mut rows = Vec::new();
    for part in &state.parts {
        rows.push((part, truth(part, &password).await));
    }
    match args.output {
        Format::Table => service::output::print(&table(&rows))?,
        Format::Json => service::output::print_json(&document(&state, &folder, &rows))?,
    }
    Ok(if rows.iter().all(|(_, word)| *word == "ready") { Exit::Ok } else { Exit::Unhealthy })
}

/// The word for how a part is: what the supervisor says, unless the part itself says otherwise.
async fn truth(part: &PartState, password: &Secret) -> &'static str {
    let alive = part.process.is_some_and(Process::is_alive);
    match part.condition {
        Condition::Ready if !alive => "dead",
        Condition::Ready if parts::ask(part.kind, part.port, password).await.is_err() => "silent",
        condition => condition.word(),
    }
}

fn table(rows: &[(&PartState, &str)]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["PART", "STATE", "PID", "ADDRESS", "SINCE", "MEMORY", "RESTARTS", "CAUSE"]);
    for (part, word) in rows {
        let cause = part.cause.as_deref().and_then(|cause| cause.lines().next()).unwrap_or("-");
        table.add_row([
            part.id.to_string(),
            (*word).to_owned(),
            part.process.map_or_else(|| "-".to_owned(), |process| process.pid.to_string()),
            format!("127.0.0.1:{}", part.port),
            ago(now().saturating_sub(part.since)),
            memory(part).map_or_else(|| "-".to_owned(), |bytes| format!("{} MB", bytes / 1_000_000)),
            part.restarts.to_string(),
            cause.to_owned(),
        ]);
    }
    format!("{}\n", table.trim_fmt())
}

fn document(state: &State, folder: &Folder, rows: &[(&PartState, &str)]) -> Value {
    let part = |(part, word): &(&PartState, &str)| {
        json!({
            "id": part.id,
            "kind": part.kind,
            "state": word,
            "pid": part.process.map(|process| process.pid),
            "port": part.port,
            "since_ms": part.since,
            "ready_after_ms": part.ready_after,
            "memory_bytes": memory(part),
            "restarts": part.restarts,
            "cause": part.cause,
        })
    };
    json!({
        "schema_version": 1,
        "name": state.name,
        "folder": folder.path(),
        "supervisor_pid": state.supervisor.pid,
        "kafka": state.kafka,
        "sink": state.sink,
        "parts": rows.iter().map(part).collect::<Vec<_>>(),
    })
}

fn memory(part: &PartState) -> Option<u64> {
    part.process?.memory()
}

/// `42 s`, `5 min`, `3 h`.
fn ago(milliseconds: u64) -> String {
    match milliseconds / 1000 {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

/// Names the other stacks that run here.
fn tell_others(args: &Args) -> anyhow::Result<()> {
    let mut others = Vec::new();
    for folder in Folder::all()? {
        let name = folder.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name != args.name.name.as_str() && Lock::is_held(&folder)? {
            others.push(name);
        }
    }
    if !others.is_empty() {
        say(&format!("other stacks run here (--name): {}", others.join(", ")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_one_unit() {
        assert_eq!(
            ["42 s", "2 min", "2 h"],
            [ago(42_999), ago(120_000), ago(7_200_000)].each_ref().map(String::as_str)
        );
    }
}
