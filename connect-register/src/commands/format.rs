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

    /// One of several that a command prints one after the other: JSON in a line of its own, YAML as a document
    /// of its own, a table after an empty line.
    pub(super) fn one_of_many(
        self,
        body: &impl Serialize,
        names: impl IntoIterator<Item = String>,
        text: impl FnOnce(Width) -> String,
    ) -> anyhow::Result<String> {
        let text = rendered(self.output, &Document { schema_version: SCHEMA_VERSION, body }, names, text)?;
        Ok(match self.output {
            Format::Yaml => format!("---\n{text}"),
            Format::Json => text,
            Format::Table | Format::Wide | Format::Name => text + "\n",
        })
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
    if format == Format::Json {
        return service::output::print_json(&document);
    }
    Ok(service::output::print(&rendered(format, &document, names, text)?)?)
}

/// A document; JSON in one line.
fn rendered(
    format: Format,
    document: &impl Serialize,
    names: impl IntoIterator<Item = String>,
    text: impl FnOnce(Width) -> String,
) -> anyhow::Result<String> {
    Ok(match format {
        Format::Table => text(Width::Normal),
        Format::Wide => text(Width::Wide),
        Format::Json => serde_json::to_string(document)? + "\n",
        Format::Yaml => yaml::write(&serde_json::to_value(document)?),
        Format::Name => names.into_iter().map(|name| plain::line(&name) + "\n").collect(),
    })
}

/// Connectors as `-o name` prints them.
pub(super) fn names<'a>(connectors: impl IntoIterator<Item = &'a ConnectorName>) -> impl Iterator<Item = String> {
    connectors.into_iter().map(|name| format!("{}{}", selection::PREFIX, name.as_str()))
}
