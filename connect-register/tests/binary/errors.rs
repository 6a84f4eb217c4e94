use std::net::TcpListener;

use crate::fixture::*;
use crate::worker::{Worker, on};

#[test]
fn a_worker_that_is_not_there_ends_with_5() {
    let templates = Templates::of("a", &[]);
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    for args in
        [&["apply", "--timeout", "300ms"][..], &["plan"], &["status"], &["validate"], &["wait", "--timeout", "300ms"]]
    {
        let mut command = command(&url, args);
        let ran = Ran::from(command.arg("-f").arg(templates.path()).output().unwrap()).ends_with(5);
        assert!(ran.stderr.contains(&url) && ran.stderr.contains("onnection refused"), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn a_worker_that_denies_ends_with_8_and_is_not_asked_again() {
    let templates = Templates::of("a", &[]);
    for command in ["apply", "plan", "status"] {
        let worker = Worker::start(vec![on(LIST).answers_text(401, "Unauthorized")]);
        let ran = run(&worker, &templates, &[command]).ends_with(8);
        assert!(ran.stderr.contains("hint: set KAFKA_CONNECT_BASIC_AUTH_USERNAME"), "{}", ran.stderr);
        worker.end();
    }
}

#[test]
fn basic_authentication_comes_from_the_environment() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![list("a", &with_class(&[]))]);
    let env = [("KAFKA_CONNECT_BASIC_AUTH_USERNAME", "u"), ("KAFKA_CONNECT_BASIC_AUTH_PASSWORD", "p")];
    run_with(&worker, &templates, &["plan"], &env).ends_with(0);
    assert_eq!(worker.end()[0].authorization.as_deref(), Some("Basic dTpw"));
}

#[test]
fn a_page_of_html_is_not_connect() {
    let templates = Templates::of("a", &[]);
    for status in [200, 302, 404, 500] {
        let worker =
            Worker::start(vec![on(LIST).answers_text(status, "<html>\u{1b}[2Jnginx</html>").again_and_again()]);
        let ran = run(&worker, &templates, &["apply", "--timeout", "300ms"]).ends_with(5);
        assert!(ran.stderr.contains("nginx") && !ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
        assert!(ran.stderr.contains("hint: is KAFKA_CONNECT_URL that of a Kafka Connect worker"), "{}", ran.stderr);
        worker.end();
    }
}

#[test]
fn a_page_of_html_now_and_then_is_survived() {
    let templates = Templates::of("a", &[]);
    let worker = Worker::start(vec![
        on(LIST).answers_text(503, "<html>"),
        on(LIST).closes(),
        on(LIST).answers_text(200, ""),
        list("a", &with_class(&[])),
    ]);
    run(&worker, &templates, &["apply"]).ends_with(0);
    worker.end();
}

#[test]
fn a_cluster_that_stays_busy_is_given_up_when_the_time_is_over() {
    let templates = Templates::of("a", &[]);
    let busy =
        "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.";
    let worker = Worker::start(vec![on(LIST).fails(409, busy).again_and_again()]);
    let ran = run(&worker, &templates, &["apply", "--timeout", "500ms"]).ends_with(5);
    assert!(ran.stderr.contains("no known leader URL"), "{}", ran.stderr);
    worker.end();
}

#[test]
fn wrong_usage_ends_with_2_and_a_wrong_setting_with_4() {
    let worker = Worker::start(vec![]);
    let ran = |args: &[&str]| Ran::from(command(&worker.url(), args).output().unwrap());
    ran(&["apply", "--nonsense"]).ends_with(2);
    ran(&["apply"]).ends_with(2);
    ran(&["apply", "-f", "/nowhere.json"]).ends_with(4);
    Ran::from(command("http://u:p@x", &["status"]).output().unwrap()).ends_with(4);
    worker.end();
}
