//! Sales for the laws: random ones, the odd ones that the contract allows, and how they are written
//! down for the producer to replay or for Kafka itself.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use rand::RngExt;
use serde::Serialize;
use serde_json::{Value, json};

/// A sale, field by field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Sale {
    pub(crate) event_id: String,
    pub(crate) store_id: i32,
    pub(crate) sku: i32,
    pub(crate) qty: i32,
    pub(crate) ts: i64,
}

/// A random word, so that no two runs mean the same events.
pub(crate) fn word() -> String {
    format!("{:012x}", rand::random::<u64>() >> 16)
}

/// Random sales of the years 2017 to 2023, returns among them.
pub(crate) fn some(count: usize) -> Vec<Sale> {
    let (mut rng, tag) = (rand::rng(), word());
    let mut sale = |number| Sale {
        event_id: format!("{tag}-{number}"),
        store_id: rng.random_range(1..500),
        sku: rng.random_range(1..100_000_000),
        qty: [-3, -1, 1, 1, 1, 2, 5, 90_000][rng.random_range(0..8)],
        ts: rng.random_range(1_483_228_800_000..1_700_000_000_000),
    };
    (0..count).map(&mut sale).collect()
}

/// The edges of the contract.
pub(crate) fn odd() -> Vec<Sale> {
    let tag = word();
    let ids = [
        format!("{tag}-ü-Ω-漢字-🛒"),
        format!("{tag} with spaces, \"quotes\", 'apostrophes' and a \\backslash\\"),
        format!("{tag}-עברית-\u{202e}-e\u{301}"),
        format!("{tag}-{{\"json\":[1]}}-${{env:PGPASSWORD}}"),
        format!("{tag}{}", "x".repeat(200 - tag.len())),
    ];
    let sale = |event_id, store_id, sku, qty, ts| Sale { event_id, store_id, sku, qty, ts };
    let [first, second, third, fourth, fifth] = ids;
    vec![
        sale(first, i32::MAX, i32::MAX, i32::MAX, 253_402_300_799_999),
        sale(second, 1, 1, i32::MIN, 0),
        sale(third, 1, i32::MAX, -1, 1),
        sale(fourth, 457, 68_509, 1, 1_483_271_606_000),
        sale(fifth, 1, 1, -2_147_483_647, 1_514_779_280_000),
    ]
}

/// As lines of JSON.
pub(crate) fn ndjson(sales: &[Sale], file: &Path) {
    let mut text = String::new();
    for sale in sales {
        writeln!(text, "{}", serde_json::to_string(sale).unwrap()).unwrap();
    }
    std::fs::write(file, text).unwrap();
}

/// As a CSV file.
pub(crate) fn csv(sales: &[Sale], file: &Path) {
    let mut writer = csv::Writer::from_path(file).unwrap();
    for sale in sales {
        writer.serialize(sale).unwrap();
    }
    writer.flush().unwrap();
}

/// As a Parquet file.
pub(crate) fn parquet(sales: &[Sale], file: &Path) {
    let schema = "message sales { required binary event_id (STRING); required int32 store_id; required int32 sku;
        required int32 qty; required int64 ts; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let file = std::fs::File::create(file).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let ids: Vec<ByteArray> = sales.iter().map(|sale| sale.event_id.as_str().into()).collect();
    let moments: Vec<i64> = sales.iter().map(|sale| sale.ts).collect();
    let numbers: [fn(&Sale) -> i32; 3] = [|sale| sale.store_id, |sale| sale.sku, |sale| sale.qty];
    let mut numbers = numbers.into_iter();
    while let Some(mut column) = group.next_column().unwrap() {
        let written = match column.untyped() {
            ColumnWriter::ByteArrayColumnWriter(writer) => writer.write_batch(&ids, None, None),
            ColumnWriter::Int32ColumnWriter(writer) => {
                let number = numbers.next().unwrap();
                writer.write_batch(&sales.iter().map(number).collect::<Vec<_>>(), None, None)
            }
            ColumnWriter::Int64ColumnWriter(writer) => writer.write_batch(&moments, None, None),
            _ => unreachable!("the schema has no other types"),
        };
        assert_eq!(written.unwrap(), sales.len());
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
}

/// The value that the contract asks for.
pub(crate) fn envelope(payload: &Value) -> Value {
    let field = |name: &str, kind: &str| json!({ "field": name, "type": kind, "optional": false });
    let fields = [
        field("event_id", "string"),
        field("store_id", "int32"),
        field("sku", "int32"),
        field("qty", "int32"),
        field("ts", "int64"),
    ];
    let schema = json!({ "type": "struct", "name": "retail.sale.v1", "optional": false, "fields": fields });
    json!({ "schema": schema, "payload": payload })
}

/// The key that the contract asks for: the event id as a JSON string.
pub(crate) fn key(event_id: &str) -> Vec<u8> {
    serde_json::to_vec(event_id).unwrap()
}
