//! The way of one request through a fault: whether and when it has its effect, when it is answered,
//! and what becomes of the answer.

use std::time::Duration;

use connect_register::connect::transport::Broken;
use connect_register::connect::{Response, TransportError};

use super::answers;
use super::cluster::Time;
use super::faults::{Kind, Phase};
use super::random::Random;

/// How long Connect works on a request before it says that it timed out.
const NINETY: Duration = Duration::from_secs(90);
/// How late an effect comes after that.
const LATEST: Duration = Duration::from_secs(20);

/// The way of one request.
#[derive(Clone, Debug)]
pub(crate) struct Journey {
    /// When the cluster does what is asked for, after it was sent; never, where absent.
    pub(crate) done_after: Option<Duration>,
    /// When the answer is there, after it was sent.
    pub(crate) told_after: Duration,
    pub(crate) twist: Twist,
}

/// What becomes of the answer.
#[derive(Clone, Debug)]
pub(crate) enum Twist {
    /// It arrives as it is.
    None,
    /// Another one arrives.
    Other(Response),
    /// Half of its body arrives as if that were all.
    Half,
    /// The network says this.
    Broken(Broken, &'static str),
}

impl Journey {
    /// The way of a request with a fault, or with none.
    pub(crate) fn of(kind: Option<Kind>, phase: Phase, random: &mut Random) -> Self {
        let (there, back) = (latency(random), latency(random));
        let soon = there + back;
        let is_done = random.percent(50);
        let done = |done: bool| done.then_some(there);
        let told = |done_after, twist| Self { done_after, told_after: soon, twist };
        let other = |status, message: &str| Twist::Other(answers::error(status, message));
        let cut = Twist::Broken(Broken::Cut, "connection reset by peer");
        let Some(kind) = kind else { return told(Some(there), Twist::None) };
        match kind {
            Kind::Rebalance => {
                let (status, message) = *random.pick(&REBALANCES);
                told(None, other(status, message))
            }
            Kind::Exists => told(Some(there), other(409, "Connector c already exists")),
            Kind::Fatal => told(None, other(500, "java.lang.NullPointerException")),
            Kind::Transient => told(None, other(500, random.pick::<&str>(&TRANSIENTS))),
            Kind::TimedOut => Self { told_after: NINETY, ..told(None, other(500, TIMED_OUT)) },
            Kind::TimedOutLate => Self {
                done_after: Some(NINETY + random.between(Duration::from_millis(1), LATEST)),
                told_after: NINETY,
                twist: other(500, TIMED_OUT),
            },
            Kind::Starting => told(None, Twist::Other(answers::page(404, "Error 404 Not Found"))),
            Kind::Page => told(done(is_done), Twist::Other(answers::page(200, "Welcome"))),
            Kind::Empty => told(done(is_done), Twist::Other(Response { status: 200, body: Vec::new() })),
            Kind::Truncated => told(Some(there), Twist::Half),
            Kind::BrokenChunk | Kind::ResetAfter => told(Some(there), cut),
            Kind::Stall => {
                let done_after = if is_done { there } else { NINETY };
                Self { done_after: Some(done_after), told_after: NINETY + back, twist: Twist::None }
            }
            Kind::ResetBefore => told(None, cut),
            Kind::Foreign => told(done(is_done), Twist::Other(foreign(phase))),
            Kind::LeaderFlip if phase.changes() => told(None, other(409, REBALANCES[0].1)),
            Kind::LeaderFlip | Kind::Masked | Kind::LongTrace => told(Some(there), Twist::None),
            Kind::SlowDrip => {
                let told_after = if is_done { Duration::from_mins(1) } else { Duration::from_hours(1) };
                Self { done_after: Some(there), told_after, twist: Twist::None }
            }
            Kind::TlsExpired => told(None, Twist::Broken(Broken::Connect, "invalid peer certificate: Expired")),
            Kind::Refused => told(None, Twist::Broken(Broken::Connect, "Connection refused")),
            Kind::DnsMoved => match random.below(3) {
                0 => told(None, Twist::Broken(Broken::Connect, "failed to lookup address information")),
                // A schema registry and a REST proxy use the form of Connect's own errors.
                1 => told(None, other(404, "HTTP 404 Not Found")),
                _ => told(None, Twist::Other(Response { status: 404, body: NO_ROUTE.into() })),
            },
            Kind::Redirect => told(None, Twist::Other(answers::page(302, "Found"))),
            Kind::Gateway => {
                let (status, title) = *random.pick(&GATEWAYS);
                told(done(is_done && status != 503), Twist::Other(answers::page(status, title)))
            }
            Kind::Forward => told(done(is_done), other(500, FORWARD)),
            Kind::Denied => told(None, Twist::Other(answers::page(401, "Unauthorized"))),
        }
    }

    /// What arrives where the cluster has answered this, or nothing.
    pub(crate) fn arriving(&self, real: Option<Response>) -> Result<Response, TransportError> {
        match (&self.twist, real) {
            (Twist::Other(other), _) => Ok(other.clone()),
            (Twist::Broken(kind, message), _) => Err(TransportError { kind: *kind, message: (*message).to_owned() }),
            (Twist::Half, Some(mut real)) => {
                real.body.truncate(real.body.len() / 2);
                Ok(real)
            }
            (Twist::None, Some(real)) => Ok(real),
            (Twist::None | Twist::Half, None) => unreachable!("a request that was not done has no answer"),
        }
    }

    /// Whether it has its effect after its sender was told.
    pub(crate) fn is_late(&self) -> bool {
        self.done_after.is_some_and(|done: Time| done > self.told_after)
    }
}

/// One way of a request, or of its answer.
pub(crate) fn latency(random: &mut Random) -> Duration {
    random.between(Duration::from_millis(1), Duration::from_millis(80))
}

/// Right in its form, and the answer to another request.
fn foreign(phase: Phase) -> Response {
    match phase {
        Phase::Observe | Phase::Version => {
            answers::json(200, &serde_json::json!({"name": "another", "connector.class": "x.Sink"}))
        }
        Phase::Check => answers::json(200, &serde_json::json!({"name": "another", "connector.class": "x.Source"})),
        Phase::Write | Phase::Create | Phase::Patch => {
            answers::json(200, &serde_json::json!({"name": "another", "config": {}, "tasks": [], "type": "sink"}))
        }
        Phase::Inspect | Phase::State | Phase::Delete | Phase::Restart => {
            answers::json(200, &serde_json::json!(["another"]))
        }
    }
}

const REBALANCES: [(u16, &str); 5] = [
    (409, "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway."),
    (409, "Cannot complete request because of a conflicting operation (e.g. worker rebalance)"),
    (
        409,
        "Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)",
    ),
    (500, "Request cannot be completed because a rebalance is expected"),
    (409, "Cannot complete request due to a conflicting operation (e.g. worker rebalance)"),
];
const TRANSIENTS: [&str; 2] = [
    "Failed to write to config topic; this may be due to a transient error and the request can be safely retried",
    "Worker is shutting down",
];
const GATEWAYS: [(u16, &str); 3] = [(502, "Bad Gateway"), (503, "Service Unavailable"), (504, "Gateway Time-out")];
const TIMED_OUT: &str = "Request timed out. The worker is currently flushing updates to the status topic";
const FORWARD: &str = "IO Error trying to forward REST request: java.net.ConnectException: Connection refused";
const NO_ROUTE: &str = r#"{"message":"no Route matched with those values"}"#;
