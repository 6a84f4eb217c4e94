//! Rows of a CSV file with a header line. Cells are text; a number is what reads as one.

use std::io::Read;

use ::csv::{ByteRecord, Reader, ReaderBuilder};
use anyhow::Context;
use service::{Exit, Failure};

use super::cell::{Cell, Column, Kind, Step, Table, object_of};

/// A CSV file.
pub struct CsvTable {
    reader: Reader<Box<dyn Read + Send>>,
    columns: Vec<Column>,
    record: ByteRecord,
    readable: bool,
}

impl CsvTable {
    /// Reads the header line.
    ///
    /// # Errors
    /// When there is none, or it is no UTF-8.
    pub fn open(input: Box<dyn Read + Send>) -> anyhow::Result<Self> {
        let mut reader = ReaderBuilder::new().flexible(true).buffer_capacity(1 << 18).from_reader(input);
        let header = reader.byte_headers().context("the header line cannot be read")?;
        let columns = header
            .iter()
            .map(|name| {
                let name = std::str::from_utf8(name).context("the header line is not UTF-8")?;
                Ok(Column { name: name.trim_start_matches('\u{feff}').trim().to_owned(), kind: Kind::Any })
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        if columns.is_empty() {
            return Err(Failure::new(Exit::Invalid, "it is empty, and should begin with a header line").into());
        }
        Ok(Self { reader, columns, record: ByteRecord::new(), readable: true })
    }
}

impl Table for CsvTable {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn advance(&mut self) -> anyhow::Result<Step> {
        if !self.reader.read_byte_record(&mut self.record)? {
            return Ok(Step::End);
        }
        let (has, wants) = (self.record.len(), self.columns.len());
        self.readable = false;
        if has != wants {
            return Ok(Step::Unreadable(format!("the row has {has} fields, the header {wants}")));
        }
        if std::str::from_utf8(self.record.as_slice()).is_err() {
            return Ok(Step::Unreadable("the row is not UTF-8".to_owned()));
        }
        self.readable = true;
        Ok(Step::Row)
    }

    fn cell(&self, column: usize) -> Cell<'_> {
        match self.record.get(column).and_then(|bytes| std::str::from_utf8(bytes).ok()) {
            None | Some("") => Cell::Null,
            Some(text) => Cell::Raw(text),
        }
    }

    fn row_json(&self) -> String {
        if self.readable {
            return object_of(self);
        }
        let fields: Vec<_> = self.record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
        serde_json::Value::from(fields).to_string()
    }

    fn size(&self) -> Option<u64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &'static [u8]) -> CsvTable {
        CsvTable::open(Box::new(text)).unwrap()
    }

    #[test]
    fn cells_are_found_below_their_header_even_after_a_byte_order_mark_and_crlf() {
        let mut table = table(b"\xef\xbb\xbfstore_id, qty\r\n7,-1\r\n8,\r\n");
        assert_eq!(table.columns()[0].name, "store_id");
        assert_eq!(table.columns()[1].name, "qty");
        assert_eq!(table.advance().unwrap(), Step::Row);
        assert_eq!((table.cell(0), table.cell(1)), (Cell::Raw("7"), Cell::Raw("-1")));
        assert_eq!(table.advance().unwrap(), Step::Row);
        assert_eq!(table.cell(1), Cell::Null);
        assert_eq!(table.row_json(), r#"{"store_id":"8","qty":null}"#);
        assert_eq!(table.advance().unwrap(), Step::End);
    }

    #[test]
    fn a_row_of_another_length_or_encoding_is_told_and_the_next_is_read() {
        let mut table = table(b"a,b\n1\n\xff,2\n3,4\n");
        assert_eq!(table.advance().unwrap(), Step::Unreadable("the row has 1 fields, the header 2".into()));
        assert_eq!(table.row_json(), r#"["1"]"#);
        assert_eq!(table.advance().unwrap(), Step::Unreadable("the row is not UTF-8".into()));
        assert_eq!(table.advance().unwrap(), Step::Row);
        assert_eq!(table.row_json(), r#"{"a":"3","b":"4"}"#);
    }

    #[test]
    fn an_empty_file_is_no_table() {
        assert!(CsvTable::open(Box::new(&b""[..])).is_err());
    }
}
