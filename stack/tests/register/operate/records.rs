//! Records put into a topic, one by one or in a stream that goes on until it is ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::json;

/// Who puts records into a topic.
pub(crate) struct Records {
    producer: BaseProducer,
    topic: String,
    next: u32,
}

impl Records {
    /// To a topic, numbered from here on.
    pub(crate) fn to(bootstrap: &str, topic: &str, next: u32) -> Self {
        let producer =
            ClientConfig::new().set("bootstrap.servers", bootstrap).set("enable.idempotence", "true").create().unwrap();
        Self { producer, topic: topic.to_owned(), next }
    }

    /// Puts one.
    pub(crate) fn put(&mut self) {
        let field = |name: &str, kind: &str| json!({"field": name, "type": kind, "optional": false});
        let schema = json!({
            "type": "struct", "optional": false, "fields": [field("event_id", "string"), field("ts", "int64")],
        });
        let value = json!({"schema": schema, "payload": {"event_id": self.next.to_string(), "ts": 1}}).to_string();
        let partition = i32::try_from(self.next % 2).unwrap();
        let record = BaseRecord::<str, str>::to(&self.topic).partition(partition).payload(&value);
        self.producer.send(record).unwrap_or_else(|(error, _)| panic!("a record is refused: {error}"));
        self.next += 1;
    }

    /// Waits until all of them are there; the number of the next one.
    pub(crate) fn end(self) -> u32 {
        self.producer.flush(Duration::from_mins(1)).unwrap();
        self.next
    }

    /// Goes on putting them, hundreds a second.
    pub(crate) fn go_on(mut self) -> Load {
        let is_over = Arc::new(AtomicBool::new(false));
        let told = is_over.clone();
        let putting = std::thread::spawn(move || {
            while !told.load(Ordering::Relaxed) {
                self.put();
                self.producer.poll(Duration::from_millis(3));
            }
            self.end()
        });
        Load { is_over, putting }
    }
}

/// Records that are being put.
pub(crate) struct Load {
    is_over: Arc<AtomicBool>,
    putting: JoinHandle<u32>,
}

impl Load {
    /// Ends it, and waits until all of them are there; the number of the next one.
    pub(crate) fn end(self) -> u32 {
        self.is_over.store(true, Ordering::Relaxed);
        self.putting.join().unwrap()
    }
}
