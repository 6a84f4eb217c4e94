//! Rows of a Parquet file, read column by column in batches. Columns of flat primitive types only;
//! nested ones are left out of the row.

mod batch;

use std::fs::File;

use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use ::parquet::column::reader::ColumnReader;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;
use anyhow::Context;

use self::batch::{Batch, Meaning};
use super::cell::{Cell, Column, Kind, Step, Table, object_of};

/// A Parquet file.
pub struct ParquetTable {
    file: SerializedFileReader<File>,
    columns: Vec<Column>,
    /// For each column its place among the leaves of the schema, and how its values are understood.
    leaves: Vec<(usize, Meaning)>,
    row_group: usize,
    readers: Vec<ColumnReader>,
    batches: Vec<Batch>,
    /// Rows in the current batch, and the one that is the current row.
    length: usize,
    at: usize,
}

impl ParquetTable {
    /// Reads the schema.
    ///
    /// # Errors
    /// When the file is no Parquet file.
    pub fn open(file: File) -> anyhow::Result<Self> {
        let file = SerializedFileReader::new(file).context("it is no Parquet file that can be read")?;
        let schema = file.metadata().file_metadata().schema_descr_ptr();
        let (mut columns, mut leaves) = (Vec::new(), Vec::new());
        for (at, leaf) in schema.columns().iter().enumerate() {
            if leaf.max_rep_level() > 0 || leaf.path().parts().len() > 1 {
                continue;
            }
            let (kind, meaning) = understand(leaf);
            columns.push(Column { name: leaf.name().to_owned(), kind });
            leaves.push((at, meaning));
        }
        let batches = columns.iter().map(|_| Batch::default()).collect();
        Ok(Self { file, columns, leaves, row_group: 0, readers: Vec::new(), batches, length: 0, at: 0 })
    }

    /// Decodes the next batch; false at the end of the file.
    fn next_batch(&mut self) -> anyhow::Result<bool> {
        loop {
            if self.readers.is_empty() {
                if self.row_group == self.file.num_row_groups() {
                    return Ok(false);
                }
                let group = self.file.get_row_group(self.row_group)?;
                self.readers =
                    self.leaves.iter().map(|(leaf, _)| group.get_column_reader(*leaf)).collect::<Result<_, _>>()?;
                self.row_group += 1;
            }
            let mut length = None;
            for (at, reader) in self.readers.iter_mut().enumerate() {
                let name = &self.columns[at].name;
                let rows =
                    self.batches[at].fill(reader, self.leaves[at].1).with_context(|| format!("column {name}"))?;
                anyhow::ensure!(length.is_none_or(|length| length == rows), "column {name} has another length");
                length = Some(rows);
            }
            self.length = length.unwrap_or(0);
            self.at = 0;
            if self.length > 0 {
                return Ok(true);
            }
            self.readers.clear();
            if self.columns.is_empty() {
                return Ok(false);
            }
        }
    }
}

impl Table for ParquetTable {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn advance(&mut self) -> anyhow::Result<Step> {
        if self.at + 1 < self.length {
            self.at += 1;
            return Ok(Step::Row);
        }
        self.length = 0;
        Ok(if self.next_batch()? { Step::Row } else { Step::End })
    }

    fn cell(&self, column: usize) -> Cell<'_> {
        self.batches.get(column).map_or(Cell::Null, |batch| batch.cell(self.at))
    }

    fn row_json(&self) -> String {
        object_of(self)
    }

    fn size(&self) -> Option<u64> {
        u64::try_from(self.file.metadata().file_metadata().num_rows()).ok()
    }
}

/// What a column holds. Times that are not adjusted to UTC are read as UTC.
fn understand(leaf: &ColumnDescriptor) -> (Kind, Meaning) {
    match (leaf.physical_type(), leaf.logical_type_ref(), leaf.converted_type()) {
        (Physical::BOOLEAN, ..) => (Kind::Bool, Meaning::Plain),
        (Physical::FLOAT | Physical::DOUBLE, ..) => (Kind::Float, Meaning::Plain),
        (Physical::INT96, ..) => (Kind::Instant, Meaning::Plain),
        (Physical::INT32, Some(LogicalType::Date), _) | (Physical::INT32, _, ConvertedType::DATE) => {
            (Kind::Instant, Meaning::Days)
        }
        (Physical::INT64, Some(LogicalType::Timestamp(time)), _) => match time.unit {
            TimeUnit::MILLIS => (Kind::Instant, Meaning::Millis),
            TimeUnit::MICROS => (Kind::Instant, Meaning::Micros),
            TimeUnit::NANOS => (Kind::Instant, Meaning::Nanos),
        },
        (Physical::INT64, _, ConvertedType::TIMESTAMP_MILLIS) => (Kind::Instant, Meaning::Millis),
        (Physical::INT64, _, ConvertedType::TIMESTAMP_MICROS) => (Kind::Instant, Meaning::Micros),
        (_, Some(LogicalType::Decimal(_)), _) | (_, _, ConvertedType::DECIMAL) => {
            (Kind::Decimal, Meaning::Decimal(leaf.type_scale()))
        }
        (Physical::INT32, _, ConvertedType::UINT_32) => (Kind::Int, Meaning::Unsigned32),
        (Physical::INT32 | Physical::INT64, ..) => (Kind::Int, Meaning::Plain),
        (Physical::BYTE_ARRAY, Some(LogicalType::String | LogicalType::Enum), _)
        | (Physical::BYTE_ARRAY, _, ConvertedType::UTF8 | ConvertedType::ENUM) => (Kind::Text, Meaning::Text),
        (Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY, ..) => (Kind::Binary, Meaning::Plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::parquet::data_type::{
        BoolType, ByteArrayType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type, Int96,
        Int96Type,
    };
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
    use ::parquet::schema::parser::parse_message_type;
    use std::io::Seek;
    use std::sync::Arc;

    type Write<'a> = &'a dyn Fn(usize, &mut SerializedColumnWriter<'_>);

    /// A file of a schema, with some row groups whose columns `write` fills.
    fn table(schema: &str, groups: usize, columns: usize, write: Write<'_>) -> ParquetTable {
        let mut file = tempfile::tempfile().unwrap();
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let properties = Arc::new(WriterProperties::builder().build());
        let mut writer = SerializedFileWriter::new(file.try_clone().unwrap(), schema, properties).unwrap();
        for _ in 0..groups {
            let mut group = writer.next_row_group().unwrap();
            for at in 0..columns {
                let mut column = group.next_column().unwrap().unwrap();
                write(at, &mut column);
                column.close().unwrap();
            }
            group.close().unwrap();
        }
        writer.close().unwrap();
        file.rewind().unwrap();
        ParquetTable::open(file).unwrap()
    }

    #[test]
    fn nulls_and_row_groups_and_batches_keep_each_value_in_its_row() {
        const ROWS: i64 = 20_000;
        let schema = "message m { optional int64 a; required int64 b; }";
        let mut table = table(schema, 2, 2, &|at, column| {
            let writer = column.typed::<Int64Type>();
            if at == 0 {
                let levels: Vec<i16> = (0..ROWS).map(|row| i16::from(row % 3 != 0)).collect();
                let values: Vec<i64> = (0..ROWS).filter(|row| row % 3 != 0).collect();
                writer.write_batch(&values, Some(&levels), None).unwrap();
            } else {
                writer.write_batch(&(0..ROWS).collect::<Vec<_>>(), None, None).unwrap();
            }
        });
        assert_eq!(table.size(), Some(2 * ROWS as u64));
        for row in (0..ROWS).chain(0..ROWS) {
            assert_eq!(table.advance().unwrap(), Step::Row);
            let expected = if row % 3 == 0 { Cell::Null } else { Cell::Int(row) };
            assert_eq!((table.cell(0), table.cell(1)), (expected, Cell::Int(row)));
        }
        assert_eq!(table.advance().unwrap(), Step::End);
        assert_eq!(table.advance().unwrap(), Step::End);
    }

    #[test]
    fn every_flat_type_is_understood_and_nested_ones_are_left_out() {
        let schema = "message m {
            required int96 int96; required int64 micros (TIMESTAMP(MICROS,false));
            required int64 nanos (TIMESTAMP(NANOS,true)); required int32 day (DATE);
            required int32 unsigned (UINT_32); required int32 price (DECIMAL(9,2));
            required binary name (UTF8); required binary raw; required double weight; required boolean fresh;
            required fixed_len_byte_array(2) pair;
            repeated int32 many; required group nested { required int32 inner; }
        }";
        let mut table = table(schema, 1, 13, &|at, column| match at {
            // 2017-01-01 is day 2,457,755 of the Julian calendar; 11:53:26 in nanoseconds.
            0 => {
                let (low, high) = (2_355_928_064, 9_966);
                let mut value = Int96::new();
                value.set_data(low, high, 2_457_755);
                column.typed::<Int96Type>().write_batch(&[value], None, None).unwrap();
            }
            1 => drop(column.typed::<Int64Type>().write_batch(&[1_483_271_606_000_999], None, None).unwrap()),
            2 => drop(column.typed::<Int64Type>().write_batch(&[1_483_271_606_000_000_001], None, None).unwrap()),
            3 => drop(column.typed::<Int32Type>().write_batch(&[17_167], None, None).unwrap()),
            4 => drop(column.typed::<Int32Type>().write_batch(&[-1], None, None).unwrap()),
            5 => drop(column.typed::<Int32Type>().write_batch(&[1_234], None, None).unwrap()),
            6 => drop(column.typed::<ByteArrayType>().write_batch(&["é".into()], None, None).unwrap()),
            7 => drop(column.typed::<ByteArrayType>().write_batch(&[vec![0_u8, 255].into()], None, None).unwrap()),
            8 => drop(column.typed::<DoubleType>().write_batch(&[0.5], None, None).unwrap()),
            9 => drop(column.typed::<BoolType>().write_batch(&[true], None, None).unwrap()),
            10 => {
                let pair = FixedLenByteArray::from(vec![1_u8, 2]);
                column.typed::<FixedLenByteArrayType>().write_batch(&[pair], None, None).unwrap();
            }
            11 => drop(column.typed::<Int32Type>().write_batch(&[1, 2], Some(&[1, 1]), Some(&[0, 1])).unwrap()),
            _ => drop(column.typed::<Int32Type>().write_batch(&[9], None, None).unwrap()),
        });
        assert_eq!(table.advance().unwrap(), Step::Row);
        let row: serde_json::Value = serde_json::from_str(&table.row_json()).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&row).unwrap(), @r#"
        {
          "int96": "2017-01-01T11:53:26Z",
          "micros": "2017-01-01T11:53:26Z",
          "nanos": "2017-01-01T11:53:26Z",
          "day": "2017-01-01T00:00:00Z",
          "unsigned": 4294967295,
          "price": 12.34,
          "name": "é",
          "raw": "0x00ff",
          "weight": 0.5,
          "fresh": true,
          "pair": "0x0102"
        }
        "#);
        assert_eq!(table.columns()[0].kind, Kind::Instant);
        assert_eq!(table.columns()[5].kind, Kind::Decimal);
    }

    #[test]
    fn a_file_that_is_no_parquet_is_told() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "store_id,qty\n1,2\n").unwrap();
        let error = ParquetTable::open(file.reopen().unwrap()).map(|_| ()).unwrap_err();
        assert!(format!("{error:#}").starts_with("it is no Parquet file that can be read"), "{error:#}");
    }
}
