//! The checks of the event contract, one function a field. They say what is wrong and leave it to the
//! caller to say where.

use std::fmt;

/// The longest event id in bytes. A B-tree entry of PostgreSQL ends near 2,700 bytes; ids far below
/// it leave room for the time that a replay as new events mixes in.
pub const MAX_EVENT_ID: usize = 200;

/// 9999-12-31T23:59:59.999Z: a later time is microseconds taken for milliseconds.
pub const MAX_TS: i64 = 253_402_300_799_999;

const INT32: &str = "an int32 reaches from -2147483648 to 2147483647";

/// A field of the event, in the order of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// `event_id`, string.
    EventId,
    /// `store_id`, int32 above zero.
    StoreId,
    /// `sku`, int32 above zero.
    Sku,
    /// `qty`, int32, not zero.
    Qty,
    /// `ts`, int64, epoch milliseconds.
    Ts,
}

impl Field {
    /// All fields, in the order of the contract.
    pub const ALL: [Self; 5] = [Self::EventId, Self::StoreId, Self::Sku, Self::Qty, Self::Ts];

    /// The name in the event and in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EventId => "event_id",
            Self::StoreId => "store_id",
            Self::Sku => "sku",
            Self::Qty => "qty",
            Self::Ts => "ts",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The kinds of refusal: what dead letters are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A field is null, empty or absent.
    MissingValue,
    /// A field is of another type.
    WrongType,
    /// A field is outside what it can hold.
    OutOfRange,
    /// A store or product is zero or less.
    NotPositive,
    /// A sale of nothing.
    QtyZero,
    /// The row has no fields that could be told apart.
    UnreadableRow,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::MissingValue, Self::WrongType, Self::OutOfRange, Self::NotPositive, Self::QtyZero, Self::UnreadableRow];

    /// The label in the metrics and the summary.
    pub const fn label(self) -> &'static str {
        match self {
            Self::MissingValue => "missing_value",
            Self::WrongType => "wrong_type",
            Self::OutOfRange => "out_of_range",
            Self::NotPositive => "not_positive",
            Self::QtyZero => "qty_zero",
            Self::UnreadableRow => "unreadable_row",
        }
    }

    /// The name in the dead letter's `exception.class.name`.
    pub const fn class(self) -> &'static str {
        match self {
            Self::MissingValue => "retail.contract.MissingValue",
            Self::WrongType => "retail.contract.WrongType",
            Self::OutOfRange => "retail.contract.OutOfRange",
            Self::NotPositive => "retail.contract.NotPositive",
            Self::QtyZero => "retail.contract.QtyZero",
            Self::UnreadableRow => "retail.contract.UnreadableRow",
        }
    }
}

/// How a value breaks the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// Null, empty or absent.
    Missing,
    /// Not of the type the field wants; `value` is shortened.
    WrongType {
        /// What stands there.
        value: String,
        /// What should, in words.
        wanted: &'static str,
    },
    /// Of the right type, but outside what the field can hold.
    OutOfRange {
        /// What stands there.
        value: String,
        /// What would fit, in words.
        wanted: &'static str,
    },
    /// Zero or less where only a positive number makes sense.
    NotPositive(i64),
    /// A sale of nothing.
    Zero,
}

impl Breach {
    /// A wrong type, with a long value cut.
    pub fn wrong_type(value: &str, wanted: &'static str) -> Self {
        Self::WrongType { value: shorten(value), wanted }
    }

    /// Its kind.
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Missing => Reason::MissingValue,
            Self::WrongType { .. } => Reason::WrongType,
            Self::OutOfRange { .. } => Reason::OutOfRange,
            Self::NotPositive(_) => Reason::NotPositive,
            Self::Zero => Reason::QtyZero,
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "there is no value"),
            Self::WrongType { value, wanted } => write!(f, "{value} is not {wanted}"),
            Self::OutOfRange { value, wanted } => write!(f, "{value} is out of range: {wanted}"),
            Self::NotPositive(value) => write!(f, "{value} is not above zero"),
            Self::Zero => write!(f, "the quantity is 0: a sale has more, a return less"),
        }
    }
}

/// `store_id` and `sku`: int32 above zero.
///
/// # Errors
/// The breach.
pub fn positive_int32(value: i64) -> Result<i32, Breach> {
    let number = int32(value)?;
    if number > 0 { Ok(number) } else { Err(Breach::NotPositive(value)) }
}

/// `qty`: int32, not zero.
///
/// # Errors
/// The breach.
pub fn quantity(value: i64) -> Result<i32, Breach> {
    match int32(value)? {
        0 => Err(Breach::Zero),
        number => Ok(number),
    }
}

/// `ts`: epoch milliseconds, 1970 to 9999.
///
/// # Errors
/// The breach.
pub fn timestamp(value: i64) -> Result<i64, Breach> {
    if (0..=MAX_TS).contains(&value) {
        return Ok(value);
    }
    let wanted = "epoch milliseconds from 1970 to 9999";
    Err(Breach::OutOfRange { value: value.to_string(), wanted })
}

/// `event_id`: not empty, no control characters (PostgreSQL's text cannot hold a NUL), not too long.
///
/// # Errors
/// The breach.
pub fn event_id(value: &str) -> Result<(), Breach> {
    if value.is_empty() {
        return Err(Breach::Missing);
    }
    if value.len() > MAX_EVENT_ID {
        let value = format!("an id of {} bytes", value.len());
        return Err(Breach::OutOfRange { value, wanted: "at most 200 bytes" });
    }
    if value.chars().any(char::is_control) {
        return Err(Breach::WrongType { value: format!("{value:?}"), wanted: "an id without control characters" });
    }
    Ok(())
}

/// A whole number that does not even fit an int64.
pub fn beyond_int64(value: impl fmt::Display) -> Breach {
    Breach::OutOfRange { value: value.to_string(), wanted: INT32 }
}

fn int32(value: i64) -> Result<i32, Breach> {
    i32::try_from(value).map_err(|_| Breach::OutOfRange { value: value.to_string(), wanted: INT32 })
}

fn shorten(value: &str) -> String {
    const SHOWN: usize = 40;
    if value.chars().count() <= SHOWN {
        return format!("{value:?}");
    }
    let start: String = value.chars().take(SHOWN).collect();
    format!("{start:?}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_store_or_product_is_taken_exactly_when_it_is_an_int32_above_zero(value: i64) {
            let fits = value > 0 && value <= i64::from(i32::MAX);
            prop_assert_eq!(positive_int32(value).is_ok(), fits);
        }

        #[test]
        fn a_quantity_is_taken_exactly_when_it_is_an_int32_and_not_zero(value in -5_000_000_000_i64..5_000_000_000) {
            let fits = value != 0 && i32::try_from(value).is_ok();
            prop_assert_eq!(quantity(value).ok().map(i64::from), fits.then_some(value));
        }
    }

    #[test]
    fn each_breach_says_what_is_wrong() {
        let told: Vec<String> = [
            quantity(0).unwrap_err(),
            quantity(1 << 40).unwrap_err(),
            positive_int32(-3).unwrap_err(),
            timestamp(1_483_271_606_000_000).unwrap_err(),
            event_id("").unwrap_err(),
            event_id("a\0b").unwrap_err(),
            event_id(&"x".repeat(201)).unwrap_err(),
            Breach::wrong_type("abc", "a whole number"),
        ]
        .iter()
        .map(|breach| format!("{}: {breach}", breach.reason().class()))
        .collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        retail.contract.QtyZero: the quantity is 0: a sale has more, a return less
        retail.contract.OutOfRange: 1099511627776 is out of range: an int32 reaches from -2147483648 to 2147483647
        retail.contract.NotPositive: -3 is not above zero
        retail.contract.OutOfRange: 1483271606000000 is out of range: epoch milliseconds from 1970 to 9999
        retail.contract.MissingValue: there is no value
        retail.contract.WrongType: "a\0b" is not an id without control characters
        retail.contract.OutOfRange: an id of 201 bytes is out of range: at most 200 bytes
        retail.contract.WrongType: "abc" is not a whole number
        "#);
    }
}
