//! What the Kafka client reports back: acknowledgements, events given up, lost brokers, its log. It
//! counts and remembers; acting on it is the outlet's and the run's business.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::ProducerContext;
use rdkafka::{ClientContext, Statistics};
use service::Readiness;

use crate::metrics::Metrics;

/// Why nothing can be delivered any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The idempotent producer gave up; only a new process starts over.
    Fatal(String),
    /// The brokers refuse us.
    Denied(String),
}

/// The context of the producer: its callbacks.
#[derive(Debug)]
pub struct Delivery {
    metrics: Metrics,
    readiness: Readiness,
    started: Instant,
    /// Whether the brokers were lost; quick to ask on every acknowledgement.
    down: AtomicBool,
    faulty: AtomicBool,
    told: Mutex<Told>,
    changed: Condvar,
}

/// What was reported so far.
#[derive(Debug, Default)]
struct Told {
    has_producer_id: bool,
    fault: Option<Fault>,
    last_error: Option<String>,
    first_failure: Option<String>,
}

/// What an event carries through the client and back: when it was handed over, and whether it is a
/// dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    sent: Duration,
    dead: bool,
}

impl Tag {
    /// As one number: microseconds, and a bit.
    fn pack(self) -> usize {
        let micros = usize::try_from(self.sent.as_micros()).unwrap_or(0);
        (micros << 1) | usize::from(self.dead)
    }

    fn unpack(packed: usize) -> Self {
        Self { sent: Duration::from_micros((packed >> 1) as u64), dead: packed & 1 == 1 }
    }
}

impl Delivery {
    /// A context that counts into `metrics` and tells `readiness` of lost brokers.
    pub fn new(metrics: Metrics, readiness: Readiness) -> Self {
        Self {
            metrics,
            readiness,
            started: Instant::now(),
            down: AtomicBool::new(false),
            faulty: AtomicBool::new(false),
            told: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// The tag of an event that is handed over now.
    pub fn tag(&self, dead: bool) -> usize {
        Tag { sent: self.started.elapsed(), dead }.pack()
    }

    /// Why nothing can be delivered any more, if so.
    pub fn fault(&self) -> Option<Fault> {
        if self.faulty.load(Ordering::Relaxed) { self.told().fault.clone() } else { None }
    }

    /// The last thing that went wrong with the brokers, in the client's words.
    pub fn last_error(&self) -> Option<String> {
        self.told().last_error.clone()
    }

    /// Why the first of the events was given up that were given up by a broker.
    pub fn first_failure(&self) -> Option<String> {
        self.told().first_failure.clone()
    }

    /// Whether the brokers were lost and not heard of since.
    pub fn is_down(&self) -> bool {
        self.down.load(Ordering::Relaxed)
    }

    /// The brokers answer (again).
    pub fn up(&self) {
        if self.down.swap(false, Ordering::Relaxed) {
            tracing::info!("the brokers answer again");
        }
        self.readiness.ready();
    }

    /// Waits until the client has its producer id; false where the time ran out. Without it the first
    /// events would wait, and their `ts` would tell of our start and not of the pipeline.
    pub fn wait_for_producer_id(&self, timeout: Duration) -> bool {
        let waiting = |told: &mut Told| !told.has_producer_id && told.fault.is_none();
        let result = self.changed.wait_timeout_while(self.told(), timeout, waiting);
        result.unwrap_or_else(PoisonError::into_inner).0.has_producer_id
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, fault: Fault) {
        self.told().fault.get_or_insert(fault);
        self.faulty.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }
}

impl ProducerContext for Delivery {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, tag: usize) {
        let tag = Tag::unpack(tag);
        match result {
            Ok(_) if tag.dead => {
                self.metrics.dead_acked.inc();
            }
            Ok(_) => {
                self.metrics.acked.inc();
                self.metrics.delivery.observe(self.started.elapsed().saturating_sub(tag.sent).as_secs_f64());
                if self.is_down() {
                    self.up();
                }
            }
            Err((error, _)) => {
                let failed = if tag.dead { &self.metrics.dead_failed } else { &self.metrics.failed };
                failed.inc();
                self.given_up(error);
            }
        }
    }
}

impl Delivery {
    /// Notes an error of any kind, if it ends all delivery.
    pub(super) fn note(&self, error: &KafkaError, why: &str) {
        if let Some(fault) = fault(error.rdkafka_error_code(), why) {
            self.fail(fault);
        }
    }

    fn given_up(&self, error: &KafkaError) {
        let code = error.rdkafka_error_code();
        // What the drain itself purges at the end is counted, and told there.
        if matches!(code, Some(RDKafkaErrorCode::PurgeQueue | RDKafkaErrorCode::PurgeInflight)) {
            return;
        }
        let why = error.to_string();
        if self.told().first_failure.is_none() {
            tracing::error!("an event was given up: {why}");
            self.told().first_failure = Some(why.clone());
        }
        self.note(error, &why);
    }
}

/// Which errors end all delivery: the one place that decides it. All others the client mends by itself,
/// or they end the delivery of a single event.
fn fault(code: Option<RDKafkaErrorCode>, why: &str) -> Option<Fault> {
    match code? {
        RDKafkaErrorCode::Fatal => Some(Fault::Fatal(why.to_owned())),
        RDKafkaErrorCode::Authentication
        | RDKafkaErrorCode::SaslAuthenticationFailed
        | RDKafkaErrorCode::TopicAuthorizationFailed
        | RDKafkaErrorCode::ClusterAuthorizationFailed => Some(Fault::Denied(why.to_owned())),
        _ => None,
    }
}

impl ClientContext for Delivery {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn stats(&self, statistics: Statistics) {
        let assigned = statistics.eos.is_some_and(|eos| eos.producer_id >= 0);
        if assigned {
            self.told().has_producer_id = true;
            self.changed.notify_all();
        }
    }

    fn stats_raw(&self, statistics: &[u8]) {
        if self.told().has_producer_id {
            return;
        }
        match serde_json::from_slice(statistics) {
            Ok(statistics) => self.stats(statistics),
            Err(error) => tracing::debug!("the client's statistics cannot be read: {error}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(target: "librdkafka", "{error}: {reason}");
        let code = error.rdkafka_error_code();
        self.told().last_error = Some(reason.to_owned());
        self.note(&error, reason);
        if code == Some(RDKafkaErrorCode::AllBrokersDown) {
            self.readiness.not_ready(format!("no broker answers: {reason}"));
            if !self.down.swap(true, Ordering::Relaxed) {
                tracing::warn!("no broker answers, events wait: {reason}");
            }
        }
    }
}

/// The client's log lines, in ours. Its errors are lost connections that it mends by itself.
pub(super) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
            tracing::error!(target: "librdkafka", "{facility}: {message}");
        }
        RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning => {
            tracing::warn!(target: "librdkafka", "{facility}: {message}");
        }
        RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => {
            tracing::debug!(target: "librdkafka", "{facility}: {message}");
        }
        RDKafkaLogLevel::Debug => tracing::trace!(target: "librdkafka", "{facility}: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_tag_comes_back_as_it_went(micros in 0_u64..1 << 60, dead: bool) {
            let tag = Tag { sent: Duration::from_micros(micros), dead };
            prop_assert_eq!(Tag::unpack(tag.pack()), tag);
        }
    }

    #[test]
    fn lost_brokers_are_told_and_forgotten_with_the_next_sign_of_life() {
        let readiness = Readiness::default();
        let delivery = Delivery::new(Metrics::default(), readiness.clone());
        delivery.up();
        delivery.error(KafkaError::Global(RDKafkaErrorCode::AllBrokersDown), "1/1 brokers are down");
        assert_eq!(readiness.get().unwrap_err(), "no broker answers: 1/1 brokers are down");
        assert!(delivery.is_down());
        delivery.up();
        assert!(readiness.get().is_ok() && !delivery.is_down());
        assert_eq!(delivery.fault(), None);
    }

    #[test]
    fn an_error_ends_all_delivery_only_where_no_patience_helps() {
        use RDKafkaErrorCode as Code;
        let ends =
            [Code::Fatal, Code::Authentication, Code::TopicAuthorizationFailed, Code::ClusterAuthorizationFailed];
        let passes =
            [Code::AllBrokersDown, Code::BrokerTransportFailure, Code::MessageTimedOut, Code::NotLeaderForPartition];
        assert!(ends.into_iter().all(|code| fault(Some(code), "").is_some()));
        assert!(passes.into_iter().all(|code| fault(Some(code), "").is_none()));
        assert_eq!(fault(None, ""), None);
    }

    #[test]
    fn a_fatal_error_ends_all_delivery() {
        let delivery = Delivery::new(Metrics::default(), Readiness::default());
        delivery.error(KafkaError::Global(RDKafkaErrorCode::Fatal), "epoch fenced");
        assert_eq!(delivery.fault(), Some(Fault::Fatal("epoch fenced".into())));
    }
}
