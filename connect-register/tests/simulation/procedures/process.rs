//! One process: the product's step and client, driven in virtual time. A planted bug sits between the two.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use connect_register::connect::Client;
use connect_register::core::{ConnectorName, Fault, Redactor};
use connect_register::operate::call::{Answer, Call, Kept};
use connect_register::operate::driver::perform;
use connect_register::operate::{Clusters, Event, Keeper, Note, Procedure, Request, Side, step};
use service::Failure;

use super::bugs::{Bug, Memory};
use super::world::{Shared, Wire, lock};

/// The disk, which outlives a process.
struct Disk(Shared);

impl Keeper for Disk {
    fn keep(&self, _: &ConnectorName, kept: &Kept) -> Result<(), Failure> {
        let mut world = lock(&self.0);
        // Where it goes on with what another process has begun, the state is that of before.
        let state = world.disk.as_ref().and_then(|before| before.state).filter(|_| world.goes_on).or(kept.state);
        world.note(|| format!("keeps {state:?} {}", kept.offsets.to_json()));
        world.disk = Some(Kept { state, ..kept.clone() });
        Ok(())
    }
}

/// Runs a procedure to its outcome; `None` where the process dies.
pub(crate) fn play(world: &Shared, mut procedure: Procedure, bug: Bug) -> Option<Procedure> {
    let client = |side| Client::new(Wire { side, world: world.clone() }, Redactor::default());
    let (here, there) = (client(Side::Here), client(Side::There));
    let (clusters, disk) = (Clusters { here: &here, there: &there }, Disk(world.clone()));
    let (began, mut event, mut memory) = (lock(world).now, Event::Begin, Memory::default());
    loop {
        let now = lock(world).now.saturating_sub(began);
        let requests;
        (procedure, requests) = step(procedure, now, event);
        if procedure.outcome.is_some() {
            return Some(procedure);
        }
        let mut next = None;
        for request in requests {
            match request {
                Request::Tell(Note::Waiting(_)) => {}
                Request::Tell(note) => lock(world).note(|| format!("  {note:?}")),
                Request::Wake(at) => {
                    let mut world = lock(world);
                    let at = (began + at).max(world.now);
                    world.pass(at);
                    next = Some(Event::Woken);
                }
                Request::Call(call) => {
                    let answer = make(&clusters, &disk, &procedure, &call, bug, &mut memory)?;
                    next = Some(Event::Answered(answer));
                }
            }
        }
        event = next.expect("it sleeps for ever");
    }
}

fn make(
    clusters: &Clusters<'_, Client<Wire>>,
    disk: &Disk,
    procedure: &Procedure,
    call: &Call,
    bug: Bug,
    memory: &mut Memory,
) -> Option<Result<Answer, Fault>> {
    if let Some(answer) = bug.before.and_then(|before| before(call, procedure.is_going_back())) {
        return Some(answer);
    }
    let mut answer = once(perform(clusters, disk, &procedure.name, call))?;
    if bug.twice.is_some_and(|twice| twice(&call.what)) {
        answer = once(perform(clusters, disk, &procedure.name, call))?;
    }
    if let Some(after) = bug.after {
        after(memory, call, &mut answer);
    }
    Some(answer)
}

/// The world answers at once, or never.
fn once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}
