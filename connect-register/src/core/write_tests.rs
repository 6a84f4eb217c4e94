use std::collections::BTreeSet;

use super::*;
use crate::core::{ConnectorName, ConnectorStatus, Entry, IgnoredKeys, Observed, Place, State, StateChange, Value};
use proptest::prelude::*;

const OLD: Option<KafkaVersion> = Some(KafkaVersion(3, 6));
const NEW: Option<KafkaVersion> = Some(KafkaVersion(4, 0));
const MASK: &str = "••••••••";

fn spec(pairs: &[(&str, &str)]) -> Spec {
    let place = Place::file("t.json");
    let entry = |(key, value): &(&str, &str)| Entry {
        key: (*key).to_owned(),
        value: Value::Plain((*value).to_owned()),
        place: place.clone(),
    };
    Spec {
        name: ConnectorName::reported("n"),
        place: place.clone(),
        entries: pairs.iter().map(entry).collect(),
        secrets: BTreeSet::new(),
        applied: Some(Applied::new("default", Fingerprint::Unknown)),
        state: None,
        ignored: IgnoredKeys::default(),
    }
}

fn ignoring(spec: Spec, keys: &[&str]) -> Spec {
    Spec { ignored: IgnoredKeys::new(keys.iter().map(|key| (*key).to_owned())), ..spec }
}

fn in_state(spec: Spec, state: DesiredState) -> Spec {
    Spec { state: Some(state), ..spec }
}

fn seen(pairs: &[(&str, &str)], state: Option<State>) -> Observed {
    let status = |state| ConnectorStatus {
        kind: "sink".to_owned(),
        state,
        worker: "w".to_owned(),
        trace: None,
        tasks: Vec::new(),
    };
    let config = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Observed { config, status: state.map(status) }
}

/// The requests, one a line; what is remembered beside a configuration is left out.
fn told(spec: &Spec, observed: Option<&Observed>, worker: Option<KafkaVersion>, care: Care) -> String {
    let difference = Difference::of(spec, observed);
    let pairs = |map: Vec<(&String, &str)>| {
        let pair = |(key, value): (&String, &str)| format!("{key}={value}");
        map.into_iter().filter(|(key, _)| *key != applied::KEY).map(pair).collect::<Vec<_>>().join(" ")
    };
    let whole = |payload: &Payload| pairs(payload.expose().iter().map(|(key, value)| (key, value.as_str())).collect());
    let line = |write: &Write| match write {
        Write::Put(payload) => format!("PUT {}", whole(payload)),
        Write::Create(payload, state) => format!("POST {state} {}", whole(payload)),
        Write::Patch(patch) => {
            let changes = patch.expose().iter().map(|(key, value)| (key, value.as_deref().unwrap_or("null")));
            format!("PATCH {}", pairs(changes.collect()))
        }
        Write::State(state) => format!("state {state}"),
        Write::Delete => "DELETE".to_owned(),
    };
    match writes(spec, observed.map(|observed| &observed.config), &difference, worker, care) {
        Ok(writes) => writes.iter().map(line).collect::<Vec<_>>().join("\n"),
        Err(mistakes) => mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn a_connector_that_is_not_to_run_is_created_so_where_the_worker_can() {
    let paused = in_state(spec(&[("a", "1")]), DesiredState::Paused);
    assert_eq!(told(&paused, None, NEW, Care::Declared), "POST paused a=1");
    for worker in [OLD, None] {
        assert_eq!(told(&paused, None, worker, Care::Declared), "PUT a=1\nstate paused");
    }
    let running = in_state(spec(&[("a", "1")]), DesiredState::Running);
    assert_eq!(told(&running, None, NEW, Care::Declared), "PUT a=1");
}

#[test]
fn on_its_way_to_a_pause_a_connector_does_not_run_the_new_configuration_nor_the_old_one_on_its_way_back() {
    let running = seen(&[("a", "0")], Some(State::Running));
    let paused = seen(&[("a", "0")], Some(State::Paused));
    let to = |state| in_state(spec(&[("a", "1")]), state);
    assert_eq!(told(&to(DesiredState::Paused), Some(&running), NEW, Care::Declared), "state paused\nPUT a=1");
    assert_eq!(told(&to(DesiredState::Running), Some(&paused), NEW, Care::Declared), "PUT a=1\nstate running");
}

#[test]
fn a_change_of_state_alone_writes_no_configuration() {
    let observed = seen(&[("a", "1")], Some(State::Running));
    let stopped = in_state(spec(&[("a", "1")]), DesiredState::Stopped);
    assert_eq!(told(&stopped, Some(&observed), NEW, Care::Declared), "state stopped");
    insta::assert_snapshot!(
        told(&stopped, Some(&observed), Some(KafkaVersion(3, 4)), Care::Declared),
        @"t.json: n: the worker cannot stop a connector (that takes Kafka 3.5 or newer; `paused` is known to all)"
    );
}

#[test]
fn keys_that_are_left_to_others_keep_the_values_of_the_worker() {
    let spec = ignoring(spec(&[("a", "1"), ("tasks.max", "1"), ("b", "2")]), &["tasks.max", "consumer.override.*"]);
    let observed =
        seen(&[("a", "0"), ("tasks.max", "7"), ("consumer.override.x", "y"), ("gone", "z"), ("b", "2")], None);
    assert_eq!(told(&spec, Some(&observed), NEW, Care::Declared), "PATCH a=1 gone=null");
    assert_eq!(told(&spec, Some(&observed), OLD, Care::Declared), "PUT a=1 b=2 consumer.override.x=y tasks.max=7");
    assert_eq!(told(&spec, None, OLD, Care::Declared), "PUT a=1 b=2 tasks.max=1");
}

#[test]
fn a_mask_is_never_sent_along_and_the_reason_is_told() {
    let ignoring = ignoring(spec(&[("a", "1")]), &["p"]);
    let observed = seen(&[("a", "0"), ("p", MASK)], None);
    assert_eq!(told(&ignoring, Some(&observed), NEW, Care::Declared), "PATCH a=1");
    insta::assert_snapshot!(told(&ignoring, Some(&observed), OLD, Care::Declared), @"t.json: p: n: the worker masks it, and without PATCH a write would destroy it (PATCH takes Kafka 3.8 or newer; a key that is declared, and not ignored, can be written)");
    insta::assert_snapshot!(told(&spec(&[("p", MASK)]), None, NEW, Care::Declared), @"t.json: p: n: this is a mask, not a value (a mask is never sent: it would destroy the secret)");
}

#[test]
fn what_may_differ_behind_a_mask_is_written_unless_it_could_not_be_restored() {
    let spec = spec(&[("a", "1"), ("p", "new")]);
    let observed = seen(&[("a", "0"), ("p", MASK)], None);
    assert_eq!(told(&spec, Some(&observed), NEW, Care::Declared), "PUT a=1 p=new");
    assert_eq!(told(&spec, Some(&observed), NEW, Care::Reversible), "PATCH a=1");
    assert!(told(&spec, Some(&observed), OLD, Care::Reversible).contains("without PATCH"));
}

#[test]
fn the_version_of_the_worker_is_asked_for_only_where_it_decides() {
    let needs = |spec: &Spec, observed: Option<&Observed>, care| {
        needs_version(spec, observed.map(|observed| &observed.config), &Difference::of(spec, observed), care)
    };
    let plain = spec(&[("a", "1")]);
    let (same, other) = (seen(&[("a", "1"), ("p", MASK)], None), seen(&[("a", "0"), ("p", MASK)], None));
    assert!(!needs(&plain, None, Care::Reversible) && !needs(&plain, Some(&other), Care::Declared));
    assert!(needs(&plain, Some(&other), Care::Reversible));
    let ignoring = ignoring(plain.clone(), &["p"]);
    assert!(needs(&ignoring, Some(&other), Care::Declared) && !needs(&ignoring, Some(&same), Care::Declared));
    assert!(needs(&in_state(plain.clone(), DesiredState::Paused), None, Care::Declared));
    assert!(!needs(&in_state(plain, DesiredState::Running), None, Care::Declared));
}

#[test]
fn a_state_that_a_worker_does_not_tell_is_left_alone() {
    let spec = in_state(spec(&[]), DesiredState::Running);
    for state in [State::Failed, State::Unassigned, State::Restarting, State::Running] {
        assert!(Difference::of(&spec, Some(&seen(&[], Some(state)))).is_nothing());
    }
    let stopped = Spec { state: Some(DesiredState::Stopped), ..spec.clone() };
    let change = Difference::of(&stopped, Some(&seen(&[], Some(State::Failed)))).state;
    assert_eq!(change, Some(StateChange { before: None, after: DesiredState::Stopped }));
    let undeclared = Spec { state: None, ..spec };
    assert!(Difference::of(&undeclared, Some(&seen(&[], Some(State::Paused)))).is_nothing());
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,3}", Just(MASK.to_owned()), Just("****".to_owned()), Just("[hidden]".to_owned())]
}

proptest! {
    /// Whatever is declared, left to others or seen: no mask goes out.
    #[test]
    fn no_request_holds_a_mask(
        declared in proptest::collection::btree_map("[a-d]", value(), 0..4),
        observed in proptest::collection::btree_map("[a-d]", value(), 0..4),
        ignored in proptest::collection::vec("[a-d]", 0..3),
        worker in prop_oneof![Just(OLD), Just(NEW), Just(None)],
        is_reversible: bool,
    ) {
        let pairs: Vec<_> = declared.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let ignored: Vec<_> = ignored.iter().map(String::as_str).collect();
        let spec = ignoring(spec(&pairs), &ignored);
        let observed = Observed::of_config(observed);
        let difference = Difference::of(&spec, Some(&observed));
        let care = if is_reversible { Care::Reversible } else { Care::Declared };
        for write in writes(&spec, Some(&observed.config), &difference, worker, care).unwrap_or_default() {
            let values: Vec<&str> = match &write {
                Write::Put(payload) | Write::Create(payload, _) => payload.expose().values().map(String::as_str).collect(),
                Write::Patch(patch) => patch.expose().values().flatten().map(String::as_str).collect(),
                Write::State(_) | Write::Delete => Vec::new(),
            };
            prop_assert!(!values.iter().any(|value| is_masked(value)), "{write:?}");
            if let Write::Put(payload) = &write {
                for (key, value) in observed.config.iter().filter(|(key, _)| spec.ignored.has(key)) {
                    prop_assert_eq!(payload.expose().get(key), Some(value), "a key that is left to others was changed");
                }
            }
        }
    }

    /// What a request leaves behind is what is declared: a second look finds nothing to do.
    #[test]
    fn after_its_requests_a_connector_is_as_declared(
        declared in proptest::collection::btree_map("[a-d]", "[a-z]{0,3}", 0..4),
        observed in proptest::collection::btree_map("[a-e]", "[a-z]{0,3}", 0..4),
        ignored in proptest::collection::vec("[a-e]", 0..3),
        worker in prop_oneof![Just(OLD), Just(NEW), Just(None)],
    ) {
        let pairs: Vec<_> = declared.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let ignored: Vec<_> = ignored.iter().map(String::as_str).collect();
        let spec = ignoring(spec(&pairs), &ignored);
        let mut config = observed;
        let difference = Difference::of(&spec, Some(&Observed::of_config(config.clone())));
        for write in writes(&spec, Some(&config), &difference, worker, Care::Declared).unwrap() {
            match write {
                Write::Put(payload) | Write::Create(payload, _) => config = payload.expose().clone(),
                Write::Patch(patch) => for (key, value) in patch.expose() {
                    match value {
                        Some(value) => { config.insert(key.clone(), value.clone()); }
                        None => { config.remove(key); }
                    }
                },
                Write::State(_) | Write::Delete => {}
            }
        }
        let again = Difference::of(&spec, Some(&Observed::of_config(config)));
        prop_assert!(again.is_nothing(), "{again:?}");
    }
}
