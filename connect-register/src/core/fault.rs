//! What went wrong between us and a worker, classed by what can be done about it. How an answer is
//! classed is the business of the REST client's classifier.

use std::fmt;

use service::{Exit, Failure};

/// What a fault means, and so what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The cluster is rebalancing or has no leader: nothing happened, wait and ask again.
    Rebalance,
    /// A connector of that name is there already: look at it, do not create it.
    Exists,
    /// A write may have had its effect, or may have it later: look before it is sent again.
    Ambiguous,
    /// Nothing happened, and it may work the next time.
    Transient,
    /// Tasks have not stopped yet: ask again.
    NotSettled,
    /// Not there yet after a write of our own: ask again for a while.
    Lag,
    /// What was to go is gone: a success.
    Done,
    /// No connection: nothing was sent.
    Unreachable,
    /// Something that is not Kafka Connect answered.
    NotConnect,
    /// 401, 403 or 407.
    Denied,
    /// One side does not trust the other's certificate: nothing was done.
    Untrusted,
    /// 404.
    Missing,
    /// 400: what was sent is wrong.
    Invalid,
    /// The worker has no such plug-in.
    UnknownPlugin,
    /// The worker has no such endpoint, or does not know what is asked of it: it is too old.
    Unsupported,
    /// Anything else that will not go away by itself.
    Fatal,
}

/// What to do after a fault of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Try again after a back-off: nothing happened.
    Retry,
    /// Look before trying again: the effect may be there or may come.
    Look,
    /// It will not help to try again.
    GiveUp,
}

impl Class {
    /// Every class, for metrics.
    pub const ALL: [Self; 16] = [
        Self::Rebalance,
        Self::Exists,
        Self::Ambiguous,
        Self::Transient,
        Self::NotSettled,
        Self::Lag,
        Self::Done,
        Self::Unreachable,
        Self::NotConnect,
        Self::Denied,
        Self::Untrusted,
        Self::Missing,
        Self::Invalid,
        Self::UnknownPlugin,
        Self::Unsupported,
        Self::Fatal,
    ];

    /// The remedy.
    pub fn remedy(self) -> Remedy {
        match self {
            Self::Rebalance | Self::Transient | Self::NotSettled | Self::Lag | Self::Unreachable => Remedy::Retry,
            Self::Exists | Self::Ambiguous | Self::NotConnect => Remedy::Look,
            Self::Done
            | Self::Denied
            | Self::Untrusted
            | Self::Missing
            | Self::Invalid
            | Self::UnknownPlugin
            | Self::Unsupported
            | Self::Fatal => Remedy::GiveUp,
        }
    }

    /// The class in a word, as metrics label it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rebalance => "rebalance",
            Self::Exists => "exists",
            Self::Ambiguous => "ambiguous",
            Self::Transient => "transient",
            Self::NotSettled => "not_settled",
            Self::Lag => "lag",
            Self::Done => "done",
            Self::Unreachable => "unreachable",
            Self::NotConnect => "not_connect",
            Self::Denied => "denied",
            Self::Untrusted => "untrusted",
            Self::Missing => "missing",
            Self::Invalid => "invalid",
            Self::UnknownPlugin => "unknown_plugin",
            Self::Unsupported => "unsupported",
            Self::Fatal => "fatal",
        }
    }

    /// How a program ends because of it.
    pub fn exit(self) -> Exit {
        match self {
            Self::Denied | Self::Untrusted => Exit::Denied,
            Self::Invalid | Self::UnknownPlugin => Exit::Invalid,
            Self::Exists | Self::Done | Self::Missing | Self::Unsupported | Self::Fatal => Exit::Failed,
            Self::Rebalance
            | Self::Ambiguous
            | Self::Transient
            | Self::NotSettled
            | Self::Lag
            | Self::Unreachable
            | Self::NotConnect => Exit::Unreachable,
        }
    }

    /// The next step, where there is one that always helps.
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::Unreachable => {
                Some("is the worker up, and KAFKA_CONNECT_URL right? `connect-register wait` waits for it")
            }
            Self::NotConnect => {
                Some("is KAFKA_CONNECT_URL that of a Kafka Connect worker, and not of something before it?")
            }
            Self::Denied => Some(
                "set KAFKA_CONNECT_BASIC_AUTH_USERNAME and KAFKA_CONNECT_BASIC_AUTH_PASSWORD, or \
                 KAFKA_CONNECT_BEARER_TOKEN, or KAFKA_CONNECT_HEADERS (each secret also as …_FILE or …_COMMAND)",
            ),
            Self::Untrusted => Some(
                "KAFKA_CONNECT_TLS_CA names who vouches for the worker; KAFKA_CONNECT_TLS_CERT and \
                 KAFKA_CONNECT_TLS_KEY are what is shown to it",
            ),
            Self::Unsupported => Some(
                "is the worker new enough for this, and KAFKA_CONNECT_URL the root of its REST API? `GET /` tells its \
                 version",
            ),
            Self::Rebalance => {
                Some("the cluster is busy with a rebalance; try again, or give it longer with --timeout")
            }
            Self::Ambiguous => Some("the write may have been done all the same; `connect-register plan` tells"),
            _ => None,
        }
    }
}

/// A request that did not do what it should, with the worker's own words, scrubbed of secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it means.
    pub class: Class,
    /// The request: method and URL.
    pub request: String,
    /// The status of the answer, where there was one.
    pub status: Option<u16>,
    /// What the worker or the network said, on one line.
    pub message: String,
}

impl Fault {
    /// The failure that a command ends with.
    pub fn into_failure(self, what: &str) -> Failure {
        let failure = Failure::new(self.class.exit(), what.to_owned());
        let failure = match self.class.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        };
        failure.because(self)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.request)?;
        if let Some(status) = self.status {
            write!(f, "{status} ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
