//! One value of a row, whatever the file format, and the table it is read from. What a value must be
//! to make a sale is decided in [`super::bind`].

use std::borrow::Cow;

use super::timestamp;

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Null, absent or empty.
    Null,
    /// An integer.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// Text of a format that has types: never taken for a number.
    Text(&'a str),
    /// Text of a format that has none (CSV): a number where it reads as one.
    Raw(&'a str),
    /// A point in time, in epoch milliseconds.
    Instant(i64),
    /// Bytes that are no text.
    Binary(&'a [u8]),
    /// A list or an object, as JSON.
    Nested(&'a serde_json::Value),
}

impl Cell<'_> {
    /// The value as a person would write it, for messages.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Null => "null".into(),
            Self::Int(number) => number.to_string().into(),
            // `3.0` and not `3`: that is what is wrong with it.
            Self::Float(number) => format!("{number:?}").into(),
            Self::Bool(flag) => flag.to_string().into(),
            Self::Text(text) | Self::Raw(text) => (*text).into(),
            Self::Instant(ms) => timestamp::show(*ms).into(),
            Self::Binary(bytes) => hex(bytes).into(),
            Self::Nested(value) => value.to_string().into(),
        }
    }

    /// The value as JSON, for the dead letter.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Int(number) => (*number).into(),
            Self::Float(number) => (*number).into(),
            Self::Bool(flag) => (*flag).into(),
            Self::Text(text) | Self::Raw(text) => (*text).into(),
            Self::Instant(ms) => timestamp::show(*ms).into(),
            Self::Binary(bytes) => hex(bytes).into(),
            Self::Nested(value) => (*value).clone(),
        }
    }
}

/// What a column holds, as far as the file says before its rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Integers.
    Int,
    /// Numbers with a fraction.
    Float,
    /// Numbers with a fixed number of digits after the point.
    Decimal,
    /// True and false.
    Bool,
    /// Text.
    Text,
    /// Points in time.
    Instant,
    /// Bytes.
    Binary,
    /// Whatever each row holds.
    Any,
}

impl Kind {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Int => "an integer",
            Self::Float => "a floating-point number",
            Self::Decimal => "a decimal",
            Self::Bool => "a boolean",
            Self::Text => "text",
            Self::Instant => "a timestamp",
            Self::Binary => "bytes",
            Self::Any => "anything",
        }
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the file.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// What [`Table::advance`] came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A row: its cells can be asked for.
    Row,
    /// A row without cells that could be told apart, and why; [`Table::row_json`] still gives it.
    Unreadable(String),
    /// The end.
    End,
}

/// A file as rows and columns.
pub trait Table: Send {
    /// The columns, as far as they are known before the rows are read.
    fn columns(&self) -> &[Column];

    /// Goes to the next row.
    ///
    /// # Errors
    /// When the file cannot be read on.
    fn advance(&mut self) -> anyhow::Result<Step>;

    /// A value of the current row, by the place of its column.
    fn cell(&self, column: usize) -> Cell<'_>;

    /// The whole current row as JSON.
    fn row_json(&self) -> String;

    /// How many rows there are, where the file says so.
    fn size(&self) -> Option<u64>;
}

/// The current row of a table as a JSON object.
pub(super) fn object_of(table: &(impl Table + ?Sized)) -> String {
    let cells = table.columns().iter().enumerate();
    let row: serde_json::Map<_, _> = cells.map(|(i, column)| (column.name.clone(), table.cell(i).to_json())).collect();
    serde_json::Value::Object(row).to_string()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::from("0x");
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
