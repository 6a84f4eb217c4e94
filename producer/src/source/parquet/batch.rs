//! The decoded values of one column in the current batch of rows. Which columns there are is
//! [`super`]'s business.

use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};

use crate::source::cell::Cell;

/// Rows decoded at a time.
const BATCH: usize = 8_192;

/// How the values of a column are understood, beyond their physical type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Plain,
    Unsigned32,
    Text,
    Days,
    Millis,
    Micros,
    Nanos,
    /// With a number of digits after the point.
    Decimal(i32),
}

/// The decoded values of one column in the current batch.
#[derive(Default)]
pub(super) struct Batch {
    values: Values,
    /// Of each row the place of its value, none for null; empty where no row is null.
    places: Vec<Option<u32>>,
}

#[derive(Default)]
enum Values {
    #[default]
    None,
    Int(Vec<i64>),
    Instant(Vec<i64>),
    Float(Vec<f64>),
    Bool(Vec<bool>),
    Text(Vec<ByteArray>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

impl Batch {
    /// Decodes the next rows of the column: how many there were.
    pub(super) fn fill(&mut self, reader: &mut ColumnReader, meaning: Meaning) -> anyhow::Result<usize> {
        let places = &mut self.places;
        let (rows, values) = match reader {
            ColumnReader::BoolColumnReader(reader) => {
                let (rows, values) = read(reader, places)?;
                (rows, Values::Bool(values))
            }
            ColumnReader::Int32ColumnReader(reader) => {
                let (rows, values) = read(reader, places)?;
                (rows, Values::integers(values, meaning))
            }
            ColumnReader::Int64ColumnReader(reader) => {
                let (rows, values) = read(reader, places)?;
                (rows, Values::longs(values, meaning))
            }
            ColumnReader::Int96ColumnReader(reader) => {
                let (rows, values) = read(reader, places)?;
                (rows, Values::Instant(values.iter().map(Int96::to_millis).collect()))
            }
            ColumnReader::FloatColumnReader(reader) => {
                let (rows, values) = read(reader, places)?;
                (rows, Values::Float(values.into_iter().map(f64::from).collect()))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                let (rows, values) = read(reader, places)?;
                (rows, Values::Float(values))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                let (rows, values) = read(reader, places)?;
                (rows, if meaning == Meaning::Text { Values::Text(values) } else { Values::Bytes(values) })
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                let (rows, values) = read(reader, places)?;
                (rows, Values::Fixed(values))
            }
        };
        self.values = values;
        Ok(rows)
    }

    /// The value of a row of the batch.
    pub(super) fn cell(&self, row: usize) -> Cell<'_> {
        let place = match self.places.get(row) {
            Some(None) => return Cell::Null,
            Some(Some(place)) => *place as usize,
            None => row,
        };
        let cell = match &self.values {
            Values::None => None,
            Values::Int(values) => values.get(place).map(|value| Cell::Int(*value)),
            Values::Instant(values) => values.get(place).map(|value| Cell::Instant(*value)),
            Values::Float(values) => values.get(place).map(|value| Cell::Float(*value)),
            Values::Bool(values) => values.get(place).map(|value| Cell::Bool(*value)),
            Values::Text(values) => values.get(place).map(|value| text(value.data())),
            Values::Bytes(values) => values.get(place).map(|value| Cell::Binary(value.data())),
            Values::Fixed(values) => values.get(place).map(|value| Cell::Binary(value.data())),
        };
        cell.unwrap_or(Cell::Null)
    }
}

impl Values {
    fn integers(values: Vec<i32>, meaning: Meaning) -> Self {
        const DAY: i64 = 86_400_000;
        match meaning {
            Meaning::Days => Self::Instant(values.into_iter().map(|days| i64::from(days) * DAY).collect()),
            Meaning::Decimal(scale) => {
                Self::Float(values.into_iter().map(|value| f64::from(value) / 10_f64.powi(scale)).collect())
            }
            Meaning::Unsigned32 => Self::Int(values.into_iter().map(|v| i64::from(v.cast_unsigned())).collect()),
            _ => Self::Int(values.into_iter().map(i64::from).collect()),
        }
    }

    fn longs(values: Vec<i64>, meaning: Meaning) -> Self {
        let per_milli = match meaning {
            Meaning::Millis => 1,
            Meaning::Micros => 1_000,
            Meaning::Nanos => 1_000_000,
            #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
            Meaning::Decimal(scale) => {
                return Self::Float(values.into_iter().map(|value| value as f64 / 10_f64.powi(scale)).collect());
            }
            _ => return Self::Int(values),
        };
        Self::Instant(values.into_iter().map(|value| value.div_euclid(per_milli)).collect())
    }
}

fn text(bytes: &[u8]) -> Cell<'_> {
    std::str::from_utf8(bytes).map_or(Cell::Binary(bytes), Cell::Text)
}

/// Reads up to a batch of rows: their number and the values that are not null, whose places are noted.
fn read<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    places: &mut Vec<Option<u32>>,
) -> anyhow::Result<(usize, Vec<T::T>)> {
    let (mut values, mut levels) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    let (rows, present, _) = reader.read_records(BATCH, Some(&mut levels), None, &mut values)?;
    places.clear();
    if present < rows {
        let mut next = 0;
        places.extend(levels.iter().map(|level| {
            let here = (*level > 0).then_some(next);
            next += u32::from(here.is_some());
            here
        }));
    }
    Ok((rows, values))
}
