use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::*;
use crate::connect::{Broken, Response, TransportError};
use service::Secret;

type Outcome = Result<Response, TransportError>;

/// A worker that answers as it is told, in this order.
struct Scripted {
    address: &'static str,
    outcomes: Mutex<VecDeque<Outcome>>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Transport for Scripted {
    fn address(&self) -> &str {
        self.address
    }

    async fn send(&self, request: Request) -> Outcome {
        let body = request.body.map_or_else(String::new, |body| format!(" {}", String::from_utf8(body).unwrap()));
        let heard = format!("{} {}{}{body}", request.method.as_str(), self.address, request.path);
        let outcome = self.outcomes.lock().unwrap().pop_front().unwrap_or_else(|| panic!("not expected: {heard}"));
        self.heard.lock().unwrap().push(heard);
        outcome
    }
}

/// A client of workers `a`, `b` and so on, each with its answers, and what they hear.
fn client<const N: usize>(workers: [Vec<Outcome>; N]) -> (Client<Scripted>, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::<Mutex<Vec<String>>>::default();
    let mut workers = workers.into_iter().zip(["a", "b", "c"]).map(|(outcomes, address)| Scripted {
        address,
        outcomes: Mutex::new(outcomes.into()),
        heard: heard.clone(),
    });
    let first = workers.next().unwrap();
    (Client::of_all(first, workers.collect::<Vec<_>>(), Redactor::new([Secret::new("canary")])), heard)
}

#[expect(clippy::unnecessary_wraps, reason = "an outcome among others")]
fn answer(status: u16, body: &str) -> Outcome {
    Ok(Response { status, body: body.into() })
}

fn error(status: u16, message: &str) -> Outcome {
    answer(status, &json!({"error_code": status, "message": message}).to_string())
}

fn breaks(kind: Broken) -> Outcome {
    Err(TransportError { kind, message: format!("{kind:?}") })
}

fn written(name: &str) -> String {
    json!({"name": name, "config": {"name": name, "gone": null}, "tasks": [], "type": "sink"}).to_string()
}

fn name() -> ConnectorName {
    ConnectorName::reported("x/y")
}

fn payload() -> Payload {
    Payload::new(BTreeMap::from([("k".to_owned(), "v".to_owned())])).unwrap()
}

fn patch() -> Patch {
    Patch::new(BTreeMap::from([("k".to_owned(), Some("v".to_owned())), ("gone".to_owned(), None)])).unwrap()
}

fn told<A: std::fmt::Debug>(result: Result<A, Fault>) -> String {
    match result {
        Ok(answer) => format!("{answer:?}"),
        Err(fault) => format!("{}: {fault}", fault.class.as_str()),
    }
}

#[tokio::test]
async fn each_write_is_one_request_of_connect() {
    let (client, heard) = client([vec![
        answer(201, &written("x/y")),
        answer(200, &written("x/y")),
        answer(201, &written("x/y")),
        answer(200, &written("x/y")),
        answer(202, ""),
        answer(202, ""),
        answer(204, ""),
        answer(204, ""),
        answer(202, r#"{"name":"x/y"}"#),
    ]]);
    let name = name();
    assert_eq!(client.put_config(&name, &payload()).await, Ok(Effect::Created));
    assert_eq!(client.put_config(&name, &payload()).await, Ok(Effect::Updated));
    assert_eq!(client.create(&name, &payload(), DesiredState::Stopped).await, Ok(Effect::Created));
    assert_eq!(client.patch_config(&name, &patch()).await, Ok(Effect::Updated));
    for state in DesiredState::ALL {
        assert_eq!(client.set_state(&name, state).await, Ok(()));
    }
    assert_eq!(client.delete(&name).await, Ok(()));
    assert_eq!(client.restart(&name, Part::Failed).await, Ok(()));
    insta::assert_snapshot!(heard.lock().unwrap().join("\n"), @r#"
    PUT a/connectors/x%2Fy/config {"k":"v"}
    PUT a/connectors/x%2Fy/config {"k":"v"}
    POST a/connectors {"name":"x/y","config":{"k":"v"},"initial_state":"STOPPED"}
    PATCH a/connectors/x%2Fy/config {"gone":null,"k":"v"}
    PUT a/connectors/x%2Fy/resume
    PUT a/connectors/x%2Fy/pause
    PUT a/connectors/x%2Fy/stop
    DELETE a/connectors/x%2Fy
    POST a/connectors/x%2Fy/restart?includeTasks=true&onlyFailed=true
    "#);
}

/// What a write that did not go well is told as; the same for each kind of write.
#[tokio::test]
async fn a_write_whose_answer_is_not_its_own_is_in_doubt_and_one_that_was_refused_is_not() {
    let stage = "Request timed out. The worker is currently restarting task canary-0, which began at x.";
    let of_another = written("other");
    let whole = written("x/y");
    let outcomes = || {
        vec![
            breaks(Broken::Cut),
            breaks(Broken::Timeout),
            error(500, stage),
            answer(200, "<html>\u{1b}[2J canary</html>"),
            answer(200, ""),
            answer(200, &of_another),
            answer(200, &whole[..whole.len() - 1]),
            answer(202, ""),
            answer(503, "<html>"),
            error(409, "Connector x/y already exists"),
            error(409, "Cannot complete request because of a conflicting operation (e.g. worker rebalance)"),
            error(400, "Connector config {db.password=canary, u=x} contains no connector type"),
            error(405, "HTTP 405 Method Not Allowed"),
            answer(500, r#"{"error_code": 500, "message": null}"#),
            breaks(Broken::Connect),
            breaks(Broken::Tls),
        ]
    };
    let (client, heard) = client([[outcomes(), outcomes(), outcomes()].concat()]);
    let (mut of_put, mut of_post, mut of_patch) = (Vec::new(), Vec::new(), Vec::new());
    for _ in outcomes() {
        of_put.push(told(client.put_config(&name(), &payload()).await));
    }
    for _ in outcomes() {
        of_post.push(told(client.create(&name(), &payload(), DesiredState::Running).await));
    }
    for _ in outcomes() {
        of_patch.push(told(client.patch_config(&name(), &patch()).await));
    }
    let alike = |told: &[String], request: &str| told.join("\n").replace(request, "REQUEST");
    let of_put = alike(&of_put, "PUT a/connectors/x%2Fy/config");
    insta::assert_snapshot!(of_put, @r"
    ambiguous: REQUEST: Cut
    ambiguous: REQUEST: Timeout
    ambiguous: REQUEST: 500 Request timed out. The worker is currently restarting task ****-0, which began at x.
    ambiguous: REQUEST: 200 this is not the answer to this request: <html>�[2J ****</html>
    ambiguous: REQUEST: 200 this is not the answer to this request: an empty body
    ambiguous: REQUEST: 200 this is not the answer to this request: 79 bytes of JSON, or what is left of it
    ambiguous: REQUEST: 200 this is not the answer to this request: 74 bytes of JSON, or what is left of it
    ambiguous: REQUEST: 202 this is not the answer to this request: an empty body
    ambiguous: REQUEST: 503 <html>
    exists: REQUEST: 409 Connector x/y already exists
    rebalance: REQUEST: 409 Cannot complete request because of a conflicting operation (e.g. worker rebalance)
    invalid: REQUEST: 400 the configuration contains no connector type
    unsupported: REQUEST: 405 HTTP 405 Method Not Allowed
    fatal: REQUEST: 500 no reason is given
    unreachable: REQUEST: Connect
    untrusted: REQUEST: Tls
    ");
    assert_eq!(alike(&of_post, "POST a/connectors"), of_put);
    assert_eq!(alike(&of_patch, "PATCH a/connectors/x%2Fy/config"), of_put);
    assert_eq!(heard.lock().unwrap().len(), 3 * outcomes().len(), "nothing was sent twice");
}

#[tokio::test]
async fn a_connector_that_is_gone_is_deleted_and_a_worker_that_knows_no_such_address_has_deleted_nothing() {
    let outcomes = vec![
        error(404, "Connector x/y not found"),
        answer(204, ""),
        answer(404, "<html>404</html>"),
        error(404, "HTTP 404 Not Found"),
        answer(200, ""),
        answer(204, "<html>"),
        breaks(Broken::Cut),
        error(500, "Error removing connector configuration from Kafka"),
    ];
    let count = outcomes.len();
    let (client, _) = client([outcomes]);
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(told(client.delete(&name()).await));
    }
    insta::assert_snapshot!(all.join("\n"), @r"
    ()
    ()
    not_connect: DELETE a/connectors/x%2Fy: 404 <html>404</html>
    unsupported: DELETE a/connectors/x%2Fy: 404 HTTP 404 Not Found
    ambiguous: DELETE a/connectors/x%2Fy: 200 this is not the answer to this request: an empty body
    ambiguous: DELETE a/connectors/x%2Fy: 204 this is not the answer to this request: <html>
    ambiguous: DELETE a/connectors/x%2Fy: Cut
    ambiguous: DELETE a/connectors/x%2Fy: 500 Error removing connector configuration from Kafka
    ");
}

#[tokio::test]
async fn a_state_is_accepted_with_or_without_a_body_and_by_nobody_else() {
    let outcomes = vec![
        answer(202, ""),
        answer(202, "{}"),
        answer(204, ""),
        answer(202, "<html>"),
        answer(200, ""),
        error(404, "Unknown connector x/y"),
        error(404, "HTTP 404 Not Found"),
    ];
    let count = outcomes.len();
    let (client, _) = client([outcomes]);
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(told(client.set_state(&name(), DesiredState::Stopped).await));
    }
    insta::assert_snapshot!(all.join("\n"), @r"
    ()
    ()
    ()
    ambiguous: PUT a/connectors/x%2Fy/stop: 202 this is not the answer to this request: <html>
    ambiguous: PUT a/connectors/x%2Fy/stop: 200 this is not the answer to this request: an empty body
    missing: PUT a/connectors/x%2Fy/stop: 404 Unknown connector x/y
    unsupported: PUT a/connectors/x%2Fy/stop: 404 HTTP 404 Not Found
    ");
}

#[tokio::test]
async fn an_old_worker_restarts_what_has_failed_one_by_one() {
    let part = |id: u32, state: &str| json!({"id": id, "state": state, "worker_id": "w", "trace": "canary"});
    let status = json!({
        "name": "x/y", "type": "sink", "connector": {"state": "RUNNING", "worker_id": "w"},
        "tasks": [part(0, "FAILED"), part(1, "RUNNING"), part(2, "FAILED")],
    });
    let (client, heard) =
        client([vec![answer(204, ""), answer(200, &status.to_string()), answer(204, ""), answer(204, "")]]);
    assert_eq!(client.restart(&name(), Part::Failed).await, Ok(()));
    insta::assert_snapshot!(heard.lock().unwrap().join("\n"), @r"
    POST a/connectors/x%2Fy/restart?includeTasks=true&onlyFailed=true
    GET a/connectors/x%2Fy/status
    POST a/connectors/x%2Fy/tasks/0/restart
    POST a/connectors/x%2Fy/tasks/2/restart
    ");
}

#[tokio::test]
async fn a_configuration_is_that_of_its_connector_or_a_fault() {
    let outcomes = vec![
        answer(200, r#"{"name": "x/y", "k": "v", "gone": null}"#),
        answer(200, r#"{"k": "v"}"#),
        error(404, "Connector x/y not found"),
        answer(200, r#"{"name": "other", "k": "canary"}"#),
        answer(200, r#"{"name": "x/y", "k": "canar"#),
        answer(200, r#"{"name": {"x": 1}}"#),
        answer(200, ""),
        answer(200, "<html>login</html>"),
        answer(404, r#"{"url":"/connectors","status":"404","message":"Not Found"}"#),
        error(404, "HTTP 404 Not Found"),
        error(500, "Request cannot be completed because a rebalance is expected"),
        breaks(Broken::Cut),
        answer(401, "User cannot access the resource."),
    ];
    let count = outcomes.len();
    let (client, _) = client([outcomes]);
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(told(client.config(&name()).await).replace("GET a/connectors/x%2Fy/config", "REQUEST"));
    }
    insta::assert_snapshot!(all.join("\n"), @r#"
    Some({"k": "v", "name": "x/y"})
    Some({"k": "v"})
    None
    transient: REQUEST: 200 this is the answer to another request
    transient: REQUEST: 200 the answer breaks off after 27 bytes
    not_connect: REQUEST: 200 this is no answer of Kafka Connect: 18 bytes of JSON, or what is left of it
    not_connect: REQUEST: 200 this is no answer of Kafka Connect: an empty body
    not_connect: REQUEST: 200 this is no answer of Kafka Connect: <html>login</html>
    not_connect: REQUEST: 404 404: Not Found
    unsupported: REQUEST: 404 HTTP 404 Not Found
    rebalance: REQUEST: 500 Request cannot be completed because a rebalance is expected
    transient: REQUEST: Cut
    denied: REQUEST: 401 User cannot access the resource.
    "#);
}

#[tokio::test]
async fn health_is_what_the_worker_says_of_itself() {
    let spoken = |status: u16, word: &str| answer(status, &json!({"status": word, "message": "m"}).to_string());
    let outcomes = vec![
        spoken(200, "healthy"),
        spoken(503, "starting"),
        spoken(500, "unhealthy"),
        spoken(200, "other"),
        answer(200, ""),
        answer(503, "<html>"),
        error(404, "HTTP 404 Not Found"),
    ];
    let count = outcomes.len();
    let (client, _) = client([outcomes]);
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(told(client.health().await));
    }
    insta::assert_snapshot!(all.join("\n"), @r"
    ()
    transient: GET a/health: 503 starting: m
    transient: GET a/health: 500 unhealthy: m
    not_connect: GET a/health: 200 this is no answer of Kafka Connect: 32 bytes of JSON, or what is left of it
    not_connect: GET a/health: 200 this is no answer of Kafka Connect: an empty body
    transient: GET a/health: 503 <html>
    unsupported: GET a/health: 404 HTTP 404 Not Found
    ");
}

#[tokio::test]
async fn plug_ins_and_their_keys_are_read_from_old_workers_and_new_ones() {
    let old = json!([{"class": "x.Sink"}, {"class": "x.Source", "type": "source", "version": "1"}]);
    let new = json!([{"class": "x.Sink", "type": "sink"}, {"class": "x.Cast$Key", "type": "transformation", "version": null}]);
    let key = |name: &str, kind: &str| {
        json!({"name": name, "type": kind, "required": true, "default_value": "canary", "importance": "HIGH",
               "documentation": null, "group": null, "order": 1, "dependents": []})
    };
    let (client, heard) = client([vec![
        answer(200, &old.to_string()),
        answer(200, &new.to_string()),
        answer(200, &new.to_string()),
        answer(200, &json!([key("k", "STRING"), key("p", "PASSWORD")]).to_string()),
        error(404, "Unknown plugin x.Other."),
        error(404, "HTTP 404 Not Found"),
    ]]);
    let all = [
        told(client.all_plugins().await.map(|all| all.into_iter().map(|p| (p.class, p.kind)).collect::<Vec<_>>())),
        told(client.all_plugins().await.map(|all| all.into_iter().map(|p| (p.class, p.kind)).collect::<Vec<_>>())),
        told(client.plugins().await),
        told(
            client
                .definition("x.Cast$Key")
                .await
                .map(|keys| keys.into_iter().map(|key| (key.name, key.kind, key.default_value)).collect::<Vec<_>>()),
        ),
        told(client.definition("x.Other").await),
        told(client.definition("x.Sink").await),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    [("x.Sink", ""), ("x.Source", "source")]
    [("x.Sink", "sink"), ("x.Cast$Key", "transformation")]
    ["x.Sink"]
    [("k", "STRING", Some("canary")), ("p", "PASSWORD", None)]
    missing: GET a/connector-plugins/x.Other/config: 404 Unknown plugin x.Other.
    unsupported: GET a/connector-plugins/x.Sink/config: 404 HTTP 404 Not Found
    "#);
    assert_eq!(heard.lock().unwrap()[3], "GET a/connector-plugins/x.Cast%24Key/config");
}

/// A plug-in may put a whole dump into its trace, and a worker of before 2.3 knows no `expand`.
#[tokio::test]
async fn all_connectors_are_read_with_a_trace_of_ten_megabytes_and_keys_without_a_value() {
    let trace = format!("a.B: canary\n{}", "\tat x.y(Z.java:1)\n".repeat(580_000));
    assert!(trace.len() > 10_000_000);
    let status = json!({"name": "x", "type": "sink", "connector": {"state": "RUNNING", "worker_id": "w"},
                        "tasks": [{"id": 0, "state": "FAILED", "worker_id": "w", "trace": trace}]});
    let all = json!({"x": {"info": {"name": "x", "config": {"k": "v", "gone": null}, "tasks": []}, "status": status}});
    let (client, _) = client([vec![answer(200, &all.to_string()), answer(200, r#"["x"]"#), answer(200, "null")]]);
    let observed = client.observe().await.unwrap();
    let observed = &observed[&ConnectorName::reported("x")];
    assert_eq!(observed.config, BTreeMap::from([("k".to_owned(), "v".to_owned())]));
    let trace = observed.status.as_ref().unwrap().tasks[0].trace.as_ref().unwrap();
    assert!(trace.len() > 10_000_000 && trace.starts_with("a.B: ****\n"));
    insta::assert_snapshot!(told(client.observe().await), @"unsupported: GET a/connectors?expand=info&expand=status: the worker is older than Kafka 2.3: it cannot tell of all connectors at once");
    insta::assert_snapshot!(told(client.observe().await), @"not_connect: GET a/connectors?expand=info&expand=status: 200 this is no answer of Kafka Connect: null");
}

#[tokio::test]
async fn a_request_goes_to_the_next_worker_where_nothing_was_done_and_stays_there() {
    let (client, heard) = client([
        vec![breaks(Broken::Connect)],
        vec![answer(404, "<html>starting</html>")],
        vec![answer(201, &written("x/y")), answer(200, "{}")],
    ]);
    assert_eq!(client.address(), "a");
    assert_eq!(client.put_config(&name(), &payload()).await, Ok(Effect::Created));
    assert_eq!(client.address(), "c");
    assert!(client.observe().await.unwrap().is_empty());
    let heard: Vec<_> = heard.lock().unwrap().iter().map(|heard| heard[..6].to_owned()).collect();
    assert_eq!(heard, ["PUT a/", "PUT b/", "PUT c/", "GET c/"]);
}

#[tokio::test]
async fn a_write_in_doubt_is_not_sent_to_another_worker_but_the_look_after_it_goes_there() {
    for lost in [breaks(Broken::Cut), breaks(Broken::Timeout), answer(502, "<html>"), error(500, "Request timed out")] {
        let (client, heard) = client([vec![lost], vec![answer(200, "{}")]]);
        let fault = client.put_config(&name(), &payload()).await.unwrap_err();
        assert_eq!((fault.class, fault.request.as_str()), (Class::Ambiguous, "PUT a/connectors/x%2Fy/config"));
        assert!(client.observe().await.unwrap().is_empty());
        assert_eq!(heard.lock().unwrap().len(), 2);
        assert_eq!(client.address(), "b");
    }
}

#[tokio::test]
async fn a_read_that_breaks_off_is_asked_of_the_next_worker_at_once() {
    for lost in [breaks(Broken::Cut), answer(503, "<html>"), error(500, "Worker is shutting down")] {
        let (client, _) = client([vec![lost], vec![answer(200, "{}")]]);
        assert!(client.observe().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn where_no_worker_can_be_asked_each_is_named_with_its_cause() {
    let (client, _) = client([
        vec![breaks(Broken::Connect), breaks(Broken::Connect), breaks(Broken::Tls)],
        vec![answer(503, r#"{"status":"starting","message":"m"}"#), breaks(Broken::Tls), breaks(Broken::Tls)],
        vec![answer(404, "<html>\u{1b}canary</html>"), breaks(Broken::Tls), breaks(Broken::Tls)],
    ]);
    insta::assert_snapshot!(told(client.worker().await), @"transient: GET /: none of the 3 workers could be asked: a: Connect; b: 503 starting: m; c: 404 <html>�****</html>");
    insta::assert_snapshot!(told(client.worker().await), @"unreachable: GET /: none of the 3 workers could be asked: a: Connect; b: Tls; c: Tls");
    insta::assert_snapshot!(told(client.worker().await), @"untrusted: GET /: none of the 3 workers could be asked: a: Tls; b: Tls; c: Tls");
}
