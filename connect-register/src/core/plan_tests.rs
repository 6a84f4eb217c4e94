use std::collections::BTreeSet;

use super::*;
use crate::core::{Applied, ConnectorStatus, Entry, Fingerprint, IgnoredKeys, Place, TaskStatus, applied};

fn spec(name: &str, pairs: &[(&str, &str)], state: Option<DesiredState>) -> Spec {
    let place = Place::file("t.json");
    let entry = |(key, value): &(&str, &str)| Entry {
        key: (*key).to_owned(),
        value: Value::Plain((*value).to_owned()),
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

fn observed(pairs: &[(&str, &str)], state: State, tasks: u32) -> Observed {
    let task = |id| TaskStatus { id, state: State::Running, worker: "w".to_owned(), trace: None };
    let status = ConnectorStatus {
        kind: "sink".to_owned(),
        state,
        worker: "w".to_owned(),
        trace: None,
        tasks: (0..tasks).map(task).collect(),
    };
    let config = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Observed { config, status: Some(status) }
}

/// The steps of a plan, and what they mean.
fn told(specs: &[Spec], observation: &[(&str, Observed)], worker: Option<KafkaVersion>) -> String {
    let named = |(name, observed): &(&str, Observed)| (ConnectorName::reported(*name), observed.clone());
    let observation = observation.iter().map(named).collect();
    let plan = Plan::of(specs, &observation, Some(&Prune::of_set("default")), worker);
    let step = |step: &Step| {
        let notes = step.impact.notes.iter().map(|note| format!("\n  {note}"));
        let restarts = serde_json::to_value(step.impact.restarts).unwrap();
        format!("{} {} {}{}", step.difference.word(), step.name, restarts, notes.collect::<String>())
    };
    plan.steps.iter().map(step).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_plan_tells_what_its_steps_mean_for_what_runs() {
    let ours = Applied::new("default", Fingerprint::None).to_string();
    let specs = [
        spec("new", &[("tasks.max", "3")], None),
        spec("new-stopped", &[], Some(DesiredState::Stopped)),
        spec("changed", &[("a", "1"), ("tasks.max", "4"), ("topics", "x")], None),
        spec("of-another-class", &[("connector.class", "x.B")], None),
        spec("paused-and-changed", &[("a", "1")], None),
        spec("to-pause", &[("a", "1")], Some(DesiredState::Paused)),
        spec("to-stop", &[("a", "1")], Some(DesiredState::Stopped)),
        spec("to-resume", &[("a", "1")], Some(DesiredState::Running)),
        spec("same", &[("a", "1")], Some(DesiredState::Running)),
    ];
    let observation = [
        ("changed", observed(&[("a", "0"), ("tasks.max", "2")], State::Running, 2)),
        ("of-another-class", observed(&[("connector.class", "x.A")], State::Running, 1)),
        ("paused-and-changed", observed(&[("a", "0")], State::Paused, 1)),
        ("to-pause", observed(&[("a", "1")], State::Running, 1)),
        ("to-stop", observed(&[("a", "1")], State::Running, 2)),
        ("to-resume", observed(&[("a", "1")], State::Stopped, 0)),
        ("same", observed(&[("a", "1")], State::Running, 1)),
        ("gone", observed(&[(applied::KEY, &ours)], State::Running, 3)),
        ("not-ours", observed(&[], State::Running, 3)),
    ];
    insta::assert_snapshot!(told(&specs, &observation, None), @r#"
    create new "starts"
      starts the connector and at most 3 tasks
      goes on from the offsets of an earlier connector of this name, where there was one
    create new-stopped "nothing"
      is created stopped: nothing runs until it is resumed
      goes on from the offsets of an earlier connector of this name, where there was one
    update changed "connector_and_tasks"
      restarts the connector and all its 2 tasks
      offsets are kept
      at most 4 tasks instead of 2: the work is dealt out anew
      a topic that is new to it is read from where its consumer group begins
    update of-another-class "connector_and_tasks"
      restarts the connector and its task
      is another class: a sink goes on from the offsets of its consumer group, a source may not know the offsets of the former class
    update paused-and-changed "nothing"
      no task runs it while the connector is paused
      offsets are kept
    update to-pause "stops"
      pauses: its tasks stay and idle, offsets are kept
    update to-stop "stops"
      stops: its 2 tasks are shut down, offsets are kept
    update to-resume "starts"
      starts its tasks where they left off
    none same "nothing"
    delete gone "stops"
      stops the connector and all its 3 tasks
      its offsets stay: a sink's in the consumer group connect-gone, a source's in Connect's offsets topic
    "#);
}

#[test]
fn what_a_change_of_converters_means_depends_on_the_version_of_the_worker() {
    let specs = [spec("a", &[("value.converter", "x.C"), ("errors.tolerance", "all")], None)];
    let observation = [("a", observed(&[("value.converter", "x.B")], State::Running, 2))];
    let told = |worker| told(&specs, &observation, worker);
    insta::assert_snapshot!(told(Some(KafkaVersion(3, 6))), @r#"
    update a "connector"
      restarts the connector and all its 2 tasks; before Kafka 3.7.1 these only where it hands these keys to them
      offsets are kept
    "#);
    // The patch release, which decides for 3.7, is not known here.
    assert_eq!(told(Some(KafkaVersion(3, 7))), told(Some(KafkaVersion(3, 6))));
    assert_eq!(told(None), told(Some(KafkaVersion(3, 6))));
    insta::assert_snapshot!(told(Some(KafkaVersion(3, 8))), @r#"
    update a "connector_and_tasks"
      restarts the connector and all its 2 tasks
      offsets are kept
    "#);
}

#[test]
fn a_connector_of_another_set_is_named_as_such() {
    let other = Applied::new("other\u{1b}[2J", Fingerprint::None).to_string();
    let observation = [("a", observed(&[("a", "1"), (applied::KEY, &other)], State::Running, 1))];
    insta::assert_snapshot!(told(&[spec("a", &[("a", "1")], None)], &observation, None), @r#"
    none a "nothing"
      it carries the name of the set other�[2J; the next write gives it to default
    "#);
}
