//! The loop that drives a procedure over real clusters and a real clock. It decides nothing.

use service::{Failure, Shutdown};
use tokio::time::{Instant, sleep_until, timeout};

use super::access::Operator;
use super::aim::Scope;
use super::call::{Answer, Call, Event, Kept, Note, Request, Side, What};
use super::procedure::Procedure;
use super::step::step;
use crate::core::{Class, ConnectorName, DesiredState, Fault};
use crate::reconcile::driver::GRACE;

/// The cluster that a connector is on, and the one that it moves to.
#[derive(Debug)]
pub struct Clusters<'a, C> {
    /// Where it is.
    pub here: &'a C,
    /// Where it moves to; the same one where it stays.
    pub there: &'a C,
}

impl<'a, C> Clusters<'a, C> {
    /// It stays where it is.
    pub fn one(here: &'a C) -> Self {
        Self { here, there: here }
    }
}

/// Keeps what leads back.
pub trait Keeper: Sync {
    /// Keeps it so that it outlives this program.
    ///
    /// # Errors
    /// Why it could not.
    fn keep(&self, name: &ConnectorName, kept: &Kept) -> Result<(), Failure>;
}

/// Who changes no offsets keeps nothing.
impl Keeper for () {
    fn keep(&self, _: &ConnectorName, _: &Kept) -> Result<(), Failure> {
        Ok(())
    }
}

/// Drives it to its outcome. Where a shutdown is asked for, what is under way is waited for and what was
/// done is taken back.
pub async fn drive<C: Operator>(
    clusters: &Clusters<'_, C>,
    keeper: &impl Keeper,
    mut procedure: Procedure,
    shutdown: &Shutdown,
    mut on_note: impl FnMut(&Note),
) -> Procedure {
    let began = Instant::now();
    let (mut event, mut is_stopping) = (Event::Begin, false);
    loop {
        let requests;
        (procedure, requests) = step(procedure, began.elapsed(), event);
        if procedure.outcome.is_none() && !is_stopping && shutdown.is_asked() {
            (event, is_stopping) = (Event::Stop, true);
            continue;
        }
        let (mut call, mut wake) = (None, None);
        for request in requests {
            match request {
                Request::Tell(note) => on_note(&note),
                Request::Call(asked) => call = Some(asked),
                Request::Wake(at) => wake = Some(began + at),
            }
        }
        event = match (call, wake) {
            (Some(call), _) => {
                let limit = (began + procedure.deadline() + GRACE).saturating_duration_since(Instant::now());
                let answer = timeout(limit, perform(clusters, keeper, &procedure.name, &call)).await;
                Event::Answered(answer.unwrap_or_else(|_| Err(unanswered(&call))))
            }
            (None, Some(at)) => {
                tokio::select! {
                    () = sleep_until(at) => {}
                    () = shutdown.asked(), if !is_stopping => {}
                }
                Event::Woken
            }
            (None, None) => return procedure,
        };
    }
}

/// There was no time left for an answer: of a write nobody knows what it did.
fn unanswered(call: &Call) -> Fault {
    let class = if call.what.is_write() { Class::Ambiguous } else { Class::Transient };
    let message = "no answer within --timeout".to_owned();
    Fault { class, request: "asking the worker".to_owned(), status: None, message }
}

/// Makes one call.
///
/// # Errors
/// What went wrong with it, classed.
pub async fn perform<C: Operator>(
    clusters: &Clusters<'_, C>,
    keeper: &impl Keeper,
    name: &ConnectorName,
    Call { side, what }: &Call,
) -> Result<Answer, Fault> {
    let cluster = match side {
        Side::Here => clusters.here,
        Side::There => clusters.there,
    };
    match what {
        What::Status => cluster.status(name).await.map(Answer::Status),
        What::Config => cluster.config(name).await.map(Answer::Config),
        What::Offsets => cluster.offsets(name).await.map(Answer::Offsets),
        What::Keep(kept) => keeper.keep(name, kept).map(|()| Answer::Done).map_err(|failure| unkept(&failure)),
        What::Ask(state) => cluster.set_state(name, *state).await.map(|()| Answer::Done),
        What::Restart(Scope::Part(part)) => cluster.restart(name, *part).await.map(|()| Answer::Done),
        What::Restart(Scope::Tasks(tasks)) => cluster.restart_tasks(name, tasks).await.map(|()| Answer::Done),
        What::Create(payload) => cluster.create(name, payload, DesiredState::Stopped).await.map(|_| Answer::Done),
        What::Alter(moves) => cluster.alter_offsets(name, moves).await.map(|()| Answer::Done),
        What::Clear => cluster.clear_offsets(name).await.map(|()| Answer::Done),
        What::Delete => cluster.delete(name).await.map(|()| Answer::Done),
    }
}

fn unkept(failure: &Failure) -> Fault {
    let message = service::failure::tell(&anyhow::Error::msg(failure.to_string()));
    Fault { class: Class::Fatal, request: "keeping the offsets".to_owned(), status: None, message }
}
