//! What breaks the contract ends in the dead letters and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::pipeline::{assert_numbers, on_a_fresh_pipeline};
use crate::sales;

/// A sound row with one column made otherwise, or taken out.
fn row(change: &str, value: Option<Value>) -> Value {
    let mut row = json!({
        "event_id": format!("{}-{change}", sales::word()), "store_id": 1, "sku": 2, "qty": 3, "ts": 1_483_271_606_000_i64,
    });
    match value {
        Some(value) => row[change] = value,
        None => drop(row.as_object_mut().unwrap().remove(change)),
    }
    row
}

/// Rows that are no sales: the row, the last word of the class, and what is said of it.
fn broken() -> Vec<(Value, &'static str, &'static str)> {
    vec![
        (row("qty", Some(json!(0))), "QtyZero", "column qty: the quantity is 0"),
        (row("sku", Some(json!(0))), "NotPositive", "column sku: 0 is not above zero"),
        (row("store_id", Some(json!(-1))), "NotPositive", "column store_id: -1 is not above zero"),
        (row("store_id", Some(json!(2_147_483_648_i64))), "OutOfRange", "column store_id: 2147483648 is out of range"),
        (row("qty", Some(json!(-2_147_483_649_i64))), "OutOfRange", "column qty: -2147483649 is out of range"),
        (row("sku", Some(Value::Null)), "MissingValue", "column sku: there is no value"),
        (row("ts", None), "MissingValue", "column ts: there is no value"),
        (row("event_id", Some(json!(""))), "MissingValue", "column event_id: there is no value"),
        (row("qty", Some(json!("three"))), "WrongType", "column qty: \"three\" is not a whole number"),
        (row("qty", Some(json!(2.5))), "WrongType", "2.5\" is not a whole number"),
        (row("event_id", Some(json!("nul\u{0}byte"))), "WrongType", "without control characters"),
        (row("ts", Some(json!("yesterday"))), "WrongType", "column ts: \"yesterday\" is not"),
    ]
}

#[test]
fn what_breaks_the_contract_is_a_dead_letter_with_its_cause_and_nothing_else() {
    on_a_fresh_pipeline(async |pipeline| {
        // Given rows that break the contract, each among sound ones.
        let (broken, sound) = (broken(), sales::some(50));
        let mut rows: Vec<Value> = sound.iter().map(|sale| serde_json::to_value(sale).unwrap()).collect();
        for (place, (row, ..)) in broken.iter().enumerate() {
            rows.insert(place * 3 + 1, row.clone());
        }
        let file = pipeline.file("mixed.ndjson");
        let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
        std::fs::write(&file, lines.join("\n")).unwrap();
        // And a table of text that lacks a cell.
        let cells = pipeline.file("mixed.csv");
        std::fs::write(&cells, "event_id,store_id,sku,qty,ts\ncell-a,1,2,,5\ncell-b,1,2,3,5\ncell-c,1,2\n").unwrap();

        let dead = broken.len() as u64;
        assert_numbers(&pipeline.replay(&file), &[("acked", 50), ("refused", dead), ("dead", dead)]);
        assert_numbers(&pipeline.replay(&cells), &[("acked", 1), ("refused", 2), ("dead", 2)]);

        let ledger = pipeline.closed_ledger().await;
        let counts = [("produced", dead + 53), ("refused", dead + 2), ("landed", 51), ("dead", dead + 2)];
        assert_numbers(&ledger, &counts);
        assert_eq!(ledger["dead_letters_by_stage"], json!({ "PRODUCER": dead + 2 }), "{ledger:#}");

        let letters = pipeline.kafka.records("sales.dlq");
        assert_eq!(letters.len() as u64, dead + 2);
        let name = file.file_name().unwrap().to_str().unwrap();
        for ((row, class, told), letter) in broken.iter().zip(&letters) {
            let place = rows.iter().position(|other| other == row).unwrap() + 1;
            assert_eq!(serde_json::from_slice::<Value>(letter.value.as_ref().unwrap()).unwrap(), *row, "{letter:?}");
            let header = |name: &str| format!("__connect.errors.{name}");
            let message = letter.error("exception.message").unwrap().to_owned();
            assert!(message.starts_with(&format!("{name} row {place}: ")) && message.contains(told), "{letter:?}");
            let wanted = BTreeMap::from([
                (header("topic"), "sales".to_owned()),
                (header("stage"), "PRODUCER".to_owned()),
                (header("exception.class.name"), format!("retail.contract.{class}")),
                (header("exception.message"), message),
            ]);
            assert_eq!(letter.headers, wanted);
            let key: String = serde_json::from_slice(letter.key.as_ref().unwrap()).unwrap();
            match row["event_id"].as_str().filter(|id| !id.is_empty() && !id.contains('\0')) {
                Some(id) => assert_eq!(key, id),
                None => assert!(key.starts_with(&format!("{name}#{place}-")), "{letter:?}"),
            }
        }
        let value = |letter: &crate::kafka::Record| serde_json::from_str::<Value>(&letter.value()).unwrap();
        let [empty, short] = &letters[broken.len()..] else { panic!("{letters:#?}") };
        let wanted = json!({ "event_id": "cell-a", "store_id": "1", "sku": "2", "qty": null, "ts": "5" });
        assert_eq!((value(empty), value(short)), (wanted, json!(["cell-c", "1", "2"])));

        // Nowhere else: neither in the topic nor in the table.
        let sound: BTreeSet<&str> = sound.iter().map(|sale| sale.event_id.as_str()).chain(["cell-b"]).collect();
        let keys: Vec<String> = pipeline.kafka.records("sales").iter().map(crate::kafka::Record::key).collect();
        let ids: Vec<String> = keys.iter().map(|key| serde_json::from_str(key).unwrap()).collect();
        assert_eq!(ids.iter().map(String::as_str).collect::<BTreeSet<_>>(), sound);
        let rows = pipeline.table.by_id().await;
        assert_eq!(rows.keys().map(String::as_str).collect::<BTreeSet<_>>(), sound);
    });
}
