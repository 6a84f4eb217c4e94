//! The ways in which a request goes wrong: what becomes of its effect, and what is answered. The
//! texts are those of Apache Kafka's `RestServer`, `RestClient` and `DistributedHerder`. When
//! something goes wrong is not decided here.

use serde_json::json;

use crate::http::{Delivery, Reply};
use crate::weather::Weather;

/// A way in which a request goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it; what each does is one line in `parts`")]
pub enum Wrong {
    NoLeader,
    Conflict,
    StaleConfig,
    RebalanceExpected,
    TimedOut,
    TimedOutDone,
    TimedOutLate,
    ForwardFailed,
    ForwardFailedDone,
    TopicUnwritable,
    ShuttingDown,
    BadGateway,
    GatewayTimedOutDone,
    Unavailable,
    TooMany,
    LoginPage,
    PageOk,
    PageOkDone,
    EmptyOk,
    Closed,
    ClosedDone,
    CutDone,
    BrokenChunksDone,
    OtherAnswer,
    Stalled,
    StalledThenTimedOut,
    Drops,
    Fatal,
}

/// What becomes of the effect of a request that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Never,
    Now,
    Later,
}

/// What is answered to a request that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// This, instead of what would be right.
    Instead(Reply),
    /// What is right, this way.
    Right(Delivery),
}

impl Wrong {
    /// All that a patient client gets over.
    pub const PASSING: [Self; 27] = [
        Self::NoLeader,
        Self::Conflict,
        Self::StaleConfig,
        Self::RebalanceExpected,
        Self::TimedOut,
        Self::TimedOutDone,
        Self::TimedOutLate,
        Self::ForwardFailed,
        Self::ForwardFailedDone,
        Self::TopicUnwritable,
        Self::ShuttingDown,
        Self::BadGateway,
        Self::GatewayTimedOutDone,
        Self::Unavailable,
        Self::TooMany,
        Self::LoginPage,
        Self::PageOk,
        Self::PageOkDone,
        Self::EmptyOk,
        Self::Closed,
        Self::ClosedDone,
        Self::CutDone,
        Self::BrokenChunksDone,
        Self::OtherAnswer,
        Self::Stalled,
        Self::StalledThenTimedOut,
        Self::Drops,
    ];

    /// Whether the client cannot know from the answer what became of a write.
    pub fn is_ambiguous(self) -> bool {
        match self {
            Self::NoLeader
            | Self::Conflict
            | Self::StaleConfig
            | Self::RebalanceExpected
            | Self::TopicUnwritable
            | Self::ShuttingDown
            | Self::TooMany
            | Self::Stalled
            | Self::Drops
            | Self::Fatal => false,
            Self::TimedOut
            | Self::TimedOutDone
            | Self::TimedOutLate
            | Self::ForwardFailed
            | Self::ForwardFailedDone
            | Self::BadGateway
            | Self::GatewayTimedOutDone
            | Self::Unavailable
            | Self::LoginPage
            | Self::PageOk
            | Self::PageOkDone
            | Self::EmptyOk
            | Self::Closed
            | Self::ClosedDone
            | Self::CutDone
            | Self::BrokenChunksDone
            | Self::OtherAnswer
            | Self::StalledThenTimedOut => true,
        }
    }

    /// Whether the answer comes after a stall.
    pub(crate) fn is_stalled(self) -> bool {
        matches!(self, Self::Stalled | Self::StalledThenTimedOut)
    }

    /// What becomes of the effect, and what is answered.
    pub(crate) fn parts(self, weather: &Weather) -> (Effect, Answer) {
        use Effect::{Later, Never, Now};
        const TIMED_OUT: &str = "Request timed out. The worker is currently ensuring membership in the cluster, which \
                                 began at 2026-01-01T00:00:00.000Z";
        const FORWARD: &str = "IO Error trying to forward REST request: java.net.ConnectException: Connection refused";
        let error = |status, message: &str| Answer::Instead(connects_own(status, message));
        let page = |status, title| Answer::Instead(Reply::page(status, title));
        match self {
            Self::NoLeader => (Never, error(409, NO_LEADER)),
            Self::Conflict => (Never, error(409, CONFLICT)),
            Self::StaleConfig => (Never, error(409, STALE)),
            Self::RebalanceExpected => (Never, error(500, EXPECTED)),
            Self::TimedOut | Self::StalledThenTimedOut => (Never, error(500, TIMED_OUT)),
            Self::TimedOutDone => (Now, error(500, TIMED_OUT)),
            Self::TimedOutLate => (Later, error(500, TIMED_OUT)),
            Self::ForwardFailed => (Never, error(500, FORWARD)),
            Self::ForwardFailedDone => (Now, error(500, FORWARD)),
            Self::TopicUnwritable => (Never, error(500, TOPIC)),
            Self::ShuttingDown => (Never, error(500, "Worker is shutting down")),
            Self::BadGateway => (Never, page(502, "502 Bad Gateway")),
            Self::GatewayTimedOutDone => (Now, page(504, "504 Gateway Time-out")),
            Self::Unavailable => (Never, page(503, "503 Service Unavailable")),
            Self::TooMany => (Never, page(429, "429 Too Many Requests")),
            Self::LoginPage => (Never, page(302, "Sign in")),
            Self::PageOk => (Never, page(200, "Welcome to nginx!")),
            Self::PageOkDone => (Now, page(200, "Welcome to nginx!")),
            Self::EmptyOk => (Never, Answer::Instead(Reply::json(200, ""))),
            Self::Closed => (Never, Answer::Right(Delivery::Nothing)),
            Self::ClosedDone => (Now, Answer::Right(Delivery::Nothing)),
            Self::CutDone => (Now, Answer::Right(Delivery::Cut)),
            Self::BrokenChunksDone => (Now, Answer::Right(Delivery::BrokenChunks)),
            Self::OtherAnswer => (Never, Answer::Instead(another_connectors())),
            Self::Stalled => (Now, Answer::Right(Delivery::Whole)),
            Self::Drops => (Now, Answer::Right(Delivery::Drops(4, weather.stall / 4))),
            Self::Fatal => (Never, error(500, "java.lang.NullPointerException")),
        }
    }
}

pub(crate) const NO_LEADER: &str =
    "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.";
pub(crate) const CONFLICT: &str = "Cannot complete request because of a conflicting operation (e.g. worker rebalance)";
const STALE: &str = "Cannot complete request momentarily due to stale configuration (typically caused by a concurrent \
                     config change)";
const EXPECTED: &str = "Request cannot be completed because a rebalance is expected";
const TOPIC: &str = "Failed to write to config topic; this may be due to a transient error and the request can be \
                     safely retried";

/// Connect's own error.
pub(crate) fn connects_own(status: u16, message: &str) -> Reply {
    Reply::json(status, json!({"error_code": status, "message": message}).to_string())
}

/// The answer to a write of somebody else.
fn another_connectors() -> Reply {
    let body = json!({"name": "somebody-elses", "config": {"name": "somebody-elses"}, "tasks": [], "type": "sink"});
    Reply::json(200, body.to_string())
}
