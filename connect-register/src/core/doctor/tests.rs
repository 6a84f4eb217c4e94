use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::core::{ConnectorName, ConnectorStatus, Observation, Observed, State, TaskStatus};

fn told(checks: &[Check]) -> String {
    let line = |check: &Check| {
        let Check { name, of, grade, message, hint, took_ms: _ } = check;
        format!(
            "{} {name} {}: {message} ({})",
            grade.word(),
            of.as_deref().unwrap_or("-"),
            hint.as_deref().unwrap_or("")
        )
    };
    checks.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn seen(worker: &str, version: &str, cluster: Option<&str>) -> Seen {
    Seen { worker: worker.to_owned(), version: version.to_owned(), cluster: cluster.map(str::to_owned) }
}

fn observed(config: &[(&str, &str)], state: &str) -> Observed {
    let config = config.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let state = State::parse(state);
    let task = TaskStatus { id: 0, state: state.clone(), worker: "w".to_owned(), trace: None };
    let status =
        ConnectorStatus { kind: "sink".to_owned(), state, worker: "w".to_owned(), trace: None, tasks: vec![task] };
    Observed { config, status: Some(status) }
}

#[test]
fn versions_from_2_3_to_4_are_known() {
    let checks = ["2.2.1", "2.3.0", "7.6.1-ccs", "4.3.0", "5.0.0", "x"].map(|text| version(&seen("a", text, None)));
    insta::assert_snapshot!(told(&checks), @"
    fail version a: Kafka 2.2.1 is older than 2.3 and cannot tell of all connectors at once (upgrade the worker)
    ok version a: 2.3.0 (Kafka 2.3) ()
    ok version a: 7.6.1-ccs (Kafka 3.6) ()
    ok version a: 4.3.0 (Kafka 4.3) ()
    warn version a: Kafka 5.0.0 is newer than what this program was tested with (look for a newer connect-register)
    warn version a: x is no version that is known here (what it can do is found out by asking)
    ");
}

#[test]
fn workers_are_of_one_cluster_and_one_version() {
    let checks = [
        agreement(&[seen("a", "3.9.1", Some("k")), seen("b", "3.9.1", Some("k"))]),
        agreement(&[seen("a", "3.9.1", Some("k")), seen("b", "3.9.1", Some("l"))]),
        agreement(&[seen("a", "3.9.1", Some("k")), seen("b", "4.0.0", Some("k"))]),
        agreement(&[seen("a", "2.3.0", None)]),
    ];
    insta::assert_snapshot!(told(&checks), @"
    ok cluster -: Kafka cluster k ()
    fail cluster -: the workers are of several Kafka clusters: a has k, b has l (name the workers of one cluster, and make a context for each of the others)
    warn cluster -: the workers differ: a has 3.9.1, b has 4.0.0 (during an upgrade that is so; after it all of them should be of one version)
    ok cluster -: the workers do not tell which Kafka cluster they work on ()
    ");
}

#[test]
fn plug_ins_that_one_worker_lacks_are_named_up_to_ten() {
    let of = |worker: &str, count: usize| {
        (worker.to_owned(), (0..count).map(|n| format!("x.C{n:02}")).collect::<BTreeSet<_>>())
    };
    let checks = [
        plugins(&[of("a", 3)]),
        plugins(&[of("a", 3), of("b", 3)]),
        plugins(&[of("a", 13), of("b", 2)]),
        plugins(&[of("a", 0)]),
    ];
    insta::assert_snapshot!(told(&checks), @"
    ok plug-ins -: 3 ()
    ok plug-ins -: 3, the same on all 2 workers ()
    warn plug-ins -: the workers differ: b lacks x.C02, x.C03, x.C04, x.C05, x.C06, x.C07, x.C08, x.C09, x.C10, x.C11 and 1 more (a task fails where its plug-in is missing: install the same ones on all workers, and restart those)
    warn plug-ins -: there are none (look at plugin.path of the worker, and restart it)
    ");
}

#[test]
fn what_connectors_tell_is_told_without_any_value() {
    let all = |connectors: Vec<(&str, Observed)>| -> Observation {
        connectors.into_iter().map(|(name, observed)| (ConnectorName::reported(name), observed)).collect()
    };
    let mask = "\u{2022}".repeat(8);
    let fine = all(vec![
        ("a", observed(&[("connector.class", "x.C"), ("db.password", "${env:PW} "), ("k", "${vault:p:k}")], "RUNNING")),
        ("b", observed(&[("db.password", &mask)], "PAUSED")),
    ]);
    let bad = all(vec![
        ("a", observed(&[("db.password", "canary"), ("url", "jdbc:x?password=canary")], "FAILED")),
        ("b", observed(&[], "UNASSIGNED")),
    ]);
    let starting = all(vec![("b", observed(&[("db.password", "${env:PW}")], "UNASSIGNED"))]);
    let checks = [failed(&fine), failed(&bad), failed(&starting), exposed(&bad), exposed(&starting)];
    assert!(!told(&checks).contains("canary"));
    insta::assert_snapshot!(told(&checks), @"
    ok connectors -: 2, none failed ()
    fail connectors -: 1 of 2 have failed: a (`connect-register status` tells why, in words)
    warn connectors -: 1 of 1 are not running yet: b (ask again: after a lost worker its tasks wait for up to five minutes)
    warn secrets -: 2 can be read by whoever may ask the worker: a db.password, a url (change them, and put references in their places, such as ${env:NAME}; `apply` does so by itself)
    ok secrets -: none stands in a configuration ()
    ");
    assert_eq!(
        exposed(&all(vec![("b", observed(&[("db.password", &mask)], "PAUSED"))])).message,
        "the worker masks them (1)"
    );
    assert_eq!(referred(&fine).keys().collect::<Vec<_>>(), ["env", "vault"]);
}

#[test]
fn a_config_provider_is_missed_by_who_refers_to_it() {
    let found = |of: &[(&str, Option<bool>, bool)]| {
        providers(&of.iter().map(|(name, is, used)| ((*name).to_owned(), (*is, *used))).collect::<BTreeMap<_, _>>())
    };
    let checks = [
        found(&[("env", Some(true), true), ("vault", None, true)]),
        found(&[("env", Some(false), true)]),
        found(&[("env", Some(false), false)]),
        found(&[("env", None, false)]),
    ];
    insta::assert_snapshot!(told(&checks), @"
    ok config providers -: env; of vault it cannot be told without a secret ()
    fail config providers -: connectors refer to env, which the worker does not have (set config.providers of the worker, and restart it; until then the text of a reference is the value)
    warn config providers -: the worker does not have env (secrets go by reference where it is there: docs/adr/0006-secrets-as-references.md)
    ok config providers -: of env it cannot be told without a secret ()
    ");
}

#[test]
fn a_clock_may_be_a_little_wrong() {
    assert_eq!([clock(0), clock(30), clock(-30)].map(|check| check.grade), [Grade::Ok; 3]);
    insta::assert_snapshot!(told(&[clock(31), clock(-3600)]), @"
    warn clock -: this machine's clock is 31 s ahead of the worker's (synchronise both: certificates and tokens go by the clock, and so do offsets to-datetime and --since)
    warn clock -: this machine's clock is 3600 s behind the worker's (synchronise both: certificates and tokens go by the clock, and so do offsets to-datetime and --since)
    ");
}
