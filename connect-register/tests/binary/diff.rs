use serde_json::json;

use crate::fixture::*;
use crate::plugins::{defines, key};
use crate::worker::{Expected, Worker, on};

fn first() -> Expected {
    let config = with_class(&[("topics", "a"), ("pin", "canary-1"), ("p", "••••"), ("__internal.v", "1")]);
    on(LIST).answers(
        200,
        &json!({"a": connector("a", &config, &["RUNNING"]), "b": connector("b", &with_class(&[]), &[]),
                "same": connector("same", &with_class(&[]), &[])}),
    )
}

fn second() -> Expected {
    let config = with_class(&[("topics", "b"), ("pin", "canary-2"), ("p", "x"), ("db.password", "canary-3")]);
    on(LIST).answers(
        200,
        &json!({"a": connector("a", &config, &["RUNNING"]), "c": connector("c", &with_class(&[]), &[]),
                "same": connector("same", &with_class(&[]), &[])}),
    )
}

fn definition() -> Expected {
    defines("x.Sink", &[key("pin", "PASSWORD", false)])
}

fn compare(args: &[&str]) -> (Ran, Vec<crate::worker::Heard>) {
    let (one, other) = (Worker::start(vec![first(), definition()]), Worker::start(vec![second(), definition()]));
    let mut command = command(&one.url(), &["diff", "--to", &other.url()]);
    command.args(args).envs([
        ("KAFKA_CONNECT_BASIC_AUTH_USERNAME", "u"),
        ("KAFKA_CONNECT_BASIC_AUTH_PASSWORD", "one-word"),
        ("TO_KAFKA_CONNECT_BASIC_AUTH_USERNAME", "u"),
        ("TO_KAFKA_CONNECT_BASIC_AUTH_PASSWORD", "other-word"),
    ]);
    let mut ran = Ran::from(command.output().unwrap());
    ran.stdout = ran.stdout.replace(&one.url(), "FIRST").replace(&other.url(), "SECOND");
    let mut heard = one.end();
    heard.extend(other.end());
    (ran, heard)
}

#[test]
fn what_differs_between_two_clusters_is_told_by_key_and_secrets_are_not() {
    let (ran, heard) = compare(&["--fail-on-changes"]);
    let ran = ran.ends_with(3);
    insta::assert_snapshot!(ran.stdout, @"
    --- FIRST
    +++ SECOND
    ~ a  differs
        + db.password = ****
        ~ pin = **** -> ****
        ~ topics = a -> b
        ? p is masked by a worker: whether it differs is unknown
    - b  only in the first
    + c  only in the second
    = same  same
    1 only in the first, 1 only in the second, 1 differ, 1 the same
    ");
    assert!(!ran.stdout.contains("canary"));
    let credentials: std::collections::BTreeSet<_> = heard.iter().map(|heard| heard.authorization.clone()).collect();
    assert_eq!(credentials.len(), 2, "each cluster has its own credentials: {credentials:?}");
}

#[test]
fn only_what_is_chosen_is_compared() {
    let one = Worker::start(vec![first()]);
    let other = Worker::start(vec![second()]);
    let args = ["diff", "same", "--to", &other.url(), "--fail-on-changes", "-o", "name"];
    let ran = Ran::from(command(&one.url(), &args).output().unwrap()).ends_with(0);
    assert_eq!(ran.stdout, "");
    one.end();
    other.end();
}
