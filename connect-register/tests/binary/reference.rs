//! The reference: what the binary prints is what is kept, and its examples that only read are run.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use connect_imitation::{Imitation, SINK, Setting};

use crate::fixture::*;

const PAGE: &str = include_str!("../../../docs/reference/connect-register.md");

/// Examples that change something, want Kafka, or do not end. They are parsed by another test, and run by those
/// of their commands.
const NOT_RUN: [&str; 21] = [
    "apply",
    "context delete",
    "context set",
    "context use",
    "delete",
    "dlq",
    "explain",
    "import",
    "loggers set",
    "migrate",
    "offsets export",
    "offsets import",
    "offsets reset",
    "offsets set",
    "offsets shift",
    "offsets to-datetime",
    "pause",
    "restart",
    "resume",
    "stop",
    "watch",
];

fn examples() -> Vec<&'static str> {
    let blocks = PAGE.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).collect()
}

/// A folder with all that the examples name, beside an imitated Connect.
fn place(folder: &Path, connect: &Imitation) {
    let config = [("connector.class", SINK), ("topics", "sales")];
    connect.seed("pg-sales-jdbc-sink", config.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    connect.settle();
    std::fs::create_dir(folder.join("connectors")).unwrap();
    let template = serde_json::json!({"name": "pg-sales-jdbc-sink", "config": BTreeMap::from(config)});
    std::fs::write(folder.join("connectors/pg-sales.json"), template.to_string()).unwrap();
    let contexts = format!("version: 1\ncontexts:\n  prod: {{urls: ['{}']}}\n", connect.url());
    std::fs::write(folder.join("contexts.yaml"), contexts).unwrap();
    // A logger is there once its class was used.
    let logs = ["loggers", "set", "org.apache.kafka.connect.runtime", "INFO"];
    Ran::from(command(&connect.url(), &logs).output().unwrap()).ends_with(0);
    let record = Ran::from(command(&connect.url(), &["plugins", "export"]).output().unwrap()).ends_with(0);
    std::fs::write(folder.join("plugins.json"), record.stdout).unwrap();
}

#[test]
fn every_example_that_only_reads_is_run() {
    let (folder, connect) = (tempfile::tempdir().unwrap(), Imitation::start(Setting::default()).unwrap());
    place(folder.path(), &connect);
    let binary = Path::new(env!("CARGO_BIN_EXE_connect-register"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut count = 0;
    for example in examples() {
        let rest = example.strip_prefix("connect-register ").unwrap_or_else(|| panic!("{example}"));
        if NOT_RUN.iter().any(|other| rest == *other || rest.starts_with(&format!("{other} "))) {
            continue;
        }
        count += 1;
        // As somebody copies it; only the addresses are others, and no pager waits.
        let mut line = example.replace("| less", "> /dev/null");
        line = line.replace("io.confluent.connect.jdbc.JdbcSinkConnector", SINK);
        for host in ["http://staging:8083", "http://prod:8083"] {
            line = line.replace(host, &connect.url());
        }
        std::fs::create_dir_all(folder.path().join(".zfunc")).unwrap();
        for place in [".local/share/bash-completion/completions", ".config/fish/completions"] {
            std::fs::create_dir_all(folder.path().join(place)).unwrap();
        }
        let mut bash = Command::new("bash");
        bash.args(["--norc", "--noprofile", "-c", &line]).current_dir(folder.path()).env_clear();
        bash.env("PATH", &path).env("HOME", folder.path()).env("CONNECT_REGISTER_POLICY", "none");
        if !line.contains("--context") {
            bash.env("KAFKA_CONNECT_URL", connect.url());
        }
        bash.env("CONNECT_REGISTER_CONFIG", folder.path().join("contexts.yaml"));
        let ran = Ran::from(bash.output().unwrap());
        let may_differ = line.contains("--fail-on-changes");
        assert!(
            ran.code == Some(0) || may_differ && ran.code == Some(3),
            "{line}: {:?}\n{}\n{}",
            ran.code,
            ran.stdout,
            ran.stderr
        );
    }
    assert!(count > 20, "only {count} are left");
}

#[test]
fn the_binary_prints_the_reference_and_writes_man_pages() {
    let ran = |args: &[&str]| Ran::from(command("", &[&["reference"], args].concat()).output().unwrap());
    assert_eq!(ran(&[]).ends_with(0).stdout, PAGE);
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("man/man1");
    ran(&["--man", into.to_str().unwrap()]).ends_with(0);
    assert!(into.join("connect-register.1").is_file() && into.join("connect-register-context-set.1").is_file());
    std::fs::write(folder.path().join("file"), "").unwrap();
    let told = ran(&["--man", folder.path().join("file").to_str().unwrap()]).ends_with(1).stderr;
    assert!(told.contains("the man pages cannot be written"), "{told}");
    ran(&["--man", "x", "--markdown"]).ends_with(2);
}
