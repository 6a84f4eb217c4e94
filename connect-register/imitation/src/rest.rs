//! The REST contract: which request means what, and how a worker answers it. That an answer may not
//! arrive is not known here.

use serde_json::{Map, Value, json};

use crate::change::{Change, Target, What};
use crate::cluster::{Cluster, Config, Connector, Outcome, Time};
use crate::http::{Reply, Request};
use crate::offsets::Entries;
use crate::plugins;
use crate::server::Version;
use crate::wrong::connects_own;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Root,
    Health,
    Names,
    Expand {
        info: bool,
        status: bool,
    },
    Info(String),
    Config(String),
    Status(String),
    Tasks(String),
    Plugins {
        connectors_only: bool,
    },
    Definitions(String),
    Validate(String, Config),
    Offsets(String),
    Topics(String),
    Loggers,
    SetLogger {
        logger: String,
        level: String,
        cluster: bool,
    },
    Change(Change, Accepted),
    /// Nothing that a worker does.
    Refused(u16, String),
    /// A method that the worker's version does not know.
    Unknown,
}

/// With which status a change without an answer of its own is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accepted(pub(crate) u16);

/// How a worker shows what it has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// What was there at this time.
    pub(crate) at: Time,
    /// Connectors made after this time have no status yet.
    pub(crate) statuses: Time,
    /// Whether secrets are masked.
    pub(crate) masks: bool,
    pub(crate) version: Version,
}

/// What a request asks for.
pub(crate) fn route(request: &Request, version: Version) -> Route {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    let asks = |parameter: &str| request.query.split('&').any(|given| given == parameter);
    match (request.method.as_str(), path.as_slice()) {
        ("GET", []) => Route::Root,
        ("GET", ["health"]) if version >= Version(3, 9) => Route::Health,
        ("GET", ["connectors"]) => match (asks("expand=info"), asks("expand=status")) {
            (false, false) => Route::Names,
            (info, status) => Route::Expand { info, status },
        },
        ("POST", ["connectors"]) => create(&request.body, version),
        ("GET", ["connectors", name]) => Route::Info((*name).to_owned()),
        ("DELETE", ["connectors", name]) => change(name, What::Delete, 204),
        ("GET", ["connectors", name, "config"]) => Route::Config((*name).to_owned()),
        ("GET", ["connectors", name, "status"]) => Route::Status((*name).to_owned()),
        ("GET", ["connectors", name, "tasks"]) => Route::Tasks((*name).to_owned()),
        ("PUT", ["connectors", name, "config"]) => match flat(&request.body) {
            Ok(config) => change(name, What::Put(config), 200),
            Err(message) => Route::Refused(500, message),
        },
        ("PATCH", ["connectors", name, "config"]) if version >= Version(3, 8) => {
            match serde_json::from_slice(&request.body) {
                Ok(keys) => change(name, What::Patch(keys), 200),
                Err(error) => Route::Refused(500, error.to_string()),
            }
        }
        ("PUT", ["connectors", name, "pause"]) => change(name, What::Ask(Target::Paused), 202),
        ("PUT", ["connectors", name, "resume"]) => change(name, What::Ask(Target::Running), 202),
        ("PUT", ["connectors", name, "stop"]) if version >= Version(3, 5) => {
            change(name, What::Ask(Target::Stopped), 204)
        }
        ("POST", ["connectors", name, "restart"]) => {
            let tasks = asks("includeTasks=true") && version >= Version(3, 0);
            change(name, What::Restart { tasks }, if tasks { 202 } else { 204 })
        }
        ("POST", ["connectors", name, "tasks", task, "restart"]) => match task.parse() {
            Ok(task) => change(name, What::RestartTask(task), 204),
            Err(_) => Route::Refused(404, "HTTP 404 Not Found".to_owned()),
        },
        ("GET", ["connectors", name, "offsets"]) if version >= Version(3, 5) => Route::Offsets((*name).to_owned()),
        ("PATCH", ["connectors", name, "offsets"]) if version >= Version(3, 6) => {
            match serde_json::from_slice(&request.body) {
                Ok(Entries { offsets }) if !offsets.is_empty() => change(name, What::Alter(offsets), 200),
                Ok(_) => Route::Refused(400, "Partitions / offsets need to be provided".to_owned()),
                Err(error) => Route::Refused(500, error.to_string()),
            }
        }
        ("DELETE", ["connectors", name, "offsets"]) if version >= Version(3, 6) => change(name, What::Clear, 200),
        ("GET", ["connectors", name, "topics"]) => Route::Topics((*name).to_owned()),
        ("GET", ["admin", "loggers"]) => Route::Loggers,
        ("PUT", ["admin", "loggers", logger]) => match serde_json::from_slice::<Value>(&request.body) {
            Ok(body) => Route::SetLogger {
                logger: (*logger).to_owned(),
                level: body["level"].as_str().unwrap_or_default().to_owned(),
                cluster: asks("scope=cluster") && version >= Version(3, 7),
            },
            Err(error) => Route::Refused(500, error.to_string()),
        },
        ("GET", ["connector-plugins"]) => Route::Plugins { connectors_only: !asks("connectorsOnly=false") },
        ("GET", ["connector-plugins", class, "config"]) if version >= Version(3, 2) => {
            Route::Definitions((*class).to_owned())
        }
        ("PUT", ["connector-plugins", class, "config", "validate"]) => match flat(&request.body) {
            Ok(config) => Route::Validate((*class).to_owned(), config),
            Err(message) => Route::Refused(500, message),
        },
        ("PATCH", ["connectors", _, "config"]) => Route::Unknown,
        _ => Route::Refused(404, "HTTP 404 Not Found".to_owned()),
    }
}

fn change(name: &str, what: What, accepted: u16) -> Route {
    Route::Change(Change { name: name.to_owned(), what }, Accepted(accepted))
}

fn create(body: &[u8], version: Version) -> Route {
    let Ok(Value::Object(mut body)) = serde_json::from_slice(body) else {
        return Route::Refused(500, "Cannot deserialize value of type CreateConnectorRequest".to_owned());
    };
    let state = match body.remove("initial_state") {
        None | Some(Value::Null) => Target::Running,
        Some(_) if version < Version(3, 7) => {
            return Route::Refused(500, "Unrecognized field \"initial_state\"".to_owned());
        }
        Some(state) => match state.as_str().and_then(Target::parse) {
            Some(state) => state,
            None => return Route::Refused(400, format!("Cannot deserialize value {state} as an initial state")),
        },
    };
    let config = flat(body.get("config").unwrap_or(&Value::Null).to_string().as_bytes());
    match (body.get("name").and_then(Value::as_str), config) {
        (Some(name), Ok(config)) => change(name, What::Create(config, state), 201),
        (None, _) => Route::Refused(400, "Connector name configuration is missing".to_owned()),
        (_, Err(message)) => Route::Refused(500, message),
    }
}

/// A flat map: numbers and booleans become text, what is nested is refused, as Jackson does it.
fn flat(body: &[u8]) -> Result<Config, String> {
    let value: Map<String, Value> = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let entry = |(key, value): (String, Value)| match value {
        Value::String(text) => Ok((key, text)),
        Value::Number(_) | Value::Bool(_) => Ok((key, value.to_string())),
        _ => Err("Cannot deserialize value of type `java.lang.String` from Object value".to_owned()),
    };
    value.into_iter().map(entry).collect()
}

/// Whether a request asks for a change of a connector.
pub(crate) fn is_write(route: &Route) -> bool {
    matches!(route, Route::Change(..) | Route::SetLogger { .. })
}

/// What a worker answers, doing what is asked for.
pub(crate) fn answer(cluster: &mut Cluster, now: Time, view: View, route: Route) -> Reply {
    let missing = |name: &str| connects_own(404, &format!("Connector {name} not found"));
    let json = |value: Value| Reply::json(200, value.to_string());
    match route {
        Route::Root => {
            let Version(major, minor) = view.version;
            json(json!({"version": format!("{major}.{minor}.0"), "commit": "0", "kafka_cluster_id": "imitation"}))
        }
        Route::Health => json(json!({"status": "healthy", "message": "Worker has completed startup"})),
        Route::Names => json(cluster.all(view.at).map(|(name, _)| Value::from(name)).collect()),
        Route::Expand { info, status } => json(expanded(cluster, view, info, status)),
        Route::Info(name) => cluster.one(&name, view.at).map_or_else(|| missing(&name), |c| json(told(&name, c, view))),
        Route::Config(name) => {
            cluster.one(&name, view.at).map_or_else(|| missing(&name), |c| json(json!(shown(&c.config, view))))
        }
        Route::Status(name) => match cluster.one(&name, view.at) {
            Some(connector) if connector.created <= view.statuses => json(state(&name, connector)),
            Some(_) => connects_own(404, &format!("No status found for connector {name}")),
            None => missing(&name),
        },
        Route::Tasks(name) => match cluster.one(&name, view.at) {
            Some(connector) => {
                let task = |id| json!({"id": {"connector": name, "task": id}, "config": *connector.config});
                json((0..tasks(connector)).map(task).collect())
            }
            None => missing(&name),
        },
        Route::Offsets(name) if cluster.one(&name, view.at).is_none() => missing(&name),
        Route::Offsets(name) => json(cluster.offsets.get(&name).cloned().unwrap_or_default().told()),
        Route::Topics(name) => match cluster.one(&name, view.at) {
            Some(connector) => {
                let topics = connector.config.get("topics").map(String::as_str).unwrap_or_default();
                let topics: Vec<_> = topics.split(',').filter(|topic| !topic.is_empty()).collect();
                json(json!({name: {"topics": topics}}))
            }
            None => missing(&name),
        },
        Route::Loggers => json(cluster.loggers.told()),
        Route::SetLogger { logger, level, cluster: is_for_all } => {
            let set = cluster.loggers.set(&logger, &level);
            if is_for_all { Reply::json(204, "") } else { json(json!(set)) }
        }
        Route::Plugins { connectors_only } => json(plugins::list(connectors_only)),
        Route::Definitions(class) if plugins::is_known(&class) => json(plugins::definitions()),
        Route::Definitions(class) => connects_own(404, &format!("Unknown plugin {class}.")),
        Route::Validate(class, config) => match config.get("connector.class") {
            None => connects_own(400, &format!("Connector config {config:?} contains no connector type")),
            Some(_) if !plugins::is_known(&class) => connects_own(500, &plugins::unknown(&class)),
            Some(_) => match plugins::validate(&config) {
                Ok(validation) => json(validation),
                Err((status, message)) => connects_own(status, &message),
            },
        },
        Route::Change(change, Accepted(status)) => {
            let name = change.name.clone();
            match cluster.apply(now, change) {
                Outcome::Created(connector) => Reply::json(201, told(&name, &connector, view).to_string()),
                Outcome::Updated(connector) => Reply::json(200, told(&name, &connector, view).to_string()),
                Outcome::Done if status == 202 => match cluster.one(&name, now) {
                    Some(connector) => Reply::json(202, state(&name, connector).to_string()),
                    None => Reply::json(202, ""),
                },
                Outcome::Done => Reply::json(status, ""),
                Outcome::Said(message) => json(json!({"message": message})),
                Outcome::Missing => missing(&name),
                Outcome::Exists => connects_own(409, &format!("Connector {name} already exists")),
                Outcome::Refused(status, message) => connects_own(status, &message),
            }
        }
        Route::Refused(status, message) => connects_own(status, &message),
        Route::Unknown => Reply::page(405, "Error 405 Method Not Allowed"),
    }
}

fn expanded(cluster: &Cluster, view: View, info: bool, status: bool) -> Value {
    // A connector without a status is silently left out.
    let is_there = |(_, connector): &(&str, &Connector)| !status || connector.created <= view.statuses;
    let one = |(name, connector): (&str, &Connector)| {
        let mut parts = Map::new();
        if info {
            parts.insert("info".to_owned(), told(name, connector, view));
        }
        if status {
            parts.insert("status".to_owned(), state(name, connector));
        }
        (name.to_owned(), Value::Object(parts))
    };
    Value::Object(cluster.all(view.at).filter(is_there).map(one).collect())
}

fn told(name: &str, connector: &Connector, view: View) -> Value {
    let task = |id| json!({"connector": name, "task": id});
    let tasks: Vec<Value> = (0..tasks(connector)).map(task).collect();
    json!({"name": name, "config": shown(&connector.config, view), "tasks": tasks, "type": "sink"})
}

/// A configuration as a worker shows it; some mask secrets, and add keys of their own.
fn shown(config: &Config, view: View) -> Config {
    let mut config = config.clone();
    if view.masks {
        for (_, value) in config.iter_mut().filter(|(key, _)| plugins::is_password(key)) {
            *value = "\u{2022}".repeat(value.chars().count().clamp(1, 16));
        }
        config.insert("__internal.config.version".to_owned(), "1".to_owned());
    }
    config
}

fn state(name: &str, connector: &Connector) -> Value {
    let part = json!({"state": connector.target.word(), "worker_id": "127.0.0.1:8083"});
    let task = |id| match connector.failed.get(&id) {
        Some(trace) => json!({"id": id, "state": "FAILED", "worker_id": "127.0.0.1:8083", "trace": trace}),
        None => json!({"id": id, "state": connector.target.word(), "worker_id": "127.0.0.1:8083"}),
    };
    let tasks: Vec<Value> = (0..tasks(connector)).map(task).collect();
    json!({"name": name, "connector": part, "tasks": tasks, "type": "sink"})
}

fn tasks(connector: &Connector) -> u32 {
    match connector.target {
        Target::Stopped => 0,
        Target::Running | Target::Paused => {
            connector.config.get("tasks.max").and_then(|count| count.trim().parse().ok()).unwrap_or(1)
        }
    }
}

#[cfg(test)]
#[path = "rest_tests.rs"]
mod tests;
