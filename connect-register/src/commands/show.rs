//! How commands show what they found to people: tables, and lines of what changes.

use std::fmt::Write;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use super::format::Width;
use crate::core::{KeyChange, plain};

/// A table without lines. Each cell is one harmless line, wherever its text is from.
pub(super) fn table<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    columns(header, rows, [true; N])
}

/// A table of which some columns are there only where it is wide.
pub(super) fn wide_table<const N: usize>(
    width: Width,
    only_wide: Range<usize>,
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    columns(header, rows, std::array::from_fn(|column| width == Width::Wide || !only_wide.contains(&column)))
}

/// A table of which only some columns are shown.
pub(super) fn columns<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
    shown: [bool; N],
) -> String {
    fn only<T, const N: usize>(cells: [T; N], shown: [bool; N]) -> impl Iterator<Item = T> {
        cells.into_iter().zip(shown).filter_map(|(cell, is_shown)| is_shown.then_some(cell))
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(only(header, shown));
    for row in rows {
        table.add_row(only(row.map(|cell| plain::line(&cell)), shown));
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

/// A key that changes, as a line with a sign.
pub(super) fn show_key(text: &mut String, change: &KeyChange) -> std::fmt::Result {
    let KeyChange { key, before, after } = change;
    let (sign, values) = match (before, after) {
        (None, Some(after)) => ('+', after.to_string()),
        (Some(before), None) => ('-', before.to_string()),
        (Some(before), Some(after)) => ('~', format!("{before} -> {after}")),
        (None, None) => return Ok(()),
    };
    let style = style(sign);
    writeln!(text, "    {style}{sign} {}{style:#} = {values}", plain::line(key))
}

/// The colour of a sign.
pub(super) fn style(sign: char) -> Style {
    match sign {
        '+' => AnsiColor::Green.on_default(),
        '~' => AnsiColor::Yellow.on_default(),
        '-' => AnsiColor::Red.on_default(),
        _ => Style::new(),
    }
}

/// A count with its noun.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
