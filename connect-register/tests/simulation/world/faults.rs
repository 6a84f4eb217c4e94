//! The ways in which a request to Connect goes wrong, and which of them mean anything for which
//! request. What they do to it is the network's business.

use std::sync::LazyLock;

/// A way in which a request goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// 409 while the group rebalances, in each of its texts.
    Rebalance,
    /// A proxy delivers a POST twice: the answer is the second one's "already exists".
    Exists,
    /// 500 with a stack trace of something that will not pass by itself.
    Fatal,
    /// 500 that says itself that it passes.
    Transient,
    /// 500 after 90 seconds, and nothing happens.
    TimedOut,
    /// 500 after 90 seconds, and the effect comes later.
    TimedOutLate,
    /// 404 of a worker whose resources are not there yet.
    Starting,
    /// 200 with a page of a proxy.
    Page,
    /// 200 with nothing in it.
    Empty,
    /// 200 whose JSON ends in the middle.
    Truncated,
    /// The connection breaks in the middle of the answer.
    BrokenChunk,
    /// Right, after 90 seconds.
    Stall,
    /// The connection is reset before the request was read.
    ResetBefore,
    /// The connection is reset after the effect.
    ResetAfter,
    /// 200 with the answer to another request.
    Foreign,
    /// The leader changes: reads show what was seconds ago, writes find no leader.
    LeaderFlip,
    /// The answer masks secrets, as another version of the worker does.
    Masked,
    /// A connector in the answer has failed with a very long trace.
    LongTrace,
    /// The answer comes byte by byte, for a minute or for longer than anybody waits.
    SlowDrip,
    /// The certificate has expired: no connection.
    TlsExpired,
    /// The name means another host: none at all, or another service with JSON errors of its own.
    DnsMoved,
    /// 302 to a page where one could sign in.
    Redirect,
    /// 502, 503 or 504 of a proxy, before the effect or after it.
    Gateway,
    /// 500 of a worker that could not forward to the leader, or could and lost the answer.
    Forward,
    /// Nothing listens.
    Refused,
    /// 401: a token has run out, for a moment.
    Denied,
}

impl Kind {
    pub(crate) const ALL: [Self; 26] = [
        Self::Rebalance,
        Self::Exists,
        Self::Fatal,
        Self::Transient,
        Self::TimedOut,
        Self::TimedOutLate,
        Self::Starting,
        Self::Page,
        Self::Empty,
        Self::Truncated,
        Self::BrokenChunk,
        Self::Stall,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::Foreign,
        Self::LeaderFlip,
        Self::Masked,
        Self::LongTrace,
        Self::SlowDrip,
        Self::TlsExpired,
        Self::DnsMoved,
        Self::Redirect,
        Self::Gateway,
        Self::Forward,
        Self::Refused,
        Self::Denied,
    ];

    /// What it is called in figures and traces.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Rebalance => "409 rebalance",
            Self::Exists => "409 exists",
            Self::Fatal => "500 fatal",
            Self::Transient => "500 transient",
            Self::TimedOut => "500 time-out",
            Self::TimedOutLate => "500 time-out that lands later",
            Self::Starting => "404 while starting",
            Self::Page => "200 with HTML",
            Self::Empty => "200 without a body",
            Self::Truncated => "truncated body",
            Self::BrokenChunk => "connection lost within the body",
            Self::Stall => "stall of 90 s",
            Self::ResetBefore => "reset before the effect",
            Self::ResetAfter => "reset after the effect",
            Self::Foreign => "answer to another request",
            Self::LeaderFlip => "leader flip with a stale read",
            Self::Masked => "masked secrets",
            Self::LongTrace => "very long trace",
            Self::SlowDrip => "slow drip",
            Self::TlsExpired => "expired certificate",
            Self::DnsMoved => "moved name",
            Self::Redirect => "redirect",
            Self::Gateway => "502, 503 or 504",
            Self::Forward => "500 on forwarding",
            Self::Refused => "connection refused",
            Self::Denied => "401",
        }
    }

    /// Whether a program that gives up after it, and says so, does right.
    pub(crate) fn may_be_given_up(self) -> bool {
        matches!(self, Self::Fatal | Self::Denied | Self::DnsMoved)
    }

    /// Whether it means anything for a request of this phase.
    pub(crate) fn is_meaningful(self, phase: Phase) -> bool {
        match self {
            Self::Exists => phase == Phase::Create,
            Self::TimedOutLate | Self::ResetAfter => phase.changes(),
            Self::Masked => matches!(phase, Phase::Observe | Phase::Check),
            Self::LongTrace => phase == Phase::Observe,
            // Their answers have no body that could be cut.
            Self::Truncated | Self::BrokenChunk | Self::SlowDrip => !matches!(phase, Phase::State | Phase::Delete),
            _ => true,
        }
    }
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Observe,
    Check,
    Version,
    Inspect,
    Write,
    Create,
    Patch,
    State,
    Delete,
    Restart,
}

impl Phase {
    pub(crate) const ALL: [Self; 10] = [
        Self::Observe,
        Self::Check,
        Self::Version,
        Self::Inspect,
        Self::Write,
        Self::Create,
        Self::Patch,
        Self::State,
        Self::Delete,
        Self::Restart,
    ];

    /// Whether a request of this phase changes the cluster.
    pub(crate) fn changes(self) -> bool {
        match self {
            Self::Observe | Self::Check | Self::Version | Self::Inspect => false,
            Self::Write | Self::Create | Self::Patch | Self::State | Self::Delete | Self::Restart => true,
        }
    }
}

/// A fault of a phase.
pub(crate) type Cell = (Kind, Phase);

/// Every fault of every phase that it means anything for.
pub(crate) static CELLS: LazyLock<Vec<Cell>> = LazyLock::new(|| {
    let of_kind = |kind: Kind| Phase::ALL.into_iter().map(move |phase| (kind, phase));
    Kind::ALL.into_iter().flat_map(of_kind).filter(|(kind, phase)| kind.is_meaningful(*phase)).collect()
});

/// The place of a cell among all of them.
pub(crate) fn number(cell: Cell) -> usize {
    CELLS.binary_search(&cell).expect("a fault that means nothing for its phase was made to happen")
}

/// The number of unordered pairs of so many things, a thing with itself included.
pub(crate) fn pairs(things: usize) -> usize {
    things * (things + 1) / 2
}

/// The two of pair number `pair`; the inverse of counting them row by row.
pub(crate) fn pair(mut pair: usize, things: usize) -> (usize, usize) {
    for first in 0..things {
        let in_row = things - first;
        if pair < in_row {
            return (first, first + pair);
        }
        pair -= in_row;
    }
    unreachable!("there are fewer pairs than that")
}

#[test]
fn pairs_are_numbered_without_a_gap() {
    let all: std::collections::BTreeSet<_> = (0..pairs(7)).map(|n| pair(n, 7)).collect();
    assert_eq!(all.len(), 28);
    assert!(all.iter().all(|(a, b)| a <= b && *b < 7));
}
