//! What is produced lands: each sale once, each field as it was.

use crate::pipeline::{assert_numbers, assert_same, on_a_fresh_pipeline};
use crate::sales::{self, Sale};

/// Writes sales into a file of one format.
type Write = fn(&[Sale], &std::path::Path);

#[test]
fn rows_land_once_and_equal_what_was_produced_field_by_field() {
    on_a_fresh_pipeline(async |pipeline| {
        // Given sales in each of the formats, with all that the contract allows among them.
        let written: [(&str, Write); 3] =
            [("sales.ndjson", sales::ndjson), ("sales.csv", sales::csv), ("sales.parquet", sales::parquet)];
        let mut produced = Vec::new();
        for (name, write) in written {
            let (sales, file) = ([sales::some(1_000), sales::odd()].concat(), pipeline.file(name));
            write(&sales, &file);
            let summary = pipeline.replay(&file);
            assert_numbers(&summary, &[("read", 1_005), ("acked", 1_005), ("refused", 0), ("undelivered", 0)]);
            produced.extend(sales);
        }

        let ledger = pipeline.closed_ledger().await;
        assert_numbers(&ledger, &[("produced", 3_015), ("landed", 3_015), ("dead", 0), ("doubled", 0)]);
        let landed: Vec<Sale> = pipeline.table.rows().await.into_iter().map(|(sale, _)| sale).collect();
        assert_same(&landed, &produced);
    });
}

#[test]
fn a_second_replay_of_a_file_changes_nothing() {
    on_a_fresh_pipeline(async |pipeline| {
        let (sales, file) = (sales::some(2_000), pipeline.file("sales.ndjson"));
        sales::ndjson(&sales, &file);
        pipeline.replay(&file);
        pipeline.closed_ledger().await;
        let before = pipeline.table.rows().await;

        assert_numbers(&pipeline.replay(&file), &[("acked", 2_000)]);
        // Right after it, when the same events are on their way once more, they are landed all the same.
        assert_numbers(&pipeline.ledger(&[], 0), &[("produced", 2_000), ("landed", 2_000), ("in_flight", 0)]);
        // The one that is made now goes behind them.
        pipeline.run("producer", &["generate", "--rate", "max", "--count", "1000"]).ok();
        let ledger = pipeline.closed_ledger().await;
        assert_numbers(&ledger, &[("records", 5_000), ("produced", 3_000), ("landed", 3_000), ("doubled", 0)]);

        let known: std::collections::BTreeSet<&str> = before.iter().map(|(sale, _)| sale.event_id.as_str()).collect();
        let mut after = pipeline.table.rows().await;
        after.retain(|(sale, _)| known.contains(sale.event_id.as_str()));
        assert_same(&after, &before);
    });
}
