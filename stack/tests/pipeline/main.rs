//! The outer ring of the whole pipeline: the built programs, driven as a user would, against the real
//! Kafka, Connect, JDBC sink and PostgreSQL. Each test is a law; what a single program owes is told
//! beside that program.
//!
//! All laws share one stack, because a boot is dear, and run one after the other, each on topics, a
//! table and a connector made anew. `--sink auto` decides which sink it is; `PIPELINE_SINK=debezium`
//! asks for the stand-in where the stock one is at hand. Where they differ, each is held to its own.
//! Nothing is skipped: where a part or a program is missing the tests fail and say so.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on panics")]

mod contract;
mod declaration;
mod kafka;
mod landing;
mod ledger;
mod letters;
mod operate;
mod outages;
mod pipeline;
mod poison;
mod program;
mod sales;
mod secrets;
mod table;
mod worker;
