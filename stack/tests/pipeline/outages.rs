//! What is killed in mid-stream loses nothing and doubles nothing.

use serde_json::Value;

use crate::pipeline::{PATIENCE, Pipeline, Sink, assert_numbers, on_a_fresh_pipeline};
use crate::program::Running;

/// Fifteen seconds of sales, of which some have landed already.
async fn stream(pipeline: &Pipeline) -> Running {
    let producer = pipeline.start("producer", &["generate", "--rate", "2000", "--count", "30000", "-o", "json"]);
    pipeline.landed(2_000).await;
    producer
}

/// Everything that was acknowledged is in the table once, and nothing died.
async fn proven(pipeline: &Pipeline, summary: &Value) {
    assert_numbers(summary, &[("acked", 30_000), ("undelivered", 0)]);
    let ledger = pipeline.closed_ledger().await;
    assert_numbers(&ledger, &[("produced", 30_000), ("landed", 30_000), ("dead", 0), ("missing", 0), ("doubled", 0)]);
    assert_eq!(pipeline.table.counts().await, Ok((30_000, 30_000)));
    assert!(pipeline.kafka.records("sales.dlq").is_empty(), "an outage is no cause to die of");
}

#[test]
fn a_killed_connect_worker_loses_and_doubles_nothing() {
    on_a_fresh_pipeline(async |pipeline| {
        let mut producer = stream(pipeline).await;
        let old = pipeline.lease.kill9("connect").await.unwrap();
        assert!(producer.is_alive(), "the stream was over before the worker was killed:\n{}", producer.stderr());
        let again = pipeline.lease.until_restarted("connect", old, PATIENCE).await;
        again.unwrap_or_else(|error| panic!("{error:#}\n{}", pipeline.lease.said()));
        proven(pipeline, &producer.ended().await.ok().json()).await;
        pipeline.worker.runs().await;
    });
}

#[test]
fn a_killed_postgresql_loses_and_doubles_nothing() {
    on_a_fresh_pipeline(async |pipeline| {
        let mut producer = stream(pipeline).await;
        let old = pipeline.lease.kill9("postgres").await.unwrap();
        assert!(producer.is_alive(), "the stream was over before PostgreSQL was killed:\n{}", producer.stderr());
        let again = pipeline.lease.until_restarted("postgres", old, PATIENCE).await;
        again.unwrap_or_else(|error| panic!("{error:#}\n{}", pipeline.lease.said()));
        match pipeline.sink {
            // It goes on by itself: nobody restarts a task here.
            Sink::Stock => {
                proven(pipeline, &producer.ended().await.ok().json()).await;
                pipeline.worker.runs().await;
            }
            Sink::StandIn => {
                pipeline.worker.fails().await;
                let args = ["watch", "-f", pipeline.templates(), "--interval", "1s"];
                let watch = pipeline.start("connect-register", &args);
                proven(pipeline, &producer.ended().await.ok().json()).await;
                pipeline.worker.runs().await;
                let watch = pipeline.quiet(watch.stopped().await).ok();
                assert!(watch.says("restarted what has failed"), "{watch}");
            }
        }
    });
}
