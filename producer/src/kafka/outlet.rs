//! Hands sales and dead letters to the Kafka client. Where its queue is full it waits: nothing is
//! dropped, and the source slows down to what the brokers take.

use std::time::Duration;

use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::BaseRecord;

use super::client::Client;
use crate::control::Control;
use crate::event::{DEAD_LETTERS, Envelope, Refusal, SALES, Sale};
use crate::metrics::Metrics;
use crate::pump::Outlet;

/// How long to wait for room in the queue before looking again.
const ROOM: Duration = Duration::from_millis(5);

/// The way into Kafka.
pub struct KafkaOutlet {
    client: Client,
    control: Control,
    metrics: Metrics,
    envelope: Envelope,
}

impl KafkaOutlet {
    /// An outlet over a connected client.
    pub fn new(client: Client, control: Control, metrics: Metrics) -> Self {
        Self { client, control, metrics, envelope: Envelope::default() }
    }

    /// Sends a record that `record` builds, as soon as there is room; false where the run was stopped
    /// meanwhile.
    fn send<'a>(&self, record: impl Fn() -> BaseRecord<'a, [u8], [u8], usize>) -> anyhow::Result<bool> {
        loop {
            self.client.check()?;
            if self.client.send(record())? {
                return Ok(true);
            }
            let version = self.control.version();
            if self.control.is_stopped() {
                return Ok(false);
            }
            self.control.wait(version, Some(ROOM));
        }
    }
}

impl Outlet for KafkaOutlet {
    fn sale(&mut self, sale: &Sale) -> anyhow::Result<bool> {
        self.envelope.write(sale);
        let record = || {
            let tag = self.client.delivery().tag(false);
            BaseRecord::with_opaque_to(SALES, tag).key(self.envelope.key()).payload(self.envelope.value())
        };
        let taken = self.send(record)?;
        self.metrics.attempted.inc_by(u64::from(taken));
        Ok(taken)
    }

    fn dead(&mut self, refusal: &Refusal) -> anyhow::Result<bool> {
        let (key, value, headers) = (refusal.key(), refusal.value(), refusal.headers());
        let record = || {
            let tag = self.client.delivery().tag(true);
            let headers = headers.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
                headers.insert(Header { key, value: Some(value.as_bytes()) })
            });
            BaseRecord::with_opaque_to(DEAD_LETTERS, tag).key(&key[..]).payload(&value[..]).headers(headers)
        };
        let taken = self.send(record)?;
        if taken {
            self.metrics.refuse(refusal.reason());
            self.metrics.dead_attempted.inc();
        }
        Ok(taken)
    }
}
