//! The bodies of Connect's answers, and of those that are somebody else's.

use connect_register::connect::Response;
use connect_register::core::DesiredState;
use serde_json::{Value, json};

use super::cluster::{AILS, Connector, Hitch, Time, View};
use super::rest::Config;
use super::ward::{LASTING, PASSING};

/// What a worker shows in place of a secret.
pub(crate) const MASK: &str = "••••••••";

/// What is shown by a read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    /// The moment that it shows.
    pub(crate) view_at: Time,
    pub(crate) is_masked: bool,
    /// The length of the trace of what has failed.
    pub(crate) trace: usize,
    /// A connector, by number, whose status could not be read: it is silently missing.
    pub(crate) missing: Option<usize>,
}

pub(crate) fn json(status: u16, body: &Value) -> Response {
    Response { status, body: body.to_string().into_bytes() }
}

/// Connect's own form of an error.
pub(crate) fn error(status: u16, message: &str) -> Response {
    json(status, &json!({"error_code": status, "message": message}))
}

pub(crate) fn no_connector(name: &str) -> Response {
    error(404, &format!("Connector {name} not found"))
}

/// A page of something that is not Connect.
pub(crate) fn page(status: u16, title: &str) -> Response {
    let body = format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>");
    Response { status, body: body.into_bytes() }
}

pub(crate) fn root(version: &str) -> Response {
    json(200, &json!({"version": version, "commit": "c0ffee", "kafka_cluster_id": "simulated"}))
}

pub(crate) fn plugins() -> Response {
    json(200, &json!([{"class": "x.Sink", "type": "sink", "version": "1"}]))
}

/// Every key is known and right; a reference in the name is resolved, as Connect does before it looks.
pub(crate) fn validation(class: &str, config: &Config) -> Response {
    let one = |(key, value): (&String, &String)| {
        let value = if key == "name" && value.contains("${") { "" } else { value };
        json!({"definition": {"name": key}, "value": {"name": key, "value": value, "errors": []}})
    };
    let configs: Vec<Value> = config.iter().map(one).collect();
    json(200, &json!({"name": class, "error_count": 0, "groups": [], "configs": configs}))
}

pub(crate) fn config(name: &str, connector: Option<&Connector>, shown: Shown) -> Response {
    let Some(connector) = connector else { return no_connector(name) };
    let mut body = String::from("{");
    write_config(&mut body, &connector.config, shown.is_masked);
    body.push('}');
    Response { status: 200, body: body.into_bytes() }
}

/// `GET /connectors?expand=info&expand=status`; written by hand, for it is asked for in every round.
pub(crate) fn list(view: &View, now: Time, shown: Shown) -> Response {
    let mut body = String::with_capacity(512 * view.len() + 2);
    body.push('{');
    let listed = view
        .iter()
        .enumerate()
        .filter(|(number, (_, connector))| connector.listed_from <= now && shown.missing != Some(*number));
    for (_, (name, connector)) in listed {
        if body.len() > 1 {
            body.push(',');
        }
        write_text(&mut body, name);
        body.push_str(":{\"info\":{\"name\":");
        write_text(&mut body, name);
        body.push_str(",\"config\":{");
        write_config(&mut body, &connector.config, shown.is_masked);
        body.push_str("},\"tasks\":[],\"type\":\"sink\"},\"status\":");
        write_status(&mut body, name, connector, shown.trace);
        body.push('}');
    }
    body.push('}');
    Response { status: 200, body: body.into_bytes() }
}

fn write_config(body: &mut String, config: &Config, is_masked: bool) {
    let mut is_first = true;
    for (key, value) in config {
        if !std::mem::take(&mut is_first) {
            body.push(',');
        }
        write_text(body, key);
        body.push(':');
        write_text(body, if is_masked && key.ends_with("password") { MASK } else { value });
    }
    if is_masked {
        body.push_str(",\"__internal.config.version\":\"7\"");
    }
}

fn write_status(body: &mut String, name: &str, connector: &Connector, trace: usize) {
    let state = connector.state.of_connect();
    body.push_str("{\"name\":");
    write_text(body, name);
    body.push_str(",\"connector\":{\"state\":\"");
    body.push_str(state);
    body.push_str("\",\"worker_id\":\"w:8083\"},\"tasks\":[");
    if connector.hitch == Hitch::Unassigned && connector.state != DesiredState::Stopped {
        body.push_str("{\"id\":1,\"worker_id\":\"w:8083\",\"state\":\"UNASSIGNED\"},");
    }
    if connector.state != DesiredState::Stopped && connector.hitch != Hitch::NoTasks {
        body.push_str("{\"id\":0,\"worker_id\":\"w:8083\",\"state\":\"");
        if connector.has_failed {
            body.push_str("FAILED\",\"trace\":\"");
            body.push_str(if connector.config.contains_key(AILS) { LASTING } else { PASSING });
            for _ in 0..trace / 32 {
                body.push_str("\\n\\tat x.Sink.put(Sink.java:1234)");
            }
            body.push('"');
        } else {
            body.push_str(state);
            body.push('"');
        }
        body.push('}');
    }
    body.push_str("],\"type\":\"sink\"}");
}

/// A JSON string.
fn write_text(body: &mut String, text: &str) {
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        body.push('"');
        body.push_str(text);
        body.push('"');
    } else {
        body.push_str(&Value::from(text).to_string());
    }
}
