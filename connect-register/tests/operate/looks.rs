use crate::fixture::Place;

#[test]
fn connectors_are_listed_and_described_without_their_secrets() {
    let place = Place::of(&["a", "b"]);
    place.connect.fail("b", 1, "x.Outer: task\nCaused by: x.Y: \u{1b}]0;gone\u{7}\n\tat z");
    let table = place.run(&["get"]).ends_with(0).stdout;
    insta::assert_snapshot!(table, @"
    CONNECTOR  TYPE  STATE    TASKS  CLASS
    a          sink  RUNNING  2/2    ImitatedSinkConnector
    b          sink  FAILED   1/2    ImitatedSinkConnector
    ");
    let described = place.run(&["describe", "b"]).ends_with(0).stdout;
    insta::assert_snapshot!(described, @"
    Name:     b
    Class:    org.example.imitation.ImitatedSinkConnector
    Type:     sink
    State:    failed: task 1: x.Y: �]0;gone�
    Topics:   t

    PART       STATE    WORKER          CAUSE
    connector  RUNNING  127.0.0.1:8083
    task 0     RUNNING  127.0.0.1:8083
    task 1     FAILED   127.0.0.1:8083  x.Y: �]0;gone�

    PARTITION  OFFSET
    t:0        60
    t:1        70

    KEY              VALUE
    connector.class  org.example.imitation.ImitatedSinkConnector
    name             b
    password         ****
    tasks.max        2
    topics           t

    `connect-register explain b` tells what to do about it.
    ");
    let json = place.run(&["get", "a", "-o", "json"]).ends_with(0).json();
    assert_eq!(json["connectors"][0]["config"]["password"], "****");
    assert_eq!(place.run(&["get", "-o", "name"]).ends_with(0).stdout, "connector/a\nconnector/b\n");
    let traced = place.run(&["describe", "b", "--trace"]).ends_with(0).stdout;
    assert!(traced.contains("x.Outer: task\nCaused by"), "{traced}");
    place.run(&["get", "nobody"]).ends_with(1);
}

#[test]
fn topics_offsets_and_loggers_are_told() {
    let place = Place::of(&["a"]);
    assert_eq!(place.run(&["topics"]).ends_with(0).stdout, "CONNECTOR  TOPIC\na          t\n");
    let offsets = place.run(&["offsets", "get"]).ends_with(0).stdout;
    insta::assert_snapshot!(offsets, @"
    CONNECTOR  PARTITION  OFFSET  END  LAG
    a          t:0        60
               t:1        70
    ");
    let ran = place.run(&["loggers", "set", "x.y", "debug"]).ends_with(0);
    assert!(ran.stdout.starts_with("x.y is DEBUG on http://"), "{}", ran.stdout);
    let ran = place.run(&["loggers", "set", "x", "WARN", "--cluster"]).ends_with(0);
    assert_eq!(ran.stdout, "x is WARN on all workers of the cluster\n");
    let loggers = place.run(&["loggers", "get", "x"]).ends_with(0).stdout;
    insta::assert_snapshot!(loggers, @"
    LOGGER  LEVEL  SET AT
    x       WARN
    x.y     WARN
    ");
    let ran = place.run(&["loggers", "get", "z"]).ends_with(1);
    assert!(ran.stderr.contains("no logger's name begins with z"), "{}", ran.stderr);
    let ran = place.run(&["loggers", "set", "x", "loud"]).ends_with(2);
    assert!(ran.stderr.contains("possible values"), "{}", ran.stderr);
    place.run(&["topics", "--reset"]).ends_with(2);
}
