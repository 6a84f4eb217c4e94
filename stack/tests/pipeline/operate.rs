//! What operates the connector does what it says to real tasks and real offsets, and rows are the proof.

use serde_json::json;

use crate::pipeline::{CONNECTOR, Pipeline, on_a_fresh_pipeline};
use crate::sales;

/// Lands so many sales, and waits until the sink has committed them.
async fn land(pipeline: &Pipeline, count: usize) {
    let file = pipeline.file("sales.ndjson");
    sales::ndjson(&sales::some(count), &file);
    pipeline.replay(&file);
    pipeline.closed_ledger().await;
    pipeline.committed().await;
}

#[test]
fn offsets_are_moved_and_what_is_read_again_is_landed_once() {
    on_a_fresh_pipeline(async |pipeline| {
        land(pipeline, 300).await;
        let backup = pipeline.file("before.json").display().to_string();
        let change = |args: &[&str]| {
            let args = [&["offsets"], args, &["--yes", "-o", "json"]].concat();
            pipeline.run("connect-register", &args).ok().json()
        };
        pipeline.table.run("DELETE FROM sales_raw").await;
        let moved = change(&["set", CONNECTOR, "sales=earliest", "--backup", &backup]);
        let records: i64 =
            moved["partitions"].as_array().unwrap().iter().map(|row| row["records"].as_i64().unwrap()).sum();
        assert_eq!((records, moved["backup"].as_str()), (-300, Some(&*backup)));
        pipeline.landed(300).await;
        pipeline.committed().await;

        // Read a second time, they are the same rows.
        change(&["shift", CONNECTOR, "--by", "-50", "--backup", &pipeline.file("b.json").display().to_string()]);
        pipeline.committed().await;
        assert_eq!(pipeline.table.counts().await, Ok((300, 300)));

        // Forgotten, and brought back from what was kept: nothing is read again.
        let exported = pipeline.run("connect-register", &["offsets", "export", CONNECTOR]).ok().stdout;
        let file = pipeline.file("exported.json");
        std::fs::write(&file, exported).unwrap();
        let reset = ["reset", CONNECTOR, "--stay-stopped", "--backup", &pipeline.file("c.json").display().to_string()];
        change(&reset);
        let got = || pipeline.run("connect-register", &["offsets", "get", CONNECTOR, "-o", "json"]).ok().json();
        assert_eq!(got()["connectors"][0]["offsets"], json!([]));
        pipeline.table.run("DELETE FROM sales_raw").await;
        let file = file.display().to_string();
        change(&["import", &file, "--resume", "--backup", &pipeline.file("d.json").display().to_string()]);
        let file = pipeline.file("sales.ndjson");
        sales::ndjson(&sales::some(20), &file);
        pipeline.replay(&file);
        pipeline.landed(20).await;
        pipeline.committed().await;
        assert_eq!(pipeline.table.counts().await, Ok((20, 20)));
        let lag: Vec<_> =
            got()["connectors"][0]["offsets"].as_array().unwrap().iter().map(|row| row["lag"].clone()).collect();
        assert_eq!(lag, [json!(0), json!(0), json!(0)]);
    });
}

#[test]
fn a_moment_is_where_it_goes_on() {
    on_a_fresh_pipeline(async |pipeline| {
        land(pipeline, 100).await;
        let noon = jiff::Timestamp::now();
        land(pipeline, 40).await;
        pipeline.table.run("DELETE FROM sales_raw").await;
        let backup = pipeline.file("before.json").display().to_string();
        let args = ["offsets", "to-datetime", CONNECTOR, &noon.to_string(), "--yes", "--backup", &backup];
        pipeline.run("connect-register", &args).ok();
        pipeline.landed(40).await;
        pipeline.committed().await;
        assert_eq!(pipeline.table.counts().await, Ok((40, 40)));
    });
}

#[test]
fn what_has_failed_is_explained_mended_and_brought_back() {
    on_a_fresh_pipeline(async |pipeline| {
        land(pipeline, 10).await;
        pipeline.apply(&pipeline.template_with(&[("errors.tolerance", "none")]));
        let offset = pipeline.kafka.put(0, Some(b"\"nobody\""), Some(b"this is no JSON")).await;
        pipeline.worker.fails().await;
        let explained = pipeline.run("connect-register", &["explain", CONNECTOR, "-o", "json"]).ok().json();
        assert_eq!(explained["causes"][0]["failure"]["id"], "not-json", "{explained:#}");
        // It starts, and while the record is there it fails again, before it is looked at or after.
        let again = pipeline.run("connect-register", &["restart", "--failed", "--timeout", "5m"]);
        assert!(matches!(again.code(), 0 | 7), "{again}");
        pipeline.worker.fails().await;
        let behind = format!("sales:0={}", offset + 1);
        let backup = pipeline.file("before.json").display().to_string();
        let skip = ["offsets", "set", CONNECTOR, &behind, "--yes", "--backup", &backup, "--timeout", "5m"];
        pipeline.run("connect-register", &skip).ok();
        let file = pipeline.file("sales.ndjson");
        sales::ndjson(&sales::some(50), &file);
        pipeline.replay(&file);
        pipeline.landed(60).await;
        assert_eq!(pipeline.run("connect-register", &["explain"]).ok().stdout, "nothing has failed\n");
    });
}

#[test]
fn it_is_paused_stopped_and_resumed_and_rows_wait_meanwhile() {
    on_a_fresh_pipeline(async |pipeline| {
        land(pipeline, 10).await;
        for (verb, rows) in [("pause", 10), ("stop", 30)] {
            pipeline.run("connect-register", &[verb, CONNECTOR, "--timeout", "5m"]).ok();
            let file = pipeline.file("sales.ndjson");
            sales::ndjson(&sales::some(20), &file);
            pipeline.replay(&file);
            assert_eq!(pipeline.table.counts().await, Ok((rows, rows)), "{verb}");
            pipeline.run("connect-register", &["resume", CONNECTOR, "--timeout", "5m"]).ok();
            pipeline.closed_ledger().await;
        }
        assert_eq!(pipeline.table.counts().await, Ok((50, 50)));
        pipeline.run("connect-register", &["restart", CONNECTOR, "--timeout", "5m"]).ok();
        let ran =
            pipeline.run("connect-register", &["delete", CONNECTOR, "--with-offsets", "--yes", "--timeout", "5m"]);
        ran.ok();
        // Made anew it begins at the beginning.
        pipeline.table.run("DELETE FROM sales_raw").await;
        pipeline.apply(pipeline.templates());
        pipeline.landed(50).await;
    });
}
