//! The ledger tells the truth after replays of what had died, and with retention on either side.

use serde_json::Value;

use crate::pipeline::{Pipeline, assert_numbers, on_a_fresh_pipeline};
use crate::sales::{self, Sale};

/// Replays sales, and waits until they have landed and the sink has committed them.
async fn land(pipeline: &Pipeline, sales: &[Sale]) -> Value {
    let file = pipeline.file("sales.ndjson");
    sales::ndjson(sales, &file);
    pipeline.replay(&file);
    let ledger = pipeline.closed_ledger().await;
    pipeline.committed().await;
    ledger
}

#[test]
fn dead_letters_that_were_corrected_and_replayed_are_landed() {
    on_a_fresh_pipeline(async |pipeline| {
        let mut sales = sales::some(100);
        for sale in &mut sales[..7] {
            sale.qty = 0;
        }
        let ledger = land(pipeline, &sales).await;
        assert_numbers(&ledger, &[("produced", 100), ("refused", 7), ("landed", 93), ("dead", 7)]);

        for sale in &mut sales[..5] {
            sale.qty = 1;
        }
        let ledger = land(pipeline, &sales).await;
        assert_numbers(&ledger, &[("produced", 100), ("refused", 2), ("landed", 98), ("dead", 2)]);
        // The letters themselves stay, and those of the second replay are beside them.
        assert_eq!(ledger["dead_letters_by_stage"]["PRODUCER"], 9, "{ledger:#}");
    });
}

#[test]
fn records_that_expired_from_the_topic_are_no_part_of_the_ledger_and_rows_stay() {
    on_a_fresh_pipeline(async |pipeline| {
        land(pipeline, &sales::some(300)).await;
        let ends = pipeline.kafka.ends("sales");
        land(pipeline, &sales::some(200)).await;
        pipeline.kafka.expire(&ends).await;

        let ledger = pipeline.ledger(&[], 0);
        assert_numbers(&ledger, &[("produced", 200), ("landed", 200), ("records", 200), ("rows", 500), ("missing", 0)]);
        assert_eq!(pipeline.table.counts().await, Ok((500, 500)));
    });
}

#[test]
fn records_that_expired_before_the_sink_had_read_them_break_the_ledger() {
    on_a_fresh_pipeline(async |pipeline| {
        land(pipeline, &sales::some(30)).await;
        pipeline.worker.remove().await;
        let file = pipeline.file("sales.ndjson");
        sales::ndjson(&sales::some(100), &file);
        pipeline.replay(&file);
        let ledger = pipeline.ledger(&[], 6);
        assert_numbers(&ledger, &[("produced", 130), ("landed", 30), ("in_flight", 100), ("missing", 0)]);

        pipeline.kafka.expire(&pipeline.kafka.ends("sales")).await;
        let ledger = pipeline.ledger(&[], 3);
        assert_numbers(&ledger, &[("produced", 0), ("overrun", 100)]);
    });
}

#[test]
fn rows_that_the_table_no_longer_keeps_are_expired_and_others_that_are_gone_are_missing() {
    on_a_fresh_pipeline(async |pipeline| {
        let mut sales = sales::some(200);
        // A hundred before 2018 begins, and a hundred from then on.
        for (number, sale) in (0..).zip(&mut sales) {
            sale.ts = 1_514_764_800_000 - 100 + number;
        }
        land(pipeline, &sales).await;
        pipeline.table.run("DELETE FROM sales_raw WHERE ts < 1514764800000").await;
        let ledger = pipeline.ledger(&[], 3);
        assert_numbers(&ledger, &[("produced", 200), ("landed", 100), ("missing", 100), ("expired", 0)]);
        let kept = ["--kept-since", "2018-01-01T00:00:00Z"];
        let ledger = pipeline.ledger(&kept, 0);
        assert_numbers(&ledger, &[("produced", 200), ("landed", 100), ("missing", 0), ("expired", 100)]);

        // One of those that are kept is gone; and one is there twice.
        let (gone, twice) = (&sales[150].event_id.clone(), &sales[160].event_id.clone());
        pipeline.table.run(&format!("DELETE FROM sales_raw WHERE event_id = '{gone}'")).await;
        let again = format!(
            "INSERT INTO sales_raw SELECT event_id, store_id, sku, qty, ts + 1 FROM sales_raw WHERE event_id = '{twice}'"
        );
        pipeline.table.run(&again).await;
        let ledger = pipeline.ledger(&kept, 3);
        assert_numbers(&ledger, &[("landed", 99), ("missing", 1), ("expired", 100), ("doubled", 1)]);
        assert_eq!(ledger["missing_examples"][0]["event_id"], gone.as_str(), "{ledger:#}");
        assert_eq!(ledger["doubled_examples"][0]["event_id"], twice.as_str(), "{ledger:#}");
        let record = pipeline.kafka.records("sales").into_iter().find(|record| record.key() == format!("{gone:?}"));
        let place = record.map(|record| format!("sales/{}@{}", record.partition, record.offset));
        assert_eq!(ledger["missing_examples"][0]["record"].as_str(), place.as_deref(), "{ledger:#}");

        // The sink lands it again when it is replayed, and the ledger closes but for the doubled one.
        pipeline.table.run(&format!("DELETE FROM sales_raw WHERE event_id = '{twice}'")).await;
        sales.retain(|sale| sale.event_id == *gone || sale.event_id == *twice);
        let file = pipeline.file("again.ndjson");
        sales::ndjson(&sales, &file);
        pipeline.replay(&file);
        pipeline.landed(100).await;
        assert_numbers(&pipeline.ledger(&kept, 0), &[("landed", 100), ("expired", 100), ("doubled", 0)]);
    });
}
