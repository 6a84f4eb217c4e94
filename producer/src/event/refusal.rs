//! A row that was read but is no sale: the dead letter it becomes, with its cause in words. Sending it
//! is not done here.

use super::contract::{Breach, Field, Reason};
use super::json::push_string;

/// The stage that tells the producer's dead letters from the sink's.
pub const STAGE: &str = "PRODUCER";

/// Values above this are cut: a broker takes records of up to 1 MB by default.
const MAX_ROW: usize = 900_000;

/// Where a row came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file's name without its folder, or `stdin`.
    pub file: String,
    /// The data row, the first is 1.
    pub row: u64,
}

/// One field that breaks the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The field of the event.
    pub field: Field,
    /// The column of the file it is filled from.
    pub column: String,
    /// What is wrong.
    pub breach: Breach,
}

/// Why a row is no sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its fields break the contract; never empty.
    Contract(Vec<Mistake>),
    /// It has no fields that could be told apart.
    Unreadable(String),
}

/// A refused row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where it came from.
    pub origin: Origin,
    /// Why it is no sale.
    pub cause: Cause,
    /// Its event id, where that part of it is sound.
    pub event_id: Option<String>,
    /// The original row as JSON.
    pub row: String,
}

impl Refusal {
    /// The kind of refusal: that of the first mistake.
    pub fn reason(&self) -> Reason {
        match &self.cause {
            Cause::Contract(mistakes) => mistakes.first().map_or(Reason::UnreadableRow, |m| m.breach.reason()),
            Cause::Unreadable(_) => Reason::UnreadableRow,
        }
    }

    /// The dead letter's `exception.message`: file, row, and every mistake with its column.
    pub fn message(&self) -> String {
        let Origin { file, row } = &self.origin;
        let told = match &self.cause {
            Cause::Unreadable(why) => why.clone(),
            Cause::Contract(mistakes) => {
                let told: Vec<String> = mistakes
                    .iter()
                    .map(|Mistake { field, column, breach }| {
                        let field = if column == field.name() { String::new() } else { format!(" ({field})") };
                        format!("column {column}{field}: {breach}")
                    })
                    .collect();
                told.join("; ")
            }
        };
        format!("{file} row {row}: {told}")
    }

    /// The dead letter's headers, as Connect names its own.
    pub fn headers(&self) -> [(&'static str, String); 4] {
        [
            ("__connect.errors.topic", super::SALES.to_owned()),
            ("__connect.errors.stage", STAGE.to_owned()),
            ("__connect.errors.exception.class.name", self.reason().class().to_owned()),
            ("__connect.errors.exception.message", self.message()),
        ]
    }

    /// The dead letter's key: the event id as a JSON string, else an id made of file, row and content,
    /// which is the same in every replay, and another for another file of the same name.
    pub fn key(&self) -> Vec<u8> {
        let mut key = Vec::new();
        let Origin { file, row } = &self.origin;
        let nameless = || format!("{file}#{row}-{:016x}", fnv1a(self.row.as_bytes()));
        push_string(&mut key, &self.event_id.clone().unwrap_or_else(nameless));
        key
    }

    /// The dead letter's value: the original row as JSON; of a giant its beginning, as a JSON string.
    pub fn value(&self) -> Vec<u8> {
        if self.row.len() <= MAX_ROW {
            return self.row.clone().into_bytes();
        }
        let start: String = self.row.chars().take(1_000).collect();
        let mut value = Vec::new();
        push_string(&mut value, &format!("{start}… ({} bytes)", self.row.len()));
        value
    }
}

/// FNV-1a, 64 bits: <http://www.isthe.com/chongo/tech/comp/fnv/>. Stable over releases, which the
/// standard library's hasher does not promise.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal() -> Refusal {
        let mistakes = vec![
            Mistake { field: Field::Qty, column: "quantity".into(), breach: Breach::Zero },
            Mistake { field: Field::StoreId, column: "store_id".into(), breach: Breach::NotPositive(0) },
        ];
        Refusal {
            origin: Origin { file: "transactions.parquet".into(), row: 17 },
            cause: Cause::Contract(mistakes),
            event_id: Some("cj-1-2".into()),
            row: r#"{"store_id":0,"quantity":0}"#.into(),
        }
    }

    #[test]
    fn a_dead_letter_tells_its_cause_in_connects_headers() {
        let told: Vec<String> = refusal().headers().iter().map(|(name, value)| format!("{name}: {value}")).collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        __connect.errors.topic: sales
        __connect.errors.stage: PRODUCER
        __connect.errors.exception.class.name: retail.contract.QtyZero
        __connect.errors.exception.message: transactions.parquet row 17: column quantity (qty): the quantity is 0: a sale has more, a return less; column store_id: 0 is not above zero
        "#);
        assert_eq!(refusal().key(), br#""cj-1-2""#);
        assert_eq!(refusal().reason(), Reason::QtyZero);
    }

    #[test]
    fn a_row_without_an_id_gets_the_same_key_in_every_replay() {
        let nameless = Refusal { event_id: None, ..refusal() };
        insta::assert_snapshot!(String::from_utf8(nameless.key()).unwrap(), @r#""transactions.parquet#17-6c407ef0412d20dd""#);
        let other = Refusal { row: "{}".into(), ..nameless.clone() };
        assert_ne!(nameless.key(), other.key());
    }

    #[test]
    fn a_giant_row_is_cut_to_what_a_broker_takes() {
        let giant = Refusal { row: format!("\"{}\"", "é".repeat(600_000)), ..refusal() };
        let value = giant.value();
        assert!(value.len() < 3_000);
        assert!(serde_json::from_slice::<String>(&value).unwrap().ends_with("(1200002 bytes)"));
    }
}
