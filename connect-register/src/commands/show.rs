//! How commands show what they found: tables for people, JSON documents for programs.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;

/// The version of all JSON documents of this program.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// A JSON document.
#[derive(Debug, Serialize)]
pub(super) struct Document<T> {
    schema_version: u32,
    #[serde(flatten)]
    body: T,
}

impl<T> Document<T> {
    pub(super) fn new(body: T) -> Self {
        Self { schema_version: SCHEMA_VERSION, body }
    }
}

/// A table without lines, as wide as the terminal at most.
pub(super) fn table<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let mut text: String = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    if text.is_empty() {
        text.push('\n');
    }
    text
}
