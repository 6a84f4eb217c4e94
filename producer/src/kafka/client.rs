//! The idempotent Kafka producer: connecting, warming up, draining. What is sent through it is the
//! outlet's business.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::metadata::Metadata;
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use service::{Exit, Failure, Readiness};

use super::delivery::{Delivery, Fault};
use super::settings::KafkaSettings;
use crate::control::Control;
use crate::event::{DEAD_LETTERS, SALES};
use crate::metrics::Metrics;

/// How long one question to the brokers may take; between two the run may be stopped.
const PATIENCE: Duration = Duration::from_millis(500);

/// The producer. Clones share one.
#[derive(Clone)]
pub struct Client {
    producer: ThreadedProducer<Delivery>,
    bootstrap_servers: Arc<str>,
}

impl Client {
    /// Makes the client; it connects in the background.
    ///
    /// # Errors
    /// When a property is wrong.
    pub fn new(settings: &KafkaSettings, metrics: Metrics, readiness: Readiness) -> Result<Self, Failure> {
        let delivery = Delivery::new(metrics, readiness);
        let producer = settings.producer().create_with_context(delivery).map_err(bad_settings)?;
        Ok(Self { producer, bootstrap_servers: settings.bootstrap_servers.as_str().into() })
    }

    /// The delivery reports.
    pub fn delivery(&self) -> &Delivery {
        self.producer.client().context()
    }

    /// Waits until the brokers answer, both topics are there and the producer has its id, so that the
    /// first event does not wait for any of it. False where the run was stopped meanwhile. Blocks.
    ///
    /// # Errors
    /// When the brokers do not answer in time, refuse us, or lack a topic.
    pub fn connect(&self, control: &Control, timeout: Duration) -> Result<bool, Failure> {
        let deadline = Instant::now() + timeout;
        let metadata = loop {
            if control.is_stopped() {
                return Ok(false);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.producer.client().fetch_metadata(None, left.min(PATIENCE)) {
                Ok(metadata) => break metadata,
                Err(error) => self.go_on(&error, deadline, timeout)?,
            }
        };
        self.check_topics(&metadata)?;
        while !self.delivery().wait_for_producer_id(PATIENCE) {
            if control.is_stopped() {
                return Ok(false);
            }
            let error = KafkaError::Canceled;
            self.go_on(&error, deadline, timeout)?;
        }
        // Leaders of the topics' partitions, so that the first event need not ask for them.
        for topic in [SALES, DEAD_LETTERS] {
            if let Err(error) = self.producer.client().fetch_metadata(Some(topic), PATIENCE) {
                tracing::debug!("the leaders of {topic} are not known yet: {error}");
            }
        }
        self.delivery().up();
        Ok(true)
    }

    /// Whether the brokers answer now. Blocks for a moment.
    pub fn probe(&self) -> bool {
        let answers = self.producer.client().fetch_metadata(None, PATIENCE).is_ok();
        if answers {
            self.delivery().up();
        }
        answers
    }

    /// Hands a record to the client's queue; false where the queue is full.
    ///
    /// # Errors
    /// When the client refuses the record for another reason.
    pub(super) fn send(&self, record: BaseRecord<'_, [u8], [u8], usize>) -> anyhow::Result<bool> {
        match self.producer.send(record) {
            Ok(()) => Ok(true),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => Ok(false),
            Err((error, record)) => {
                self.delivery().note(&error, &error.to_string());
                self.check()?;
                Err(anyhow::Error::from(error)
                    .context(format!("the Kafka client refuses a record for {}", record.topic)))
            }
        }
    }

    /// Waits until all that was handed over is acknowledged or given up, or until the time is over;
    /// true where nothing is left. Blocks.
    pub fn flush(&self, timeout: Duration) -> bool {
        self.producer.flush(timeout).is_ok()
    }

    /// How many records wait for their acknowledgement.
    pub fn waiting(&self) -> i32 {
        self.producer.in_flight_count()
    }

    /// The error that ends a run, where the client reported one.
    ///
    /// # Errors
    /// That error.
    pub fn check(&self) -> Result<(), Failure> {
        match self.delivery().fault() {
            None => Ok(()),
            Some(Fault::Fatal(why)) => {
                Err(Failure::new(Exit::Failed, format!("the Kafka producer cannot go on: {why}"))
                    .hint("start it again: a new producer id begins afresh"))
            }
            Some(Fault::Denied(why)) => {
                let at = &self.bootstrap_servers;
                Err(Failure::new(Exit::Denied, format!("Kafka at {at} refuses the producer: {why}")).hint(
                    "check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD, KAFKA_SECURITY_PROTOCOL and the topic's ACLs",
                ))
            }
        }
    }

    /// After a question that was not answered: on with it, unless the time is over.
    fn go_on(&self, error: &KafkaError, deadline: Instant, timeout: Duration) -> Result<(), Failure> {
        self.check()?;
        if Instant::now() < deadline {
            return Ok(());
        }
        let why = self.delivery().last_error().unwrap_or_else(|| error.to_string());
        Err(unreachable(&self.bootstrap_servers, timeout, &why))
    }

    fn check_topics(&self, metadata: &Metadata) -> Result<(), Failure> {
        let missing: Vec<&str> = [SALES, DEAD_LETTERS]
            .into_iter()
            .filter(|wanted| !metadata.topics().iter().any(|topic| topic.name() == *wanted))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let at = &self.bootstrap_servers;
        Err(Failure::new(Exit::Invalid, format!("Kafka at {at} has no topic {}", missing.join(" and no ")))
            .hint("make the topics once with `producer topics`; the broker does not make them by itself"))
    }
}

/// The brokers did not answer in time.
pub(super) fn unreachable(bootstrap_servers: &str, timeout: Duration, why: &str) -> Failure {
    let seconds = timeout.as_secs_f64();
    Failure::new(Exit::Unreachable, format!("Kafka at {bootstrap_servers} did not answer within {seconds} s: {why}"))
        .hint("is the broker up? set its address with KAFKA_BOOTSTRAP_SERVERS or --bootstrap-servers, or wait longer with --timeout")
}

/// A client property that librdkafka does not take.
pub(super) fn bad_settings(error: KafkaError) -> Failure {
    Failure::new(Exit::Invalid, "the settings of the Kafka client are wrong")
        .because(error)
        .hint("see KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_*, KAFKA_SSL_* in `producer --help`")
}
