//! The loop that drives the step over a real cluster and a real clock: it makes the calls that the
//! step asks for, and hands in their answers as they come. It decides nothing.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use service::Shutdown;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::access::{ConnectReader, ConnectWriter, Effect};
use super::inspect::inspect;
use super::request::{Answer, Call, Event, Note, Request};
use super::state::State;
use super::step::step;
use crate::core::lint::UnknownKeys;
use crate::core::{Class, Fault, Write};

/// A call that is under way at the deadline gets this much longer, so that its outcome is known.
pub const GRACE: Duration = Duration::from_secs(2);

/// Reconciles until the state has an ending or a shutdown is asked for.
pub async fn drive<C: ConnectReader + ConnectWriter>(
    connect: &C,
    state: State,
    unknown_keys: UnknownKeys,
    shutdown: &Shutdown,
    on_note: impl FnMut(&Note, &State),
) -> State {
    // There is no news from a channel that is closed.
    let (_, none) = mpsc::channel(1);
    drive_with(connect, state, unknown_keys, none, shutdown, on_note).await
}

/// The same, with events from elsewhere.
pub async fn drive_with<C: ConnectReader + ConnectWriter>(
    connect: &C,
    mut state: State,
    unknown_keys: UnknownKeys,
    mut news: mpsc::Receiver<Event>,
    shutdown: &Shutdown,
    mut on_note: impl FnMut(&Note, &State),
) -> State {
    let began = Instant::now();
    let mut event = Event::Begin;
    let mut under_way = FuturesUnordered::new();
    let mut wake = None;
    loop {
        let requests;
        (state, requests) = step(state, began.elapsed(), event);
        for request in requests {
            match request {
                Request::Tell(note) => on_note(&note, &state),
                Request::Wake(at) => wake = Some(began + at),
                Request::Call(call) => {
                    let limit = state.deadline().map(|deadline| (began + deadline + GRACE) - Instant::now());
                    under_way.push(async move {
                        let answer = within(limit, &call, perform(connect, &call, unknown_keys)).await;
                        Event::Answered(call, answer)
                    });
                }
            }
        }
        let happened = async {
            if let Some(event) = under_way.next().await {
                return Some(event);
            }
            sleep_until(wake?).await;
            Some(Event::Woken)
        };
        event = tokio::select! {
            biased;
            () = shutdown.asked() => return state,
            Some(event) = news.recv() => event,
            happened = happened => match happened {
                Some(event) => {
                    // It has rung, or is to be set anew by what follows from the answer.
                    wake = None;
                    event
                }
                None => return state,
            },
        };
    }
}

/// A call that takes longer than there is time: of a write nobody knows what it did.
async fn within(
    limit: Option<Duration>,
    call: &Call,
    answer: impl Future<Output = Result<Answer, Fault>>,
) -> Result<Answer, Fault> {
    let Some(limit) = limit else { return answer.await };
    timeout(limit, answer).await.unwrap_or_else(|_| {
        let class = if call.is_write() { Class::Ambiguous } else { Class::Transient };
        let message = "no answer within --timeout".to_owned();
        Err(Fault { class, request: name(call).to_owned(), status: None, message })
    })
}

fn name(call: &Call) -> &'static str {
    match call {
        Call::Observe => "reading all connectors",
        Call::ReadConfig(_) => "reading a configuration",
        Call::Inspect(_) => "validating a configuration",
        Call::Worker => "asking the worker for its version",
        Call::Write(..) => "changing a connector",
        Call::Restart(..) => "restarting a connector",
    }
}

/// Makes one call.
///
/// # Errors
/// What went wrong with it, classed.
pub async fn perform<C: ConnectReader + ConnectWriter>(
    connect: &C,
    call: &Call,
    unknown_keys: UnknownKeys,
) -> Result<Answer, Fault> {
    match call {
        Call::Observe => connect.observe().await.map(|observation| Answer::Observed(Arc::new(observation))),
        Call::ReadConfig(name) => connect.config(name).await.map(Answer::Config),
        Call::Inspect(spec) => inspect(connect, spec, unknown_keys).await.map(Answer::Inspected),
        Call::Worker => connect.worker().await.map(Answer::Worker),
        Call::Write(name, write) => match &**write {
            Write::Put(payload) => connect.put_config(name, payload).await.map(Answer::Written),
            Write::Create(payload, state) => connect.create(name, payload, *state).await.map(Answer::Written),
            Write::Patch(patch) => connect.patch_config(name, patch).await.map(Answer::Written),
            Write::State(state) => connect.set_state(name, *state).await.map(|()| Answer::StateAsked),
            Write::Delete => connect.delete(name).await.map(|()| Answer::Written(Effect::Deleted)),
        },
        Call::Restart(name, part) => connect.restart(name, *part).await.map(|()| Answer::Restarted),
    }
}
