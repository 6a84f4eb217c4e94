use std::io::Write;
use std::process::Stdio;

use crate::fixture::{Place, Ran};

const TRACE: &str = include_str!("../traces/password-wrong.txt");

#[test]
fn a_known_failure_is_explained_with_what_to_do() {
    let place = Place::of(&["a", "b"]);
    assert_eq!(place.run(&["explain"]).ends_with(0).stdout, "nothing has failed\n");
    place.connect.fail("a", 0, TRACE);
    place.connect.fail("a", 1, TRACE);
    let told = place.run(&["explain"]).ends_with(0).stdout;
    insta::assert_snapshot!(told, @r#"
    a (task 0, task 1)
      org.postgresql.util.PSQLException: FATAL: password authentication failed for user "retail"

      the database does not accept the password [password-wrong]
      User or password are wrong, or the password was rotated and the connector still has the old one. A reference such as ${env:PGPASSWORD} that no provider resolves is sent as it stands.

      What to do:
      1. Set the right one where the connector takes it from, and start the worker anew where that is its environment.
      2. `connect-register plan` tells whether what is declared is what runs.
      Then: connect-register restart a --failed
    "#);
    let json = place.run(&["explain", "a", "-o", "json"]).ends_with(0).json();
    let cause = &json["causes"][0];
    assert_eq!(
        (&cause["failure"]["id"], &cause["failure"]["restart"]),
        (&"password-wrong".into(), &"afterwards".into())
    );
    assert_eq!(cause["parts"].as_array().unwrap().len(), 2);
    place.run(&["explain", "nobody"]).ends_with(1);
}

#[test]
fn what_is_not_known_is_told_as_it_is_and_cannot_drive_the_terminal() {
    let place = Place::of(&["a"]);
    place.connect.fail(
        "a",
        0,
        "x.Y: \u{1b}[2Jodd\n\tat org.apache.kafka.Z.a(Z.java:1)\n\tat com.acme.Sink.put(Sink.java:7)",
    );
    let told = place.run(&["explain"]).ends_with(0).stdout;
    insta::assert_snapshot!(told, @"
    a (task 0)
      x.Y: �[2Jodd

      This failure is not in the catalogue.
      It comes from com.acme.Sink.put(Sink.java:7).
      `status --trace` shows the whole trace; the worker's log says what came before.
    ");
}

#[test]
fn a_trace_is_explained_without_a_worker() {
    let place = Place::of(&[]);
    let mut command = place.command(&["explain", "--trace", "-", "-o", "json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(TRACE.as_bytes()).unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.ends_with(0).json()["causes"][0]["failure"]["id"], "password-wrong");
    let ran = place.run(&["explain", "--trace", "absent.txt"]).ends_with(4);
    assert!(ran.stderr.contains("absent.txt could not be read"), "{}", ran.stderr);
    let list = place.run(&["explain", "--list"]).ends_with(0).stdout;
    assert!(list.lines().count() > 35, "{list}");
}
