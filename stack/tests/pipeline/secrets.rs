//! PostgreSQL's password is in its own file, in the memory of who needs it, and nowhere else. It is 32
//! random letters and digits, so whatever holds it is found.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::pipeline::{CONNECTOR, Pipeline, on_a_fresh_pipeline, until};
use crate::program::{Ran, Running};
use crate::worker;

/// How a template names the password.
const REFERENCE: &str = "${env:PGPASSWORD}";

/// Looks for the password in all that it is shown, and for the reference to it.
struct Net<'a> {
    password: &'a str,
    /// Where the password is.
    told: Vec<String>,
    /// Where the reference is.
    referred: Vec<String>,
}

impl<'a> Net<'a> {
    fn of(pipeline: &'a Pipeline) -> Self {
        Self { password: &pipeline.password, told: Vec::new(), referred: Vec::new() }
    }

    fn look(&mut self, place: &str, bytes: &[u8]) {
        // Both are ASCII, which is itself whatever is around it.
        let text = String::from_utf8_lossy(bytes);
        for (what, places) in [(self.password, &mut self.told), (REFERENCE, &mut self.referred)] {
            if text.contains(what) {
                places.push(place.to_owned());
            }
        }
    }
}

/// The password in the program's own environment, and as much said as can be.
fn loud(pipeline: &Pipeline, name: &str, args: &[&str]) -> Command {
    let mut command = pipeline.command(name, args);
    command.env_remove("PGPASSWORD_FILE").env("PGPASSWORD", &pipeline.password).env("LOG", "trace");
    command
}

/// Every command of every program, in both formats.
fn outputs(pipeline: &Pipeline, net: &mut Net<'_>) {
    let templates = pipeline.templates();
    let stack = pipeline.name();
    let file = pipeline.file("sales.ndjson");
    crate::sales::ndjson(&crate::sales::some(5), &file);
    let file = file.to_str().unwrap();
    // With a mistake in it, so that the worker has something to say of what it was sent.
    let wrong = pipeline.template_with(&[("tasks.max", "many"), ("no.such.key", "x")]);
    let inline = |verb| vec![verb, "-f", templates, "--secrets", "inline"];
    let formats: Vec<(&str, Vec<&str>)> = vec![
        ("producer", vec!["topics"]),
        ("producer", vec!["generate", "--rate", "max", "--count", "5"]),
        ("producer", vec!["generate", "--dry-run", "--count", "2"]),
        ("producer", vec!["replay", file]),
        ("connect-register", vec!["render", "-f", templates]),
        ("connect-register", inline("render")),
        ("connect-register", vec!["validate", "-f", templates]),
        ("connect-register", vec!["validate", "-f", &wrong, "--secrets", "inline"]),
        ("connect-register", inline("validate")),
        ("connect-register", vec!["plan", "-f", templates]),
        ("connect-register", inline("plan")),
        ("connect-register", vec!["apply", "-f", templates, "--dry-run"]),
        ("connect-register", vec!["apply", "-f", templates]),
        ("connect-register", vec!["apply", "-f", &wrong, "--secrets", "inline"]),
        ("connect-register", vec!["status", "--trace"]),
        ("landing", vec!["migrate"]),
        ("landing", vec!["ledger"]),
        ("landing", vec!["latency"]),
        ("stack", vec!["status", "--name", stack]),
        ("stack", vec!["doctor", "--name", stack]),
        ("stack", vec!["sql", "--name", stack, "SELECT * FROM sales_raw"]),
    ];
    let plain: Vec<(&str, Vec<&str>)> = vec![
        ("connect-register", vec!["wait", "-f", templates]),
        ("connect-register", vec!["plan", "-f", templates, "--connect-url", "http://127.0.0.1:1", "--timeout", "1s"]),
        ("landing", vec!["migrate", "--sql", "/no/such/folder"]),
        ("stack", vec!["env", "--name", stack]),
        ("stack", vec!["env", "--name", stack, "-o", "json"]),
        ("stack", vec!["logs", "--name", stack]),
        ("stack", vec!["sql", "--name", stack, "SELECT nothing FROM nowhere"]),
    ];
    let json = formats.iter().map(|(name, args)| (*name, [&args[..], &["-o", "json"]].concat()));
    let all: Vec<(&str, Vec<&str>)> = json.chain(formats.iter().cloned()).chain(plain).collect();
    let mut say = |command| {
        let ran = Ran::of(command).to_string();
        net.look(ran.lines().next().unwrap(), ran.as_bytes());
    };
    for (name, args) in &all {
        say(loud(pipeline, name, args));
    }
    // A server that refuses the password, and one that is not there.
    for (variable, value) in [("PGUSER", "nobody"), ("POSTGRES_DB", "nowhere"), ("PGPORT", "1")] {
        let mut command = loud(pipeline, "landing", &["latency"]);
        command.env(variable, value);
        say(command);
    }
}

/// What the long-running programs serve and say.
async fn sidecars(pipeline: &Pipeline, net: &mut Net<'_>) {
    let start = |name, args: &[&str]| Running::of(loud(pipeline, name, args), pipeline.file("x").parent().unwrap());
    let programs = [
        ("producer", start("producer", &["generate", "--rate", "50"])),
        ("connect-register", start("connect-register", &["watch", "-f", pipeline.templates(), "--interval", "1s"])),
        ("landing", start("landing", &["watch", "--interval", "1s"])),
    ];
    for (name, mut program) in programs {
        let port = program.metrics_port().await;
        until(&format!("{name} to be ready"), async || {
            let answer = worker::ask(port, "GET", "/readyz", None).map_err(|error| error.to_string())?;
            if answer.status == 200 { Ok(()) } else { Err(format!("{answer:?}")) }
        })
        .await;
        for path in ["/metrics", "/livez", "/readyz", "/rate"] {
            let answer = worker::ask(port, "GET", path, None).unwrap();
            net.look(&format!("{name} {path}"), answer.body.as_bytes());
        }
        net.look(&format!("the arguments of {name}"), &arguments(program.pid()));
        let ran = program.stopped().await.ok();
        net.look(&format!("what {name} said"), ran.to_string().as_bytes());
    }
}

/// All that Connect's REST API tells of the connector, and of one that is checked.
fn answers(pipeline: &Pipeline, net: &mut Net<'_>) {
    let of = |path: &str| format!("/connectors/{CONNECTOR}{path}");
    let mut paths = vec!["/connectors?expand=info&expand=status".to_owned(), "/connector-plugins".to_owned()];
    paths.extend(
        ["", "/config", "/status", "/tasks", "/tasks/0/status", "/tasks-config", "/topics", "/offsets"].map(of),
    );
    let mut ask = |method, path: &str, body: Option<&Value>| {
        let answer = pipeline.worker.ask(method, path, body).unwrap();
        assert_ne!(answer.status, 404, "{method} {path}");
        net.look(&format!("{method} {path}"), answer.body.as_bytes());
    };
    for path in &paths {
        ask("GET", path, None);
    }
    let config = pipeline.worker.config();
    let check = format!("/connector-plugins/{}/config/validate", config["connector.class"]);
    ask("PUT", &check, Some(&json!(config)));
}

/// The records of the topic that holds configurations.
fn configs(pipeline: &Pipeline, net: &mut Net<'_>) {
    for record in pipeline.kafka.records("connect-configs") {
        net.look(&format!("connect-configs@{}", record.offset), record.value().as_bytes());
    }
}

/// All files of the stack but the password's own and PostgreSQL's data.
fn files(pipeline: &Pipeline, net: &mut Net<'_>) {
    fn walk(folder: &Path, left_out: &[&Path], net: &mut Net<'_>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if left_out.contains(&path.as_path()) {
                continue;
            }
            if path.is_dir() {
                walk(&path, left_out, net);
            } else if path.is_file() {
                // One that was there a moment ago, such as a segment that is being removed, holds nothing.
                net.look(&path.display().to_string(), &std::fs::read(&path).unwrap_or_default());
            }
        }
    }
    let folder = pipeline.lease.folder();
    walk(folder.path(), &[&folder.password(), &folder.path().join("data/postgres")], net);
    net.look("what the supervisor said", pipeline.lease.said().as_bytes());
}

fn arguments(pid: u32) -> Vec<u8> {
    std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default()
}

/// The arguments of every process there is.
fn processes(net: &mut Net<'_>) {
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        if let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
            net.look(&format!("the arguments of {pid}"), &arguments(pid));
        }
    }
}

#[test]
fn the_password_is_in_no_output_log_answer_argument_metric_or_record() {
    on_a_fresh_pipeline(async |pipeline| {
        let mut net = Net::of(pipeline);
        outputs(pipeline, &mut net);
        sidecars(pipeline, &mut net).await;
        answers(pipeline, &mut net);
        configs(pipeline, &mut net);
        files(pipeline, &mut net);
        processes(&mut net);
        assert_eq!(net.told, [""; 0]);
        // The reference to it is where it has to be, so the right things were looked at.
        for place in ["GET /connectors/pg-sales-jdbc-sink/config", "connect-configs@", "connect-register render"] {
            assert!(net.referred.iter().any(|found| found.starts_with(place)), "{place}: {:#?}", net.referred);
        }

        // The net has no hole: a password that is given away on purpose is found, in each place it goes to.
        let args = ["apply", "-f", pipeline.templates(), "--secrets", "inline", "--wait", "--timeout", "5m"];
        pipeline.run("connect-register", &args).ok();
        answers(pipeline, &mut net);
        configs(pipeline, &mut net);
        files(pipeline, &mut net);
        let data = pipeline.lease.folder().path().join("data/kafka").display().to_string();
        let places = ["GET /connectors?expand", "GET /connectors/pg-sales-jdbc-sink/config", "connect-configs@", &data];
        for place in places {
            assert!(net.told.iter().any(|found| found.starts_with(place)), "{place}: {:#?}", net.told);
        }
        let asked = Ran::of(pipeline.command("stack", &["env", "--show-secrets", "--name", pipeline.name()]));
        assert!(asked.says(&pipeline.password), "who asks for it is told");
    });
}
