//! Dead letters go back to where they came from, each once, and those that will never land stay.

use serde_json::{Value, json};

use crate::pipeline::{Pipeline, assert_numbers, on_a_fresh_pipeline, until};
use crate::sales;

fn dlq(pipeline: &Pipeline, args: &[&str]) -> Value {
    let args = [&["dlq"], args, &["-o", "json"]].concat();
    pipeline.run("connect-register", &args).ok().json()
}

#[test]
fn every_dead_letter_that_can_be_replayed_is_replayed_once() {
    on_a_fresh_pipeline(async |pipeline| {
        // All of them die of a transform that wants a field which is not there.
        let broken = pipeline.template_with(&[("transforms.identity.fields", "event_id,ts,till")]);
        pipeline.apply(&broken);
        let mut sold = sales::some(103);
        for sale in &mut sold[..3] {
            sale.qty = 0;
        }
        let file = pipeline.file("sales.ndjson");
        sales::ndjson(&sold, &file);
        pipeline.replay(&file);
        let ledger = pipeline.closed_ledger().await;
        assert_numbers(&ledger, &[("produced", 103), ("landed", 0), ("dead", 103), ("refused", 3)]);
        let stats = dlq(pipeline, &["stats", "sales.dlq"]);
        let causes: Vec<_> = stats["causes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|cause| (cause["stage"].clone(), cause["count"].clone()))
            .collect();
        assert_eq!(causes, [(json!("TRANSFORMATION"), json!(100)), (json!("PRODUCER"), json!(3))], "{stats:#}");

        // The cause is mended, and they go back.
        pipeline.apply(pipeline.templates());
        let dry = dlq(pipeline, &["replay", "sales.dlq", "--dry-run"]);
        assert_numbers(&dry, &[("replayed", 100)]);
        let replayed = dlq(pipeline, &["replay", "sales.dlq", "--rate", "1000", "--yes"]);
        assert_numbers(&replayed, &[("replayed", 100), ("already_replayed", 0)]);
        assert_eq!(replayed["refused"][0]["letters"], 3, "{replayed:#}");
        let ledger = pipeline.closed_ledger().await;
        assert_numbers(&ledger, &[("produced", 103), ("landed", 100), ("dead", 3), ("refused", 3)]);
        let again = dlq(pipeline, &["replay", "sales.dlq", "--yes"]);
        assert_numbers(&again, &[("replayed", 0), ("already_replayed", 100)]);
    });
}

#[test]
fn a_letter_that_comes_back_each_time_is_parked() {
    on_a_fresh_pipeline(async |pipeline| {
        pipeline.kafka.put(0, Some(b"\"nobody\""), Some(b"this is no JSON")).await;
        for round in 0..3 {
            let letters = || dlq(pipeline, &["stats", "sales.dlq"])["letters"].as_u64().unwrap();
            until("the letter to be there", async || if letters() == round + 1 { Ok(()) } else { Err(String::new()) })
                .await;
            let replayed = dlq(pipeline, &["replay", "sales.dlq", "--yes"]);
            assert_numbers(&replayed, &[("replayed", 1), ("already_replayed", round), ("parked", 0)]);
        }
        until("it to be parked", async || {
            let replayed = dlq(pipeline, &["replay", "sales.dlq", "--yes"]);
            if replayed["parked"] == 1 { Ok(()) } else { Err(replayed.to_string()) }
        })
        .await;
        assert_numbers(&dlq(pipeline, &["replay", "sales.dlq", "--yes"]), &[("replayed", 0), ("parked", 1)]);
    });
}
