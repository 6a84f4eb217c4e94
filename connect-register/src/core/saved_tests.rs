use std::collections::BTreeSet;

use super::*;
use crate::core::{Applied, ConnectorStatus, Entry, Fingerprint, IgnoredKeys, Place, Prune, State, Value};
use service::Secret;

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn spec(name: &str, pairs: Pairs<'_>, state: Option<DesiredState>) -> Spec {
    let place = Place::file("t.json");
    let entry = |(key, value): &(&str, &str)| Entry {
        key: (*key).to_owned(),
        value: Value::of_key(key, *value),
        place: place.clone(),
    };
    Spec {
        name: ConnectorName::reported(name),
        place: place.clone(),
        entries: pairs.iter().map(entry).collect(),
        secrets: BTreeSet::new(),
        applied: Some(Applied::new("default", Fingerprint::None)),
        state,
        ignored: IgnoredKeys::default(),
    }
}

fn observation(connectors: &[(&str, Pairs<'_>, State)]) -> Observation {
    let one = |(name, pairs, state): &(&str, Pairs<'_>, State)| {
        let status = ConnectorStatus {
            kind: "sink".to_owned(),
            state: state.clone(),
            worker: "w".to_owned(),
            trace: None,
            tasks: Vec::new(),
        };
        let config = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        (ConnectorName::reported(*name), Observed { config, status: Some(status) })
    };
    connectors.iter().map(one).collect()
}

fn printer(secret: Option<&str>) -> Printer {
    let key = |text: &str| FingerprintKey::new(Secret::new(text));
    Printer { salt: key("salt"), secret: secret.map(key) }
}

fn plan(specs: &[Spec], observation: &Observation) -> Plan {
    Plan::of(specs, observation, Some(&Prune::of_set("default")), None)
}

fn saved(printer: &Printer, specs: &[Spec], observation: &Observation) -> SavedPlan {
    let frame = SavedPlan {
        schema_version: VERSION,
        kind: KIND.to_owned(),
        made_by: "0".to_owned(),
        cluster: None,
        set: "default".to_owned(),
        prune: true,
        salt: "salt".to_owned(),
        connectors: Vec::new(),
    };
    SavedPlan::of(frame, printer, &plan(specs, observation), specs, observation)
}

fn told(saved: &SavedPlan, printer: &Printer, specs: &[Spec], observation: &Observation) -> String {
    let moved = saved.moved(printer, &plan(specs, observation), specs, observation);
    moved.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_has_moved_is_told_key_by_key_on_both_sides() {
    let ours = Applied::new("default", Fingerprint::None).to_string();
    let before = [
        spec("a", &[("k", "1"), ("gone", "1")], None),
        spec("b", &[], Some(DesiredState::Paused)),
        spec("removed", &[], None),
    ];
    let seen = observation(&[
        ("a", &[("k", "0"), ("x", "1")], State::Running),
        ("b", &[], State::Running),
        ("pruned", &[(applied::KEY, &ours)], State::Running),
    ]);
    let printer = printer(None);
    let saved = saved(&printer, &before, &seen);
    assert_eq!(told(&saved, &printer, &before, &seen), "", "nothing has moved");

    let after = [spec("a", &[("k", "2"), ("new", "1")], None), spec("b", &[], None), spec("added", &[], None)];
    let seen = observation(&[
        ("a", &[("k", "9"), ("y", "1")], State::Paused),
        ("added", &[], State::Running),
        ("pruned-too", &[(applied::KEY, &ours)], State::Running),
    ]);
    insta::assert_snapshot!(told(&saved, &printer, &after, &seen), @r"
    a: the template: k has another value
    a: the template: new is new
    a: the template: gone is gone
    a: the worker: state is paused, and was running
    a: the worker: k has another value
    a: the worker: y is new
    a: the worker: x is gone
    added: it is declared, and is not in the plan
    b: the template: state is none, and was paused
    b: the worker has it no more
    pruned-too: it is to be deleted, and is not in the plan
    pruned: it was to be deleted, and is gone or not ours any more
    removed: it was declared, and is declared no more
    ");
}

#[test]
fn what_the_worker_does_by_itself_is_no_move() {
    let specs = [spec("a", &[("k", "1")], None)];
    let printer = printer(None);
    let seen = observation(&[("a", &[("k", "0"), ("__internal.config.version", "1")], State::Running)]);
    let saved = saved(&printer, &specs, &seen);
    for state in [State::Failed, State::Unassigned] {
        let seen = observation(&[("a", &[("k", "0"), ("__internal.config.version", "2"), ("name", "a")], state)]);
        assert_eq!(told(&saved, &printer, &specs, &seen), "");
    }
}

#[test]
fn a_saved_plan_holds_no_value_and_tells_which_secrets_it_cannot_follow() {
    let specs = [spec("a", &[("db.password", "canary-1"), ("k", "canary-2")], None)];
    let seen = observation(&[("a", &[("db.password", "canary-3"), ("k", "canary-4"), ("p", "••••")], State::Running)]);
    let other = [spec("a", &[("db.password", "canary-9"), ("k", "canary-2")], None)];
    for (secret, untold, moved) in
        [(None, &["a: db.password"][..], ""), (Some("key"), &[][..], "a: the template: db.password has another value")]
    {
        let printer = printer(secret);
        let saved = saved(&printer, &specs, &seen);
        let text = serde_json::to_string(&saved).unwrap();
        assert!(!text.contains("canary") && text.contains(r#""p":"masked""#), "{text}");
        assert_eq!(saved.untold(), untold);
        assert_eq!(told(&saved, &printer, &other, &seen), moved);
        let read: SavedPlan = serde_json::from_str(&text).unwrap();
        assert_eq!(read, saved);
    }
}
