//! Templates, answers of Connect, and runs of the binary.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

pub(crate) use crate::ran::{Ran, documented};
use crate::worker::{Expected, Worker, on};

pub(crate) const LIST: &str = "GET /connectors?expand=info&expand=status";
pub(crate) const VALIDATE: &str = "PUT /connector-plugins/x.Sink/config/validate";
pub(crate) const CANARY: &str = "canary-3b1f\"'\\";

/// A folder of templates.
pub(crate) struct Templates(TempDir);

impl Templates {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// One template `name.json` of connector `name` with these keys beside its class.
    pub(crate) fn of(name: &str, config: &[(&str, &str)]) -> Self {
        let templates = Self::new();
        templates.put(name, config);
        templates
    }

    pub(crate) fn put(&self, name: &str, config: &[(&str, &str)]) {
        let config = with_class(config);
        self.write(
            &format!("{name}.json"),
            &serde_json::to_string_pretty(&json!({"name": name, "config": config})).unwrap(),
        );
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.0.path().join(file), text).unwrap();
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }
}

pub(crate) fn with_class(config: &[(&str, &str)]) -> Map<String, Value> {
    let class = ("connector.class", "x.Sink");
    std::iter::once(&class).chain(config).map(|(key, value)| ((*key).to_owned(), json!(value))).collect()
}

/// One connector of Connect's list, with tasks in these states.
pub(crate) fn connector(name: &str, config: &Map<String, Value>, tasks: &[&str]) -> Value {
    let mut config = config.clone();
    config.insert("name".to_owned(), json!(name));
    let task = |(id, state): (usize, &&str)| {
        let mut task = json!({"id": id, "state": state, "worker_id": "w:8083"});
        if *state == "FAILED" {
            task["trace"] = json!("a.B: outer\n\tat x.y\nCaused by: c.D: inner \u{1b}[31mred\n\tat z");
        }
        task
    };
    let tasks: Vec<_> = tasks.iter().enumerate().map(task).collect();
    let status =
        json!({"name": name, "connector": {"state": "RUNNING", "worker_id": "w:8083"}, "tasks": tasks, "type": "sink"});
    json!({"info": {"name": name, "config": config, "tasks": [], "type": "sink"}, "status": status})
}

/// Connect's list with one running connector.
pub(crate) fn list(name: &str, config: &Map<String, Value>) -> Expected {
    on(LIST).answers(200, &json!({name: connector(name, config, &["RUNNING"])}))
}

pub(crate) fn empty_list() -> Expected {
    on(LIST).answers(200, &json!({}))
}

pub(crate) fn absent(name: &str) -> Expected {
    on(&format!("GET /connectors/{name}/config")).fails(404, &format!("Connector {name} not found"))
}

/// The worker's plug-in knows these keys, and has nothing against the configuration.
pub(crate) fn validates(keys: &[&str]) -> Expected {
    on(VALIDATE).answers(200, &validation(keys, &[]))
}

pub(crate) fn validation(keys: &[&str], errors: &[(&str, &str)]) -> Value {
    let config = |key: &&str| {
        let errors: Vec<_> = errors.iter().filter(|(of, _)| of == key).map(|(_, error)| error).collect();
        json!({"definition": {"name": key}, "value": {"name": key, "value": CANARY, "errors": errors}})
    };
    let all = ["name", "connector.class"];
    let configs: Vec<_> = all.iter().chain(keys).map(config).collect();
    json!({"name": "x.Sink", "error_count": errors.len(), "groups": [], "configs": configs})
}

/// The worker has the config provider `env`.
pub(crate) fn has_provider() -> Expected {
    on(VALIDATE).fails(
        500,
        "org.apache.kafka.common.config.ConfigException: Path is not supported for EnvVarConfigProvider, \
         invalid value 'connect-register-probe'",
    )
}

pub(crate) fn puts(name: &str) -> Expected {
    on(&format!("PUT /connectors/{name}/config"))
}

pub(crate) fn written(name: &str) -> Value {
    json!({"name": name, "config": {"name": name}, "tasks": [], "type": "sink"})
}

/// The binary, with nothing of this process's environment, and without a policy: the classes of these
/// tests are on no list.
pub(crate) fn command(url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connect-register"));
    command.env_clear().env("KAFKA_CONNECT_URL", url).env("CONNECT_REGISTER_POLICY", "none").args(args);
    command
}

/// Runs the binary with these templates against this worker.
pub(crate) fn run(worker: &Worker, templates: &Templates, args: &[&str]) -> Ran {
    run_with(worker, templates, args, &[])
}

pub(crate) fn run_with(worker: &Worker, templates: &Templates, args: &[&str], env: &[(&str, &str)]) -> Ran {
    let mut command = command(&worker.url(), args);
    command.arg("-f").arg(templates.path()).envs(env.iter().copied());
    command.output().unwrap().into()
}
