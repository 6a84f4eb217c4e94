//! Clusters by name: made, shown, chosen and used, and their secrets nowhere.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use tempfile::TempDir;

use crate::fixture::*;
use crate::ran::documented;
use crate::worker::{Worker, on};

/// The home of somebody who has contexts.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = command("", args);
        command.env_remove("KAFKA_CONNECT_URL").env("HOME", self.0.path());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    pub(crate) fn path(&self) -> &std::path::Path {
        self.0.path()
    }

    fn file(&self) -> std::path::PathBuf {
        self.0.path().join(".config/connect-register/config.yaml")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.file()).unwrap()
    }

    pub(crate) fn write(&self, text: &str) {
        std::fs::create_dir_all(self.file().parent().unwrap()).unwrap();
        std::fs::write(self.file(), text).unwrap();
    }
}

#[test]
fn a_context_is_made_shown_chosen_and_deleted() {
    let home = Home::new();
    home.run(&["context", "set", "test", "--url", "http://localhost:8083"]).ends_with(0);
    let prod = [
        &["context", "set", "prod", "--url", "https://a:8083,https://b:8083", "--username", "deploy"][..],
        &["--password-command", "pass show 'connect prod'", "--tls-ca", "ca.pem", "--tls-insecure", "false"],
        &["--kafka-bootstrap-servers", "k:9093", "--kafka-sasl-password-env", "KAFKA_PASSWORD"],
    ];
    let told = home.run(&prod.concat()).ends_with(0).stderr;
    assert!(told.contains("`connect-register context use prod`"), "{told}");
    assert_eq!(std::fs::metadata(home.file()).unwrap().permissions().mode() & 0o777, 0o600);
    home.run(&["context", "use", "prod"]).ends_with(0);
    insta::assert_snapshot!(home.text(), @r#"
    version: 1
    current: prod
    contexts:
      prod:
        urls:
          - "https://a:8083"
          - "https://b:8083"
        username: deploy
        password:
          command:
            - pass
            - show
            - connect prod
        tls:
          ca: ca.pem
          insecure: false
        kafka:
          bootstrap_servers: "k:9093"
          sasl_password:
            env: KAFKA_PASSWORD
      test:
        urls:
          - "http://localhost:8083"
    "#);
    insta::assert_snapshot!(home.run(&["context", "list"]).ends_with(0).stdout, @"
       CONTEXT  WORKERS                         ACCESS
    *  prod     https://a:8083, https://b:8083  basic
       test     http://localhost:8083
    ");
    insta::assert_snapshot!(home.run(&["context", "show"]).ends_with(0).stdout, @"
    MEMBER                   VALUE
    urls                     https://a:8083, https://b:8083
    username                 deploy
    password                 from the command pass
    tls.ca                   the file ca.pem
    tls.insecure             false
    kafka.bootstrap_servers  k:9093
    kafka.sasl_password      from the variable KAFKA_PASSWORD
    ");
    assert_eq!(home.run(&["context", "list", "-o", "name"]).stdout, "context/prod\ncontext/test\n");
    for command in ["context list", "context show"] {
        let args: Vec<_> = command.split(' ').chain(["-o", "json"]).collect();
        let printed = home.run(&args).ends_with(0).stdout.replace(home.0.path().to_str().unwrap(), "/home/me");
        assert_eq!(printed, documented(command), "{command} prints:\n{printed}");
    }

    home.run(&["context", "set", "prod", "--unset", "tls.ca,tls.insecure", "--kafka-bootstrap-servers", "x:1"])
        .ends_with(0);
    let shown = home.run(&["context", "show", "prod", "-o", "json"]).json();
    assert_eq!(shown["context"]["tls"], serde_json::Value::Null);
    assert_eq!(shown["context"]["kafka"]["bootstrap_servers"], "x:1");
    let told = home.run(&["context", "delete", "prod"]).ends_with(0).stderr;
    assert!(told.contains("none is current now"), "{told}");
    assert!(home.run(&["context", "show"]).ends_with(4).stderr.contains("context use NAME"));
    assert!(home.run(&["context", "use", "tst"]).ends_with(4).stderr.contains("did you mean `test`?"));
}

#[test]
fn a_context_that_could_not_be_used_is_not_written() {
    let home = Home::new();
    home.run(&["context", "set", "a", "--url", "http://a"]).ends_with(0);
    let before = home.text();
    let wrong: [(&[&str], i32, &str); 9] = [
        (&["new", "--username", "x"], 2, "takes --url"),
        (&["a", "--username", "x"], 4, "username and password go together"),
        (&["a", "--username", "x", "--password-env", "A", "--bearer-token-env", "B"], 4, "both set"),
        (&["a", "--url", "http://u:canary@a"], 4, "it holds a user or a password"),
        (&["a", "--url", "a:8083"], 4, "it starts with http://"),
        (&["a", "--proxy", "http://u:canary@p"], 4, "in the clear"),
        (&["a", "--password-env", "A", "--password-file", "B"], 2, "cannot be used with"),
        (&["a", "--password-command", "pass 'show"], 2, "a quote that is not closed"),
        (&["-a", "--url", "http://a"], 2, ""),
    ];
    for (args, code, told) in wrong {
        let ran = home.run(&[&["context", "set"], args].concat()).ends_with(code);
        assert!(ran.stderr.contains(told) && !ran.stderr.contains("canary"), "{args:?}: {}", ran.stderr);
        assert_eq!(home.text(), before);
    }
    // There is no option that takes a secret.
    assert!(home.run(&["context", "set", "a", "--password", "x"]).ends_with(2).stderr.contains("--password-env"));
}

#[test]
fn the_command_line_goes_before_the_environment_and_that_before_the_context() {
    let home = Home::new();
    let ask = |worker: &Worker, args: &[&str], env: &[(&str, &str)]| {
        let file = format!(
            "version: 1\ncurrent: prod\ncontexts:\n  prod:\n    urls: ['{}']\n    bearer_token: {{env: PROD_TOKEN}}\n  \
             other:\n    urls: ['http://127.0.0.1:1']\n",
            worker.url()
        );
        home.write(&file);
        let mut command = home.command(&[&["status"], args].concat());
        Ran::from(command.env("PROD_TOKEN", "t0ken").envs(env.iter().copied()).output().unwrap())
    };
    let listens = || Worker::start(vec![empty_list()]);
    for (args, env) in [
        (&[][..], &[][..]),
        (&["--context", "prod"], &[]),
        (&[], &[("CONNECT_REGISTER_CONTEXT", "prod")]),
        (&["--context", "prod"], &[("CONNECT_REGISTER_CONTEXT", "other")]),
    ] {
        let worker = listens();
        assert_eq!(ask(&worker, args, env).ends_with(0).stderr, "", "{args:?}");
        assert_eq!(worker.end()[0].authorization.as_deref(), Some("Bearer t0ken"));
    }
    // Another worker is asked as nobody, whoever names it; the context that was named is told of.
    let (other, worker) = (listens(), Worker::start(vec![]));
    ask(&worker, &["--connect-url", &other.url()], &[]).ends_with(0);
    assert_eq!(other.end()[0].authorization, None);
    let other = listens();
    let told = ask(&worker, &["--context", "prod"], &[("KAFKA_CONNECT_URL", &other.url())]).ends_with(0).stderr;
    assert!(told.contains("KAFKA_CONNECT_URL goes before the addresses of the context prod"), "{told}");
    assert_eq!(other.end()[0].authorization, None);
    worker.end();

    let worker = Worker::start(vec![]);
    let told = ask(&worker, &["--context", "prd"], &[]).ends_with(4).stderr;
    assert!(
        told.contains("there is no context prd") && told.contains("did you mean `prod`? There are other, prod"),
        "{told}"
    );
    let told = ask(&worker, &[], &[("PROD_TOKEN", "")]).ends_with(4).stderr;
    assert!(told.contains("bearer_token: the variable PROD_TOKEN is not set"), "{told}");
    worker.end();
}

#[test]
fn the_second_cluster_of_a_diff_may_be_a_context_too() {
    let home = Home::new();
    let (one, other) = (Worker::start(vec![empty_list()]), Worker::start(vec![empty_list()]));
    let context = |name: &str, worker: &Worker| {
        let variable = format!("{}_TOKEN", name.to_uppercase());
        home.run(&["context", "set", name, "--url", &worker.url(), "--bearer-token-env", &variable]).ends_with(0);
    };
    context("staging", &one);
    context("prod", &other);
    let mut diff = home.command(&["diff", "--context", "staging", "--to-context", "prod"]);
    Ran::from(diff.envs([("STAGING_TOKEN", "s"), ("PROD_TOKEN", "p")]).output().unwrap()).ends_with(0);
    assert_eq!(one.end()[0].authorization.as_deref(), Some("Bearer s"));
    assert_eq!(other.end()[0].authorization.as_deref(), Some("Bearer p"));
    let told = home.run(&["diff", "--connect-url", "http://a", "--to-context", "prod"]).ends_with(4).stderr;
    assert!(told.contains("the variable PROD_TOKEN is not set") && told.contains("the second cluster"), "{told}");
    assert!(home.run(&["diff"]).ends_with(2).stderr.contains("--to"));
}

#[test]
fn mistakes_in_the_file_are_told_at_once_and_no_secret_with_them() {
    let home = Home::new();
    home.write("version: 1\ncontexts:\n  prod:\n    urls: [http://a]\n    password: canary\n    tokn: canary\n");
    for args in [&["status", "--context", "prod"][..], &["context", "list"], &["context", "use", "prod"]] {
        let told = home.run(args).ends_with(4).stderr;
        assert!(told.contains(":5:5: password: a secret stands here in the clear"), "{told}");
        assert!(told.contains(":6:5: tokn: there is no such member here"), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
    // Who names a worker needs no file.
    let worker = Worker::start(vec![on(LIST).answers(200, &serde_json::json!({}))]);
    home.run(&["status", "--connect-url", &worker.url()]).ends_with(0);
    worker.end();
    home.write("version: 1\ncontexts:\n  a: {urls: [http://a]}\n");
    std::fs::set_permissions(home.file(), std::fs::Permissions::from_mode(0o622)).unwrap();
    assert!(home.run(&["context", "list"]).ends_with(0).stderr.contains("can be written by others"));
}
