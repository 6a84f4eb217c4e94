//! Bugs of going back: of what was done, something stays.

use std::sync::Arc;

use connect_register::core::Write;
use connect_register::reconcile::{Call, Event, OnError, Request, State};

use super::outcomes::done;
use super::{Bug, Memory};

pub(super) const BUGS: [Bug; 4] = [
    Bug {
        policy: Some(|policy| {
            if policy.on_error == OnError::RollBack {
                policy.on_error = OnError::Stop;
            }
        }),
        ..Bug::named("never-goes-back", "what was done stays done, although another one failed")
    },
    Bug {
        requests: Some(|memory, state, _, requests| without(memory, state, requests, |it| *it == Write::Delete)),
        event: Some(pretend),
        ..Bug::named("leaves-what-it-made", "going back does not delete what was created")
    },
    Bug {
        requests: Some(|memory, state, _, requests| {
            without(memory, state, requests, |it| matches!(it, Write::State(_)))
        }),
        event: Some(pretend),
        ..Bug::named("leaves-states", "going back does not restore states")
    },
    Bug {
        requests: Some(|memory, state, _, requests| {
            without(memory, state, requests, |it| matches!(it, Write::Put(_) | Write::Patch(_)))
        }),
        event: Some(pretend),
        ..Bug::named("leaves-configurations", "going back does not restore configurations")
    },
];

/// On the way back, makes a look of a write; its answer is made up.
fn without(memory: &mut Memory, state: &State, requests: Vec<Request>, is_left: fn(&Write) -> bool) -> Vec<Request> {
    let one = |request| match request {
        Request::Call(Call::Write(name, write)) if state.is_going_back() && is_left(&write) => {
            memory.left.insert(name.clone(), write);
            Request::Call(Call::ReadConfig(name))
        }
        other => other,
    };
    requests.into_iter().map(one).collect()
}

fn pretend(memory: &mut Memory, event: Event) -> Vec<Event> {
    vec![match event {
        Event::Answered(Call::ReadConfig(name), answer) => match memory.left.remove(&name) {
            Some(write) => Event::Answered(Call::Write(name, Arc::clone(&write)), Ok(done(&write))),
            None => Event::Answered(Call::ReadConfig(name), answer),
        },
        other => other,
    }]
}
