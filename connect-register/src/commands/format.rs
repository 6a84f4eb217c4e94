//! The formats of all reading commands, in one place: tables for people, documents for programs, names
//! for pipes. What is in a document is its command's business.

use clap::ValueEnum;
use serde::Serialize;

use crate::core::{ConnectorName, plain, selection, yaml};

/// The version of all documents of this program (docs/json.md describes them).
pub(super) const SCHEMA_VERSION: u32 = 1;

/// The format of what a reading command prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Columns or lines, for people
    #[default]
    Table,
    /// The same with more columns
    Wide,
    /// One JSON document with a `schema_version`, for programs
    Json,
    /// The same document as YAML
    Yaml,
    /// A line `connector/NAME` for each connector
    Name,
}

/// How much a table shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// What is looked at most.
    Normal,
    /// All there is.
    Wide,
}

/// In which format.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct OutputArgs {
    /// The format of what is printed; docs/json.md describes the documents
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    output: Format,
}

/// A document with the version of its schema.
#[derive(Debug, Serialize)]
struct Document<T> {
    schema_version: u32,
    #[serde(flatten)]
    body: T,
}

impl OutputArgs {
    /// Whether this is for people to read.
    pub(super) fn is_for_people(self) -> bool {
        matches!(self.output, Format::Table | Format::Wide)
    }

    /// Prints what a command found: its document, its names, or what `text` makes for people.
    pub(super) fn print(
        self,
        body: &impl Serialize,
        names: impl IntoIterator<Item = String>,
        text: impl FnOnce(Width) -> String,
    ) -> anyhow::Result<()> {
        print(self.output, body, names, text)
    }
}

/// The same, of a format.
pub(super) fn print(
    format: Format,
    body: &impl Serialize,
    names: impl IntoIterator<Item = String>,
    text: impl FnOnce(Width) -> String,
) -> anyhow::Result<()> {
    let document = Document { schema_version: SCHEMA_VERSION, body };
    match format {
        Format::Table => Ok(service::output::print(&text(Width::Normal))?),
        Format::Wide => Ok(service::output::print(&text(Width::Wide))?),
        Format::Json => service::output::print_json(&document),
        Format::Yaml => Ok(service::output::print(&yaml::write(&serde_json::to_value(&document)?))?),
        Format::Name => {
            let lines: String = names.into_iter().map(|name| plain::line(&name) + "\n").collect();
            Ok(service::output::print(&lines)?)
        }
    }
}

/// Connectors as `-o name` prints them.
pub(super) fn names<'a>(connectors: impl IntoIterator<Item = &'a ConnectorName>) -> impl Iterator<Item = String> {
    connectors.into_iter().map(|name| format!("{}{}", selection::PREFIX, name.as_str()))
}
