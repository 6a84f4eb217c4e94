//! One process: the product's step, fed with the answers that the product's client makes of what
//! arrives. It has no clock and no socket of its own; a planted bug sits between the step and the rest.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use connect_register::connect::transport::Request as Sent;
use connect_register::connect::{Client, Response, Transport, TransportError};
use connect_register::core::lint::UnknownKeys;
use connect_register::core::{Class, DesiredState, Fault, Redactor};
use connect_register::reconcile::driver::{GRACE, perform};
use connect_register::reconcile::{Answer, Call, Event, Note, Request, State, step};
use service::Secret;

use super::cluster::Time;
use super::laws::Law;
use super::ledger::{Id, Who};
use super::network::Network;
use super::recall::Reading;
use crate::bugs::{Bug, Memory};

/// The network, shared by everybody on it.
pub(crate) type Net = Arc<Mutex<Network>>;

/// The one way to the network.
pub(crate) fn lock(net: &Net) -> MutexGuard<'_, Network> {
    net.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What carries the client's requests over the simulated network.
struct Wire {
    who: Who,
    net: Net,
    bug: Bug,
    memory: Arc<Mutex<Memory>>,
    reading: Arc<Mutex<Reading>>,
}

/// An answer that is waited for; nobody waits any more where this is dropped before it came.
struct Waiting<'a> {
    net: &'a Net,
    id: Option<Id>,
}

impl Transport for Wire {
    fn address(&self) -> &'static str {
        "http://connect:8083"
    }

    async fn send(&self, mut request: Sent) -> Result<Response, TransportError> {
        if let Some(tamper) = self.bug.wire {
            tamper(&mut remembered(&self.memory), &mut request);
        }
        let id = lock(&self.net).post(self.who, &request);
        let waiting = Waiting { net: &self.net, id };
        let mut arrived = waiting.await;
        if let Some(tamper) = self.bug.arrival {
            tamper(&mut remembered(&self.memory), &request, &mut arrived);
        }
        if let Ok(Response { status: 200, body }) = &mut arrived
            && request.path.starts_with("/connectors?")
        {
            *remembered(&self.reading) = Reading::of(body, &lock(&self.net).readings);
        }
        arrived
    }
}

impl Future for Waiting<'_> {
    type Output = Result<Response, TransportError>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        // A process that has died waits for ever.
        let Some(id) = self.id else { return Poll::Pending };
        let Some(arrived) = lock(self.net).take(id) else { return Poll::Pending };
        self.id = None;
        Poll::Ready(arrived)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            lock(self.net).abandoned(id);
        }
    }
}

fn remembered<T>(memory: &Mutex<T>) -> MutexGuard<'_, T> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

type Answering = Pin<Box<dyn Future<Output = Result<Answer, Fault>> + Send>>;

/// A call under way.
struct UnderWay {
    call: Call,
    answering: Answering,
    /// When it is waited for no longer.
    limit: Option<Time>,
}

/// A process.
pub(crate) struct Process {
    pub(crate) who: Who,
    pub(crate) began: Time,
    /// Absent only within a step.
    state: Option<State>,
    pub(crate) wake: Option<Time>,
    net: Net,
    client: Arc<Client<Wire>>,
    bug: Bug,
    memory: Arc<Mutex<Memory>>,
    reading: Arc<Mutex<Reading>>,
    under_way: Vec<UnderWay>,
    parallel: usize,
}

impl Process {
    pub(crate) fn new(who: Who, net: &Net, state: State, parallel: usize, bug: Bug) -> Self {
        let memory = Arc::new(Mutex::new(Memory::default()));
        let reading = Arc::default();
        let wire = Wire { who, net: net.clone(), bug, memory: memory.clone(), reading: Arc::clone(&reading) };
        let redactor = Redactor::new([Secret::new("before"), Secret::new("after")]);
        let began = lock(net).now;
        Self {
            who,
            began,
            state: Some(state),
            wake: None,
            net: net.clone(),
            client: Arc::new(Client::new(wire, redactor)),
            bug,
            memory,
            reading,
            under_way: Vec::new(),
            parallel,
        }
    }

    pub(crate) fn state(&self) -> &State {
        self.state.as_ref().expect("a state is away only within a step")
    }

    /// Whether there is nothing more to do.
    pub(crate) fn has_ended(&self) -> bool {
        self.state().ending.is_some() && self.under_way.is_empty()
    }

    /// Whether nothing will ever happen to it.
    pub(crate) fn sleeps_for_ever(&self) -> bool {
        self.under_way.is_empty() && self.wake.is_none() && self.state().ending.is_none()
    }

    /// When it wakes, or gives a call up.
    pub(crate) fn next_at(&self) -> Option<Time> {
        let limit = self.under_way.iter().filter_map(|under_way| under_way.limit).min();
        // As in the product, it wakes only when no call is under way.
        let wake = self.wake.filter(|_| self.under_way.is_empty());
        [limit, wake].into_iter().flatten().min()
    }

    /// It begins.
    pub(crate) fn begin(&mut self) {
        self.feed(Event::Begin);
    }

    /// Its time has come: a call is given up, or it wakes.
    pub(crate) fn tick(&mut self) {
        let now = lock(&self.net).now;
        if let Some(place) = self.under_way.iter().position(|it| it.limit.is_some_and(|limit| limit <= now)) {
            let call = self.under_way.remove(place).call;
            let class = if call.is_write() { Class::Ambiguous } else { Class::Transient };
            let fault = Fault { class, request: "x".to_owned(), status: None, message: "no answer".to_owned() };
            self.answered(call, Err(fault));
        } else if self.under_way.is_empty() && self.wake.take_if(|wake| *wake <= now).is_some() {
            self.feed(Event::Woken);
        }
    }

    /// Something has arrived for it.
    pub(crate) fn poll(&mut self) {
        let mut place = 0;
        while place < self.under_way.len() {
            let context = &mut Context::from_waker(Waker::noop());
            match self.under_way[place].answering.as_mut().poll(context) {
                Poll::Pending => place += 1,
                Poll::Ready(answer) => {
                    let call = self.under_way.remove(place).call;
                    self.answered(call, answer);
                    place = 0;
                }
            }
        }
    }

    fn answered(&mut self, call: Call, answer: Result<Answer, Fault>) {
        if let Some(again) = self.bug.again
            && again(&call, &answer)
        {
            return self.start(call);
        }
        self.witness(&call, &answer);
        let event = Event::Answered(call, answer);
        let event = match self.bug.event {
            Some(tamper) => tamper(&mut remembered(&self.memory), event),
            None => vec![event],
        };
        for event in event {
            self.feed(event);
        }
    }

    /// Those who watch over restarts see what the process sees, before any bug is between.
    fn witness(&self, call: &Call, answer: &Result<Answer, Fault>) {
        let Network { ledger, now, .. } = &mut *lock(&self.net);
        match (call, answer) {
            (Call::Observe, Ok(Answer::Observed(observation))) => {
                let declared = &ledger.expectation.declared;
                let runs = |state: Option<DesiredState>| matches!(state, None | Some(DesiredState::Running));
                let is_ours = |name: &str| declared.get(name).is_some_and(|declared| runs(declared.state));
                ledger.ward.sees(self.who, *now, observation, is_ours);
            }
            (Call::Restart(name, of), answer) => ledger.ward.told(self.who, *now, name.as_str(), *of, answer),
            _ => {}
        }
    }

    fn feed(&mut self, event: Event) {
        let Some(state) = self.state.take() else { return };
        let now = lock(&self.net).now;
        let since = now.saturating_sub(self.began);
        let since = self.bug.clock.map_or(since, |clock| clock(since));
        let (state, requests) = step(state, since, event);
        let requests = match self.bug.requests {
            Some(tamper) => tamper(&mut remembered(&self.memory), &state, since, requests),
            None => requests,
        };
        self.state = Some(state);
        for request in requests {
            match request {
                Request::Tell(note) => self.tell(&note),
                Request::Wake(at) => self.wake = Some(self.began + at),
                Request::Call(call) => self.start(call),
            }
        }
    }

    fn start(&mut self, call: Call) {
        {
            let Network { ledger, now, .. } = &mut *lock(&self.net);
            match &call {
                Call::Observe => ledger.ward.asks(self.who, *now),
                Call::Restart(name, of) => {
                    for how in ledger.ward.sends(self.who, *now, name.as_str(), *of) {
                        ledger.breaks(Law::Healing, how);
                    }
                }
                _ => {}
            }
        }
        let (client, asked) = (self.client.clone(), call.clone());
        let (net, reading) = (self.net.clone(), self.reading.clone());
        let answering = Box::pin(async move {
            let answer = perform(&*client, &asked, UnknownKeys::Refuse).await;
            let reading = std::mem::take(&mut *remembered(&reading));
            reading.read(answer, &mut lock(&net).readings)
        });
        let limit = self.state().deadline().map(|deadline| self.began.saturating_add(deadline).saturating_add(GRACE));
        self.under_way.push(UnderWay { call, answering, limit });
        if self.under_way.len() > self.parallel {
            lock(&self.net).ledger.breaks(Law::Parallel, format!("{} calls at once", self.under_way.len()));
        }
        // It is sent at once; nothing can have arrived for it yet.
        let context = &mut Context::from_waker(Waker::noop());
        if let Some(last) = self.under_way.last_mut() {
            let is_answered = last.answering.as_mut().poll(context).is_ready();
            assert!(!is_answered, "a call was answered before it was sent");
        }
    }

    fn tell(&self, note: &Note) {
        let who = self.who;
        lock(&self.net).note(|| match note {
            Note::Observed(observation) => format!("#{who}   sees {} connectors", observation.len()),
            Note::Unobserved(fault, _) => format!("#{who}   sees nothing: {}", fault.class.as_str()),
            Note::Differs(name, difference) => format!("#{who}   {name} differs: {}", difference.word()),
            Note::Wrote(name, effect) => format!("#{who}   {name} {}", effect.word()),
            Note::Asked(name, state) => format!("#{who}   {name} was asked to be {state}"),
            Note::Landed(name) => format!("#{who}   {name}: it has had its effect after all"),
            Note::Failed(name, fault) => format!("#{who}   {name}: {}", fault.class.as_str()),
            Note::Rejected(name, rejection) => format!("#{who}   {name} rejected: {rejection:?}"),
            Note::Unchecked(name, _) => format!("#{who}   {name} could not be checked"),
            Note::Restarted(name, of, count) => format!("#{who}   {name} restarted, {of:?} {count}"),
            Note::Troubled(name, trouble) => format!("#{who}   {name} {trouble}"),
            Note::Untroubled(name) => format!("#{who}   {name} is not left alone any more"),
            Note::Breaker(breaker) => format!("#{who}   {breaker:?}"),
            Note::RollingBack(_) => format!("#{who}   takes all back"),
            Note::RoundOver { differing, .. } => format!("#{who}   round over, {} differ", differing.len()),
        });
    }
}
