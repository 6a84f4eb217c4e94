//! The two templates that the project ships, of the stock sink and of its stand-in, are kept in step.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::fixture::{Ran, command};

const SETTINGS: [(&str, &str); 5] =
    [("PGHOST", "db"), ("PGPORT", "5432"), ("PGUSER", "retail"), ("POSTGRES_DB", "retail_ops"), ("PGPASSWORD", "x")];

fn rendered(file: &str) -> (Value, BTreeMap<String, Value>) {
    let path = format!("{}/../connectors/{file}", env!("CARGO_MANIFEST_DIR"));
    let output = command("http://127.0.0.1:1", &["render", "-o", "json", "-f", &path]).envs(SETTINGS).output();
    let connector = Ran::from(output.unwrap()).ends_with(0).json()["connectors"][0].take();
    (connector["name"].clone(), serde_json::from_value(connector["config"].clone()).unwrap())
}

#[test]
fn the_stand_in_is_declared_as_the_stock_sink_but_for_its_own_keys() {
    let ((name, stock), (stand_in_name, stand_in)) = (rendered("pg_sink.json"), rendered("stand-in/pg_sink.json"));
    assert_eq!(name, stand_in_name);
    let differs = |key: &&String| stand_in.get(*key).is_some_and(|value| *value != stock[*key]);
    let differing: Vec<_> = stock.keys().filter(differs).collect();
    // The class is another, and rows are rewritten into one statement by the driver or by the sink itself.
    assert_eq!(differing, ["connection.url", "connector.class"]);
    // What belongs to Connect and not to a connector is said by both.
    let of_connect = |key: &&String| {
        let start = key.split('.').next().unwrap_or_default();
        ["errors", "key", "tasks", "topics", "transforms", "value"].contains(&start)
    };
    let keys = |config: &BTreeMap<String, Value>| config.keys().filter(of_connect).cloned().collect::<Vec<_>>();
    assert_eq!(keys(&stock), keys(&stand_in));
    assert!(keys(&stock).len() > 15, "the net would have a hole: {:?}", keys(&stock));
    // Table and key are the same under other names.
    for (key, its) in [
        ("table.name.format", "collection.name.format"),
        ("pk.mode", "primary.key.mode"),
        ("pk.fields", "primary.key.fields"),
    ] {
        assert_eq!(stock[key], stand_in[its], "{key}");
    }
}
