use std::time::Duration;

use super::*;
use crate::plugins::SINK;

const VIEW: View = View { at: Duration::MAX, statuses: Duration::MAX, masks: false, version: Version(4, 0) };

/// What a cluster answers to one request after the other.
struct Asked(Cluster, View);

impl Asked {
    fn new(view: View) -> Self {
        Self(Cluster::default(), view)
    }

    fn ask(&mut self, request: &str, body: &Value) -> (u16, Value) {
        let (method, target) = request.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request { method: method.to_owned(), path, query: query.to_owned(), body };
        let reply = answer(&mut self.0, Duration::ZERO, self.1, route(&request, self.1.version));
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or(Value::Null))
    }

    fn status(&mut self, request: &str, body: &Value) -> u16 {
        self.ask(request, body).0
    }
}

fn config(number: &str) -> Value {
    json!({"connector.class": SINK, "number": number, "password": "hush"})
}

#[test]
fn a_put_creates_then_updates_and_an_equal_one_is_an_effect_too() {
    let mut connect = Asked::new(VIEW);
    let statuses = ["1", "1", "2"].map(|number| connect.status("PUT /connectors/a/config", &config(number)));
    assert_eq!((statuses, connect.0.effects["a"]), ([201, 200, 200], 3));
    assert_eq!(connect.status("PUT /connectors/a/config", &json!({"name": "a", "config": {}})), 500);
    assert_eq!(connect.status("PUT /connectors/a/config", &config("many")), 400);
    assert_eq!(connect.0.effects["a"], 3, "what is refused is no effect");
}

#[test]
fn a_post_creates_in_a_state_and_once() {
    let mut connect = Asked::new(VIEW);
    let body = json!({"name": "a", "config": config("1"), "initial_state": "STOPPED"});
    assert_eq!(connect.status("POST /connectors", &body), 201);
    let (status, answer) = connect.ask("POST /connectors", &body);
    assert_eq!((status, answer["message"].as_str().unwrap()), (409, "Connector a already exists"));
    let (_, status) = connect.ask("GET /connectors/a/status", &Value::Null);
    assert_eq!((&status["connector"]["state"], &status["tasks"]), (&json!("STOPPED"), &json!([])));
    let odd = json!({"name": "b", "config": config("1"), "initial_state": "IDLE"});
    assert_eq!(connect.status("POST /connectors", &odd), 400);
}

#[test]
fn what_a_version_does_not_have_it_does_not_answer() {
    let mut connect = Asked::new(View { version: Version(3, 4), ..VIEW });
    connect.ask("PUT /connectors/a/config", &config("1"));
    assert_eq!(connect.status("GET /health", &Value::Null), 404);
    assert_eq!(connect.status("PUT /connectors/a/stop", &Value::Null), 404);
    assert_eq!(connect.status("PATCH /connectors/a/config", &json!({"number": "2"})), 405);
    let body = json!({"name": "b", "config": config("1"), "initial_state": "PAUSED"});
    assert_eq!(connect.status("POST /connectors", &body), 500);
}

#[test]
fn a_patch_a_state_and_a_delete_need_a_connector() {
    let mut connect = Asked::new(VIEW);
    let requests = [
        ("PATCH /connectors/a/config", json!({"number": null, "text": "x"}), 200),
        ("PUT /connectors/a/pause", Value::Null, 202),
        ("PUT /connectors/a/stop", Value::Null, 204),
        ("PUT /connectors/a/resume", Value::Null, 202),
        ("POST /connectors/a/restart?includeTasks=true&onlyFailed=true", Value::Null, 202),
        ("DELETE /connectors/a", Value::Null, 204),
    ];
    for (request, body, _) in &requests {
        assert_eq!(connect.status(request, body), 404, "{request}");
    }
    connect.ask("PUT /connectors/a/config", &config("1"));
    for (request, body, status) in &requests {
        assert_eq!(connect.status(request, body), *status, "{request}");
    }
    assert_eq!(connect.ask("GET /connectors", &Value::Null).1, json!([]));
}

#[test]
fn a_connector_without_a_status_is_left_out_where_statuses_are_asked_for() {
    let mut connect = Asked::new(View { statuses: Duration::ZERO, ..VIEW });
    connect.0.apply(
        Duration::from_secs(1),
        Change { name: "a".to_owned(), what: What::Put([("connector.class".to_owned(), SINK.to_owned())].into()) },
    );
    let (_, both) = connect.ask("GET /connectors?expand=info&expand=status", &Value::Null);
    let (_, info) = connect.ask("GET /connectors?expand=info", &Value::Null);
    assert_eq!((both, info.as_object().unwrap().len()), (json!({}), 1));
    assert_eq!(connect.status("GET /connectors/a/status", &Value::Null), 404);
    assert_eq!(connect.status("GET /connectors/a/config", &Value::Null), 200);
}

#[test]
fn a_mask_hides_a_secret_wherever_a_configuration_is_shown_and_is_noticed_when_written_back() {
    let mut connect = Asked::new(View { masks: true, ..VIEW });
    let (_, written) = connect.ask("PUT /connectors/a/config", &config("1"));
    let (_, read) = connect.ask("GET /connectors/a/config", &Value::Null);
    assert_eq!((&written["config"]["password"], &read["password"]), (&json!("••••"), &json!("••••")));
    assert_eq!(connect.0.masks_written, 0);
    connect.ask("PUT /connectors/a/config", &read);
    assert_eq!(connect.0.masks_written, 1);
}

#[test]
fn a_validation_tells_all_keys_and_what_is_wrong_with_them() {
    let mut connect = Asked::new(VIEW);
    let path = format!("PUT /connector-plugins/{SINK}/config/validate");
    let (status, answer) = connect.ask(&path, &json!({"name": "a", "connector.class": SINK, "number": "many"}));
    assert_eq!((status, &answer["error_count"]), (200, &json!(1)));
    assert_eq!(connect.status("PUT /connector-plugins/x.Y/config/validate", &json!({"connector.class": "x.Y"})), 500);
    let (_, keys) = connect.ask(&format!("GET /connector-plugins/{SINK}/config"), &Value::Null);
    assert_eq!(keys.as_array().unwrap().len(), answer["configs"].as_array().unwrap().len());
}
