//! Who is asked, as whom, and what becomes of a request when a worker is gone.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use connect_register::connect::{Address, Broken, HttpTransport, Method, Request, Route, Transport};

use crate::fixture::*;
use crate::worker::{Worker, on};

/// The address of a worker that is not there: a port that was free a moment ago.
pub(crate) fn nobody() -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    format!("http://127.0.0.1:{port}")
}

fn status(urls: &str, env: &[(&str, &str)]) -> Ran {
    command(urls, &["status"]).envs(env.iter().copied()).output().unwrap().into()
}

#[test]
fn a_secret_of_access_comes_from_the_environment_a_file_or_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "t0ken\n").unwrap();
    let file = file.to_str().unwrap();
    let print = format!("cat '{file}'");
    let basic = ("KAFKA_CONNECT_BASIC_AUTH_USERNAME", "u");
    let ways: [(&[(&str, &str)], &str); 6] = [
        (&[("KAFKA_CONNECT_BEARER_TOKEN", "t0ken")], "Bearer t0ken"),
        (&[("KAFKA_CONNECT_BEARER_TOKEN_FILE", file)], "Bearer t0ken"),
        (&[("KAFKA_CONNECT_BEARER_TOKEN_COMMAND", &print)], "Bearer t0ken"),
        (&[basic, ("KAFKA_CONNECT_BASIC_AUTH_PASSWORD_FILE", file)], "Basic dTp0MGtlbg=="),
        (&[basic, ("KAFKA_CONNECT_BASIC_AUTH_PASSWORD_COMMAND", &print)], "Basic dTp0MGtlbg=="),
        (&[("KAFKA_CONNECT_HEADERS", "X-A: 1\nAuthorization: ApiKey t0ken")], "ApiKey t0ken"),
    ];
    for (env, authorization) in ways {
        let worker = Worker::start(vec![empty_list()]);
        let ran = status(&worker.url(), env).ends_with(0);
        assert_eq!(ran.stderr, "", "on the loopback nobody is on the way");
        assert_eq!(worker.end()[0].authorization.as_deref(), Some(authorization), "{env:?}");
    }
}

#[test]
fn a_command_that_fails_says_what_it_has_to_say_and_nothing_is_sent() {
    let worker = Worker::start(vec![]);
    let command = "sh -c 'echo canary-3b1f; echo the vault is sealed >&2; exit 2'";
    let ran = status(&worker.url(), &[("KAFKA_CONNECT_BEARER_TOKEN_COMMAND", command)]).ends_with(4);
    insta::assert_snapshot!(ran.stderr, @r"
    the vault is sealed
    error: a setting is wrong:
      - KAFKA_CONNECT_BEARER_TOKEN_COMMAND: its command ended with exit status: 2
    ");
    worker.end();
}

#[test]
fn what_lets_us_in_is_told_by_nobody() {
    let canary = "canary-3b1f";
    let env = [
        ("KAFKA_CONNECT_BEARER_TOKEN_COMMAND", "echo canary-3b1f"),
        ("KAFKA_CONNECT_HEADERS", "X-Api-Key: canary-3b1f-2"),
    ];
    for log in ["info", "trace"] {
        for (code, worker) in [
            (8, Worker::start(vec![on(LIST).answers_text(401, "no: Bearer canary-3b1f, canary-3b1f-2")])),
            (
                5,
                Worker::start(vec![
                    on(LIST).answers_text(200, "<html>Bearer canary-3b1f, canary-3b1f-2").again_and_again(),
                ]),
            ),
            (1, Worker::start(vec![on(LIST).fails(500, "canary-3b1f canary-3b1f-2")])),
        ] {
            let args = ["status", "--log", log];
            let ran = Ran::from(command(&worker.url(), &args).envs(env).output().unwrap()).ends_with(code);
            assert!(ran.stderr.contains("****") && !ran.stderr.contains(canary), "{}", ran.stderr);
            assert!(!ran.stdout.contains(canary));
            worker.end();
        }
    }
}

#[test]
fn the_next_worker_is_asked_where_one_cannot_be_reached_or_is_only_starting() {
    let templates = Templates::of("a", &[]);
    let (gone, starting) = (nobody(), Worker::start(vec![on(LIST).answers_text(404, "<html>Jetty</html>")]));
    let worker = Worker::start(vec![empty_list(), absent("a"), validates(&[]), puts("a").answers(201, &written("a"))]);
    let urls = format!("{gone},{}", starting.url());
    let mut command = command(&urls, &["apply", "--connect-url", &urls, "--connect-url", &worker.url()]);
    let ran = Ran::from(command.arg("-f").arg(templates.path()).output().unwrap()).ends_with(0);
    let told = format!("{} is asked from now on, and not {}: 404", worker.url(), starting.url());
    assert!(ran.stderr.contains(&told), "{}", ran.stderr);
    starting.end();
    worker.end();
}

#[test]
fn a_write_in_doubt_is_looked_at_by_another_worker_and_not_sent_to_it() {
    let templates = Templates::of("a", &[]);
    let timed_out = "Request timed out. The worker is currently ensuring membership in the cluster";
    for lost in [puts("a").closes(), puts("a").fails(500, timed_out), puts("a").answers_text(502, "<html>")] {
        let first = Worker::start(vec![empty_list(), absent("a"), validates(&[]), lost]);
        let second = Worker::start(vec![list("a", &with_class(&[]))]);
        let urls = format!("{},{}", first.url(), second.url());
        let mut command = command(&urls, &["apply"]);
        let ran = Ran::from(command.arg("-f").arg(templates.path()).output().unwrap()).ends_with(0);
        assert!(ran.stderr.contains(&format!("PUT {}/connectors/a/config", first.url())), "{}", ran.stderr);
        first.end();
        second.end();
    }
}

#[test]
fn where_all_workers_are_gone_each_is_named_with_its_cause() {
    let (one, other) = (nobody(), nobody());
    let ran = status(&format!("{one},{other}"), &[]).ends_with(5);
    let told = format!("none of the 2 workers could be asked: {one}: Connection refused");
    assert!(ran.stderr.contains(&told) && ran.stderr.contains(&format!("; {other}: Conn")), "{}", ran.stderr);
}

#[test]
fn the_names_that_other_tools_use_are_taken_and_two_that_differ_are_a_mistake() {
    for name in ["CONNECT_URL", "KAFKA_CONNECT_REST"] {
        let worker = Worker::start(vec![empty_list()]);
        let ran = Ran::from(command("", &["status"]).env(name, worker.url()).output().unwrap());
        ran.ends_with(0);
        worker.end();
    }
    let ran = status("http://a:1", &[("CONNECT_URL", "http://b:1")]).ends_with(4);
    assert!(ran.stderr.contains("KAFKA_CONNECT_URL and CONNECT_URL are set to different values"), "{}", ran.stderr);
}

#[test]
fn credentials_in_the_clear_to_another_machine_are_warned_of() {
    // TEST-NET-1 (RFC 5737): nobody answers there. The proxy keeps it from being tried.
    let env = [("KAFKA_CONNECT_BEARER_TOKEN", "canary-3b1f"), ("KAFKA_CONNECT_PROXY", &*nobody())];
    let ran = status("http://192.0.2.1:8083", &env).ends_with(5);
    assert!(ran.stderr.contains("credentials go to http://192.0.2.1:8083 in the clear"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("canary-3b1f"), "{}", ran.stderr);
}

#[test]
fn a_proxy_is_used_where_one_is_named_and_the_systems_own_is_not() {
    let proxy = Worker::start(vec![
        on("GET http://connect.invalid:8083/connectors?expand=info&expand=status").answers(200, &serde_json::json!({})),
    ]);
    status("http://connect.invalid:8083", &[("KAFKA_CONNECT_PROXY", &proxy.url())]).ends_with(0);
    proxy.end();
    let (proxy, worker) = (Worker::start(vec![]), Worker::start(vec![empty_list()]));
    status(&worker.url(), &[("HTTP_PROXY", &proxy.url()), ("http_proxy", &proxy.url())]).ends_with(0);
    proxy.end();
    worker.end();
}

/// A server that sends this head, and then `body` for as long as it is listened to.
fn pours(head: &'static str, body: impl Into<String>, pause: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body = body.into();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(head.as_bytes());
        while stream.write_all(body.as_bytes()).is_ok() {
            std::thread::sleep(pause);
        }
    });
    url
}

async fn ask(url: &str, timeout: Duration) -> Broken {
    let worker = HttpTransport::to_all(vec![Address::parse(url).unwrap()], &Route::default()).unwrap().remove(0);
    let request = Request { method: Method::Get, path: "/".to_owned(), body: None, timeout };
    worker.send(request).await.unwrap_err().kind
}

#[tokio::test]
async fn an_answer_has_an_end_in_time_and_in_length() {
    let drip = pours("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", "x", Duration::from_millis(20));
    let began = Instant::now();
    assert_eq!(ask(&drip, Duration::from_millis(500)).await, Broken::Timeout);
    assert!(began.elapsed() < Duration::from_secs(20));
    let flood = pours("HTTP/1.1 200 OK\r\n\r\n", "x".repeat(1 << 16), Duration::ZERO);
    assert_eq!(ask(&flood, Duration::from_mins(1)).await, Broken::TooLong);
}
