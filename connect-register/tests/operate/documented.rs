//! docs/json.md shows what programs get: each of its examples of operating is what the binary prints.

use std::fs;

use connect_imitation::Setting;

use crate::fixture::{Place, documented};

#[test]
fn every_document_of_operating_is_the_one_that_is_described() {
    let commands = [
        "get",
        "describe pg-sales",
        "topics",
        "loggers get",
        "loggers set io.confluent DEBUG",
        "offsets get",
        "offsets shift pg-sales --by -10 --dry-run",
        "migrate pg-sales --dry-run",
        "pause pg-sales",
        "explain pg-sales",
    ];
    let (place, other) = (Place::of(&["pg-sales"]), Place::with(Setting::default(), &[]));
    for name in commands {
        if name.starts_with("explain") {
            place.connect.fail("pg-sales", 0, include_str!("../traces/connection-refused.txt"));
        }
        let to = other.connect.url();
        let mut args: Vec<_> = name.split(' ').chain(["-o", "json"]).collect();
        if name.starts_with("migrate") {
            args.extend(["--to", &to]);
        }
        let ran = place.run(&args).ends_with(0);
        let printed =
            ran.stdout.replace(&place.connect.url(), "http://localhost:8083").replace(&to, "http://other:8083");
        assert_eq!(printed, documented(name), "{name} prints:\n{printed}");
    }
}

#[test]
fn the_file_of_an_export_is_the_one_that_is_described() {
    let place = Place::of(&["pg-sales"]);
    let exported = place.run(&["offsets", "export", "pg-sales"]).ends_with(0).stdout;
    let keys = |text: &str| {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        value.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(keys(&exported), keys(documented("offsets export pg-sales")));
    let file = place.folder.path().join("documented.json");
    fs::write(&file, documented("offsets export pg-sales")).unwrap();
    place.run(&["offsets", "import", "documented.json", "--yes"]).ends_with(0);
}
