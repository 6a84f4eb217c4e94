//! Bugs of writing: what is sent is not what was meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use connect_register::connect::Method;
use connect_register::connect::transport::Request as Sent;
use connect_register::core::{Entry, Spec, Value, Write, applied};
use connect_register::reconcile::{Call, Request, State};

use super::{Bug, Memory};
use crate::world::answers::MASK;
use crate::world::ledger::Who;

pub(super) const BUGS: [Bug; 7] = [
    Bug {
        wire: Some(|_, request| config(request, mask)),
        ..Bug::named("mask-written-back", "what was read, masks and all, is saved again")
    },
    Bug {
        wire: Some(|_, request| config(request, |config| drop(config.remove(applied::KEY)))),
        ..Bug::named("forgets-to-remember", "what was applied is not remembered beside it")
    },
    Bug {
        requests: Some(|_, _, _, requests| each_write(requests, put_for_patch)),
        ..Bug::named("put-for-patch", "a PUT replaces what a PATCH would have kept")
    },
    Bug {
        requests: Some(|_, _, _, requests| each_write(requests, put_for_create)),
        ..Bug::named("created-running", "what is declared to be paused or stopped is created to run")
    },
    Bug {
        requests: Some(deletes_first),
        ..Bug::named("deletes-first", "what is declared no more is deleted before the rest is done")
    },
    Bug { spec: Some(stamped), ..Bug::named("stamps", "each process writes a stamp of its own: two of them fight") },
    Bug {
        requests: Some(|_, _, _, requests| requests.into_iter().flat_map(twice).collect()),
        ..Bug::named("sends-twice", "each write is sent by two tasks at once")
    },
];

/// Changes the body of a write of a whole configuration.
fn config(request: &mut Sent, change: fn(&mut BTreeMap<String, String>)) {
    if request.method != Method::Put || request.path.ends_with("/validate") {
        return;
    }
    let body = request.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
    let Some(mut body) = body else { return };
    change(&mut body);
    request.body = serde_json::to_vec(&body).ok();
}

fn mask(config: &mut BTreeMap<String, String>) {
    for (_, value) in config.iter_mut().filter(|(key, _)| key.ends_with("password")) {
        MASK.clone_into(value);
    }
}

fn each_write(requests: Vec<Request>, change: fn(&Write) -> Option<Write>) -> Vec<Request> {
    let one = |request| match request {
        Request::Call(Call::Write(name, write)) => {
            let write = change(&write).map_or(write, Arc::new);
            Request::Call(Call::Write(name, write))
        }
        other => other,
    };
    requests.into_iter().map(one).collect()
}

fn put_for_patch(write: &Write) -> Option<Write> {
    let Write::Patch(patch) = write else { return None };
    let config = patch.expose().iter().filter_map(|(key, value)| Some((key.clone(), value.clone()?)));
    connect_register::core::Payload::new(config.collect()).ok().map(Write::Put)
}

fn put_for_create(write: &Write) -> Option<Write> {
    let Write::Create(payload, _) = write else { return None };
    Some(Write::Put(payload.clone()))
}

/// As soon as a deletion is known of, it is made.
fn deletes_first(memory: &mut Memory, state: &State, _: std::time::Duration, requests: Vec<Request>) -> Vec<Request> {
    let orphan = state.members.iter().find(|member| member.spec().is_none()).map(|member| member.name.clone());
    let (Some(name), true) = (orphan, memory.count == 0) else { return requests };
    memory.count += 1;
    let is_call = |request: &Request| matches!(request, Request::Call(_));
    let deletion = Request::Call(Call::Write(name, Arc::new(Write::Delete)));
    let (calls, others): (Vec<_>, Vec<_>) = requests.into_iter().partition(is_call);
    if calls.is_empty() { others } else { others.into_iter().chain([deletion]).chain(calls).collect() }
}

fn stamped(who: Who, spec: &Spec) -> Spec {
    let mut spec = spec.clone();
    let stamp = Value::Plain(format!("process {who}"));
    spec.entries.push(Entry { key: "stamp".to_owned(), value: stamp, place: spec.place.clone() });
    spec
}

fn twice(request: Request) -> Vec<Request> {
    match &request {
        Request::Call(Call::Write(..)) => vec![request.clone(), request],
        _ => vec![request],
    }
}
