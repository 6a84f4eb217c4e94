//! Rows of a file with one JSON object a line. There is no schema: the columns are the keys seen in
//! the first lines, and each row is checked for itself.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};

use serde_json::{Map, Value};
use service::{Exit, Failure};

use super::cell::{Cell, Column, Kind, Step, Table};

/// A longer line is not held in memory: it is no sale.
const MAX_LINE: usize = 4 << 20;

/// How many lines are looked at for the columns: of a stream only the first, for nobody knows when
/// the next one comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peek {
    /// A file.
    File,
    /// Standard input.
    Stream,
}

/// A file of JSON lines.
pub struct NdjsonTable {
    input: BufReader<Box<dyn Read + Send>>,
    /// Lines that were looked at for the columns and are not handed out yet.
    peeked: VecDeque<Line>,
    columns: Vec<Column>,
    line: Vec<u8>,
    row: Option<Map<String, Value>>,
}

enum Line {
    Whole(Vec<u8>),
    /// The start of a line that is too long.
    TooLong(Vec<u8>),
}

impl NdjsonTable {
    /// Looks at the first lines.
    ///
    /// # Errors
    /// When the input cannot be read, or none of the first lines is a JSON object.
    pub fn open(input: Box<dyn Read + Send>, peek: Peek) -> anyhow::Result<Self> {
        let mut table = Self {
            input: BufReader::with_capacity(1 << 18, input),
            peeked: VecDeque::new(),
            columns: Vec::new(),
            line: Vec::new(),
            row: None,
        };
        let lines = match peek {
            Peek::File => 100,
            Peek::Stream => 1,
        };
        let mut why = None;
        for _ in 0..lines {
            let Some(line) = table.read_line()? else { break };
            if let Line::Whole(bytes) = &line {
                match parse(bytes) {
                    Ok(row) => table.add_columns(&row),
                    Err(error) => why = why.or(Some(error)),
                }
            }
            table.peeked.push_back(line);
        }
        match why {
            Some(why) if table.columns.is_empty() => {
                Err(Failure::new(Exit::Invalid, format!("row 1 is no JSON object: {why}")).into())
            }
            _ => Ok(table),
        }
    }

    fn add_columns(&mut self, row: &Map<String, Value>) {
        for name in row.keys() {
            if !self.columns.iter().any(|column| column.name == *name) {
                self.columns.push(Column { name: name.clone(), kind: Kind::Any });
            }
        }
    }

    /// The next line that is not blank, without its line break.
    fn read_line(&mut self) -> anyhow::Result<Option<Line>> {
        loop {
            let mut line = Vec::new();
            let read = self.input.by_ref().take(MAX_LINE as u64 + 1).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(None);
            }
            if read > MAX_LINE {
                self.skip_to_line_break()?;
                line.truncate(1_000);
                return Ok(Some(Line::TooLong(line)));
            }
            let bytes = line.trim_ascii();
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            if !bytes.is_empty() {
                return Ok(Some(Line::Whole(bytes.to_vec())));
            }
        }
    }

    fn skip_to_line_break(&mut self) -> std::io::Result<()> {
        loop {
            let buffer = self.input.fill_buf()?;
            let (length, at) = (buffer.len(), buffer.iter().position(|byte| *byte == b'\n'));
            self.input.consume(at.map_or(length, |at| at + 1));
            if at.is_some() || length == 0 {
                return Ok(());
            }
        }
    }
}

fn parse(line: &[u8]) -> Result<Map<String, Value>, String> {
    match serde_json::from_slice(line) {
        Ok(Value::Object(row)) => Ok(row),
        Ok(_) => Err("the line is JSON, but no object".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl Table for NdjsonTable {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn advance(&mut self) -> anyhow::Result<Step> {
        self.row = None;
        let line = match self.peeked.pop_front() {
            Some(line) => line,
            None => match self.read_line()? {
                Some(line) => line,
                None => return Ok(Step::End),
            },
        };
        match line {
            Line::TooLong(start) => {
                self.line = start;
                Ok(Step::Unreadable(format!("the line is longer than {MAX_LINE} bytes; only its beginning is kept")))
            }
            Line::Whole(bytes) => {
                self.line = bytes;
                Ok(match parse(&self.line) {
                    Ok(row) => {
                        self.row = Some(row);
                        Step::Row
                    }
                    Err(why) => Step::Unreadable(format!("the line is no JSON object: {why}")),
                })
            }
        }
    }

    fn cell(&self, column: usize) -> Cell<'_> {
        let value = self.columns.get(column).and_then(|column| self.row.as_ref()?.get(&column.name));
        match value {
            None | Some(Value::Null) => Cell::Null,
            Some(Value::Bool(flag)) => Cell::Bool(*flag),
            Some(Value::String(text)) => Cell::Text(text),
            Some(Value::Number(number)) => {
                number.as_i64().map_or_else(|| Cell::Float(number.as_f64().unwrap_or(f64::NAN)), Cell::Int)
            }
            Some(nested) => Cell::Nested(nested),
        }
    }

    fn row_json(&self) -> String {
        match &self.row {
            // The line as it was, not as it was understood.
            Some(_) => String::from_utf8_lossy(&self.line).into_owned(),
            None => Value::String(String::from_utf8_lossy(&self.line).into_owned()).to_string(),
        }
    }

    fn size(&self) -> Option<u64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> NdjsonTable {
        NdjsonTable::open(Box::new(std::io::Cursor::new(text.to_owned())), Peek::File).unwrap()
    }

    #[test]
    fn the_columns_are_those_of_all_first_lines_and_no_line_is_lost() {
        let mut table = table("{\"a\":1}\n\n{\"b\":\"x\",\"a\":null}\r\n{\"b\":2.5}");
        assert_eq!(table.columns().iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        let mut seen = Vec::new();
        while table.advance().unwrap() == Step::Row {
            seen.push(format!("{:?} {:?}", table.cell(0), table.cell(1)));
        }
        insta::assert_snapshot!(seen.join("\n"), @r#"
        Int(1) Null
        Null Text("x")
        Null Float(2.5)
        "#);
    }

    #[test]
    fn a_broken_line_is_told_and_the_next_is_read() {
        let mut table = table("{\"a\":1}\n{\"a\":\n[1]\n{\"a\":2}\n");
        assert_eq!(table.advance().unwrap(), Step::Row);
        assert!(matches!(table.advance().unwrap(), Step::Unreadable(_)));
        assert_eq!(table.row_json(), r#""{\"a\":""#);
        assert!(matches!(table.advance().unwrap(), Step::Unreadable(_)));
        assert_eq!(table.advance().unwrap(), Step::Row);
        assert_eq!(table.advance().unwrap(), Step::End);
    }

    #[test]
    fn a_giant_line_and_a_deep_one_are_rows_that_cannot_be_read() {
        let giant =
            format!("{{\"a\":1}}\n{{\"a\":\"{}\"}}\n{}\n{{\"a\":3}}\n", "x".repeat(MAX_LINE), "[".repeat(10_000));
        let mut table = table(&giant);
        assert_eq!(table.advance().unwrap(), Step::Row);
        assert!(matches!(table.advance().unwrap(), Step::Unreadable(why) if why.contains("longer")));
        assert!(matches!(table.advance().unwrap(), Step::Unreadable(why) if why.contains("recursion")));
        assert_eq!(table.advance().unwrap(), Step::Row);
        assert_eq!(table.cell(0), Cell::Int(3));
    }

    #[test]
    fn a_file_that_is_no_json_is_refused_at_once() {
        let error = NdjsonTable::open(Box::new(&b"PAR1"[..]), Peek::File).map(|_| ()).unwrap_err();
        assert!(error.to_string().starts_with("row 1 is no JSON object"), "{error}");
    }
}
