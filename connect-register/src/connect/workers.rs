//! Which of several workers is asked: the one that answered last, and the others in turn where it
//! cannot be reached or is only starting. Nothing is sent here.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::classify::{Purpose, is_shutting_down, is_stalled};
use super::transport::{Broken, Response, TransportError};

/// What an outcome says of the worker that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does its work: it is asked the next time as well.
    Stay,
    /// It may be ill: the next request goes to another worker. This one may have been done, or its
    /// time is over.
    Leave,
    /// Nothing was done: this very request goes to another worker.
    PassOn,
}

/// Judges a worker by an outcome. `message` is that of Connect's own error JSON. A request that writes
/// is passed on only where it is certain that nothing was done: what is in doubt is looked at before it
/// is sent again.
pub fn judge(purpose: Purpose, outcome: Result<&Response, &TransportError>, message: Option<&str>) -> Verdict {
    let in_doubt = if purpose.only_reads() { Verdict::PassOn } else { Verdict::Leave };
    let status = match outcome {
        Err(TransportError { kind, .. }) => {
            return match kind {
                Broken::Connect | Broken::Tls => Verdict::PassOn,
                Broken::Cut => in_doubt,
                // Another worker would get no time of its own.
                Broken::Timeout => Verdict::Leave,
                Broken::TooLong => Verdict::Stay,
            };
        }
        Ok(response) => response.status,
    };
    match (status, message) {
        // Its server is up, and has no resources yet.
        (404, None) => Verdict::PassOn,
        (500, Some(message)) if is_shutting_down(message) => Verdict::PassOn,
        (500, Some(message)) if is_stalled(message) => Verdict::Leave,
        (502..=504, _) => in_doubt,
        _ => Verdict::Stay,
    }
}

/// Whose turn it is.
#[derive(Debug, Default)]
pub struct Turn(AtomicUsize);

impl Turn {
    /// The worker that is asked first.
    pub fn first(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// All of `count` workers, in the order in which a request goes to them.
    pub fn order(&self, count: usize) -> impl Iterator<Item = usize> + use<> {
        let first = self.first();
        (0..count).map(move |n| (first + n) % count)
    }

    /// This worker does its work.
    pub fn stay(&self, worker: usize) {
        self.0.store(worker, Ordering::Relaxed);
    }

    /// This worker, of `count`, does not: it is the next one's turn, unless another request has found
    /// that out before.
    pub fn leave(&self, worker: usize, count: usize) {
        let next = (worker + 1) % count;
        // Where it fails it is another worker's turn already.
        let _ = self.0.compare_exchange(worker, next, Ordering::Relaxed, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Purpose::{Delete, Read, ReadBack, Write};
    use Verdict::{Leave, PassOn, Stay};

    #[test]
    fn a_write_is_passed_on_only_where_nothing_was_done() {
        let stage = "Request timed out. The worker is currently polling the group coordinator, which began at x.";
        let table = [
            (Err(Broken::Connect), None, PassOn, PassOn),
            (Err(Broken::Tls), None, PassOn, PassOn),
            (Err(Broken::Cut), None, PassOn, Leave),
            (Err(Broken::Timeout), None, Leave, Leave),
            (Err(Broken::TooLong), None, Stay, Stay),
            (Ok(404), None, PassOn, PassOn),
            (Ok(500), Some("Worker is shutting down"), PassOn, PassOn),
            (Ok(502), None, PassOn, Leave),
            (Ok(503), None, PassOn, Leave),
            (Ok(504), Some("x"), PassOn, Leave),
            (Ok(500), Some("Request timed out"), Leave, Leave),
            (Ok(500), Some(stage), Leave, Leave),
            (Ok(404), Some("Connector a not found"), Stay, Stay),
            (Ok(409), Some("Connector a already exists"), Stay, Stay),
            (Ok(500), Some("IO Error trying to forward REST request: x"), Stay, Stay),
            (Ok(401), None, Stay, Stay),
            (Ok(200), None, Stay, Stay),
        ];
        for (outcome, message, of_reads, of_writes) in table {
            let response = outcome.map(|status| Response { status, body: Vec::new() });
            let response = response.map_err(|kind| TransportError { kind, message: String::new() });
            for (purpose, verdict) in [(Read, of_reads), (ReadBack, of_reads), (Write, of_writes), (Delete, of_writes)]
            {
                assert_eq!(judge(purpose, response.as_ref(), message), verdict, "{purpose:?} {outcome:?} {message:?}");
            }
        }
    }

    #[test]
    fn the_worker_that_answered_last_is_asked_first_and_then_the_others() {
        let turn = Turn::default();
        assert_eq!(turn.order(3).collect::<Vec<_>>(), [0, 1, 2]);
        turn.leave(0, 3);
        turn.leave(0, 3);
        assert_eq!(turn.order(3).collect::<Vec<_>>(), [1, 2, 0], "two requests that found out the same are one step");
        turn.stay(2);
        assert_eq!(turn.order(3).collect::<Vec<_>>(), [2, 0, 1]);
        turn.leave(2, 3);
        assert_eq!(turn.first(), 0);
        let alone = Turn::default();
        alone.leave(0, 1);
        assert_eq!(alone.order(1).collect::<Vec<_>>(), [0]);
    }
}
