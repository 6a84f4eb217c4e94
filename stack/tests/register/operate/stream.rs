//! A topic, a table that its records land in, and a sink between them, made anew for one law. The table
//! tells how often each record was read.

use std::cell::Cell;
use std::collections::BTreeMap;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use serde_json::{Value, json};

use super::records::Records;
use crate::cluster::{Cluster, until};
use crate::templates::Templates;

/// How the rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    /// One a record, however often it is read.
    Upserted,
    /// One each time that a record is read.
    Counted,
}

/// A topic of two partitions, a table and a connector of two tasks, all of one name.
pub(crate) struct Stream<'a> {
    pub(crate) name: String,
    pub(crate) templates: Templates,
    cluster: &'a Cluster,
    rows: Rows,
    records: Cell<u32>,
}

impl<'a> Stream<'a> {
    /// Makes all of it, and waits until the connector runs.
    pub(crate) fn new(cluster: &'a Cluster, law: &str, rows: Rows) -> Self {
        let stream = Self::prepared(cluster, law, rows);
        stream.declare(&json!({}));
        stream.apply();
        stream
    }

    /// Makes the topic and the table.
    pub(crate) fn prepared(cluster: &'a Cluster, law: &str, rows: Rows) -> Self {
        let name = format!("{law}_{:08x}", rand::random::<u32>());
        let key = if rows == Rows::Upserted { ", PRIMARY KEY (event_id, ts)" } else { "" };
        cluster.sql(&format!("CREATE TABLE {name} (event_id text, ts bigint{key})"));
        let admin: AdminClient<DefaultClientContext> =
            ClientConfig::new().set("bootstrap.servers", cluster.lease().bootstrap()).create().unwrap();
        let topic = NewTopic::new(&name, 2, TopicReplication::Fixed(1));
        let made = cluster.block_on(admin.create_topics([&topic], &AdminOptions::new())).unwrap();
        assert!(made.iter().all(Result::is_ok), "{made:?}");
        Self { name, templates: cluster.templates(), cluster, rows, records: Cell::new(0) }
    }

    /// Declares the connector, with these keys changed; `null` takes one out.
    pub(crate) fn declare(&self, changes: &Value) {
        let is_stand_in = self.templates.class().starts_with("io.debezium.");
        let mut all = json!({
            "tasks.max": "2", "topics": self.name, "errors.tolerance": "none",
            "errors.deadletterqueue.topic.name": null,
            "errors.deadletterqueue.topic.replication.factor": null,
            "errors.deadletterqueue.context.headers.enable": null,
        });
        let more = match (is_stand_in, self.rows) {
            (true, Rows::Upserted) => json!({"collection.name.format": self.name}),
            (true, Rows::Counted) => json!({
                "collection.name.format": self.name, "insert.mode": "insert", "use.reduction.buffer": "false",
                "primary.key.mode": "none", "primary.key.fields": null,
            }),
            (false, Rows::Upserted) => json!({"table.name.format": self.name, "max.retries": "0"}),
            (false, Rows::Counted) => json!({
                "table.name.format": self.name, "max.retries": "0", "insert.mode": "insert", "pk.mode": "none",
                "pk.fields": null,
            }),
        };
        for changes in [&more, changes] {
            all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        }
        self.templates.declare(&self.name, &all);
    }

    /// Applies what is declared, and waits until it runs, as both workers tell.
    pub(crate) fn apply(&self) {
        self.cluster.run(&["apply", "--wait", "--timeout", "5m", "-f", self.templates.path()], 0);
        self.runs();
    }

    /// It runs with both of its tasks, as both workers tell.
    pub(crate) fn runs(&self) {
        self.is(&["RUNNING", "RUNNING", "RUNNING"]);
    }

    /// A connection for more records, whose numbers go on from those that there are.
    pub(crate) fn records(&self) -> Records {
        Records::to(self.cluster.lease().bootstrap(), &self.name, self.records.get())
    }

    /// Takes note of records that were put.
    pub(crate) fn has(&self, records: u32) {
        self.records.set(records);
    }

    /// Puts so many records: each has a number, and lies in the partition that is its last bit.
    pub(crate) fn put(&self, count: u32) {
        let mut records = self.records();
        (0..count).for_each(|_| records.put());
        self.has(records.end());
    }

    /// How many records there are.
    pub(crate) fn count(&self) -> u32 {
        self.records.get()
    }

    /// How often each record was read.
    pub(crate) fn landed(&self) -> BTreeMap<u32, u64> {
        let rows = self.cluster.sql(&format!("SELECT event_id, count(*) FROM {} GROUP BY 1", self.name));
        rows.iter().map(|row| (row[0].parse().unwrap(), row[1].parse().unwrap())).collect()
    }

    /// Waits until each record was read exactly so often.
    pub(crate) fn was_read(&self, times: impl Fn(u32) -> u64) {
        let wanted: BTreeMap<u32, u64> =
            (0..self.count()).map(|number| (number, times(number))).filter(|(_, times)| *times > 0).collect();
        until("the records to land", || {
            let landed = self.landed();
            if landed == wanted { Ok(()) } else { Err(format!("{landed:?} and not {wanted:?}, {}", self.status())) }
        });
    }

    /// Its status, as the first worker tells it.
    pub(crate) fn status(&self) -> Value {
        self.cluster.workers[0].get(&format!("/connectors/{}/status", self.name))
    }

    /// Its states, as both workers tell; the second one may be told a bit later.
    pub(crate) fn is(&self, states: &[&str]) {
        for worker in &self.cluster.workers {
            until(&format!("{} to be {states:?}", self.name), || {
                let told = worker.states(&self.name);
                if told == states { Ok(()) } else { Err(format!("{told:?}")) }
            });
        }
    }

    /// Its offsets by partition, as a worker tells them.
    pub(crate) fn offsets(&self) -> BTreeMap<i64, i64> {
        by_partition(&self.cluster.workers[1].get(&format!("/connectors/{}/offsets", self.name))["offsets"])
    }

    /// Where the topic ends, by partition.
    pub(crate) fn ends(&self) -> BTreeMap<i64, i64> {
        let count = i64::from(self.count());
        BTreeMap::from([(0, (count + 1) / 2), (1, count / 2)])
    }
}

/// Offsets of a sink as Connect tells them, in no order, by partition.
pub(crate) fn by_partition(offsets: &Value) -> BTreeMap<i64, i64> {
    let offset = |of: &Value| {
        let number = |at: &str, key: &str| of[at][key].as_i64().unwrap();
        (number("partition", "kafka_partition"), number("offset", "kafka_offset"))
    };
    offsets.as_array().unwrap().iter().map(offset).collect()
}
