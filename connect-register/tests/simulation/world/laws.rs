//! The laws that every run keeps, whatever goes wrong in it. Each is one sentence; what breaks one
//! names it.

use std::fmt;

/// A law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Law {
    Converges,
    Quiet,
    Once,
    Patience,
    Mask,
    Ours,
    Content,
    Restarts,
    Healing,
    Atomic,
    InTime,
    Alive,
    Parallel,
    Honest,
    Stubborn,
    Idle,
    Pace,
    Order,
}

impl Law {
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Converges => "the end is what is declared",
            Self::Quiet => "nothing is written once all is as declared",
            Self::Once => "an effect beyond those needed comes only of an outcome that was ambiguous and late",
            Self::Patience => "a write whose outcome is unknown is not sent again before the settle window is over",
            Self::Mask => "a mask is never written",
            Self::Ours => "nothing that is not managed is touched",
            Self::Content => "only what is declared is written, and keys that are left to others stay",
            Self::Restarts => "nothing that runs is restarted",
            Self::Healing => {
                "restarts keep the schedule and the limit, one at a time where most fail, and what waits is left alone"
            }
            Self::Atomic => "an atomic apply leaves all as declared or all as before",
            Self::InTime => "an apply ends by its deadline, and sends nothing after it",
            Self::Alive => "it never sleeps for ever",
            Self::Parallel => "no more calls are under way than it was allowed",
            Self::Honest => "what is told to be done is done, and nothing that passes is given up",
            Self::Stubborn => "what the worker refuses for good is not sent again by the same apply",
            Self::Idle => "what is declared not to run is not made running",
            Self::Pace => "a worker that is in trouble is asked in moderation",
            Self::Order => "nothing is deleted before all else is done",
        }
    }
}

/// A law that was broken, and how.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Broken {
    pub(crate) law: Law,
    pub(crate) how: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({}): {}", self.law, self.law.sentence(), self.how)
    }
}
