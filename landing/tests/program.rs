//! The program against servers that are not there, or that answer by a script: its exit codes, its
//! words, and that no password is in them.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output};

/// A password that must not be seen anywhere.
const CANARY: &str = "canary-5b1f";

struct Run(Output);

impl Run {
    fn landing(args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_landing"));
        command.args(args).env_clear().env("PGPASSWORD", CANARY).envs(env.iter().copied());
        let run = Self(command.output().unwrap());
        assert!(!run.all().contains(CANARY), "the password is in the output: {}", run.all());
        run
    }

    fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    fn all(&self) -> String {
        format!("{:?}\n{}\n{}", self.0.status, self.stdout(), self.stderr())
    }

    #[track_caller]
    fn ends_with(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code(), code, "{}", self.all());
        for words in words {
            assert!(self.stderr().contains(words), "no {words:?} in {}", self.all());
        }
    }
}

/// A server that reads a start-up message and answers with an error; its port.
fn refusing(sqlstate: &'static str, message: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut startup = [0; 1024];
            let _ = stream.read(&mut startup);
            let fields = format!("SFATAL\0VFATAL\0C{sqlstate}\0M{message}\0\0");
            let length = u32::try_from(fields.len() + 4).unwrap();
            let mut answer = vec![b'E'];
            answer.extend(length.to_be_bytes());
            answer.extend(fields.as_bytes());
            let _ = stream.write_all(&answer);
        }
    });
    port
}

/// A port where nobody listens.
fn closed_port() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string()
}

#[test]
fn a_wrong_password_is_told_at_once_and_is_exit_8() {
    let port = refusing("28P01", "password authentication failed for user \"retail\"");
    let env = [("PGHOST", "127.0.0.1"), ("PGPORT", port.as_str())];
    for command in ["migrate", "ledger", "latency"] {
        Run::landing(&[command], &env).ends_with(8, &["password authentication failed", "hint: check PGPASSWORD"]);
    }
}

#[test]
fn a_missing_database_is_told_at_once_with_what_to_do() {
    let port = refusing("3D000", "database \"retail_ops\" does not exist");
    let env = [("PGHOST", "127.0.0.1"), ("PGPORT", port.as_str())];
    Run::landing(&["migrate"], &env).ends_with(4, &["does not exist", "hint: create it with `createdb retail_ops`"]);
}

#[test]
fn a_server_that_is_starting_is_waited_for_until_the_timeout() {
    let port = refusing("57P03", "the database system is starting up");
    let env = [("PGHOST", "127.0.0.1"), ("PGPORT", port.as_str())];
    let run = Run::landing(&["migrate", "--timeout", "700ms"], &env);
    run.ends_with(5, &["the database system is starting up", "hint: is PostgreSQL up"]);
}

#[test]
fn a_server_that_is_away_is_exit_5_and_named() {
    let port = closed_port();
    let env = [("PGHOST", "127.0.0.1"), ("PGPORT", port.as_str())];
    Run::landing(&["migrate", "--timeout", "0s"], &env).ends_with(5, &[&format!("retail_ops on 127.0.0.1:{port}")]);
    Run::landing(&["ledger"], &env).ends_with(5, &[&format!("127.0.0.1:{port}"), "hint:"]);
}

#[test]
fn all_wrong_settings_are_told_in_one_run() {
    let env = [
        ("PGPORT", "many"),
        ("PGSSLMODE", "require"),
        ("PGPASSWORD_FILE", "/nowhere"),
        ("KAFKA_BOOTSTRAP_SERVERS", "kafka"),
    ];
    let run = Run::landing(&["ledger", "--since", "1h", "--until", "2h"], &env);
    run.ends_with(
        4,
        &["5 settings are wrong", "PGPORT", "PGSSLMODE", "PGPASSWORD_FILE", "is not host:port", "the window is empty"],
    );
}

#[test]
fn a_folder_without_migrations_is_refused_before_anything_is_connected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    Run::landing(&["migrate", "--sql", &path], &[]).ends_with(4, &[&path, "there is no .sql file"]);
}

#[test]
fn help_teaches_with_examples_and_names_the_environment_and_the_exit_codes() {
    let help = Run::landing(&["--help"], &[]).stdout();
    assert!(help.contains("PGPASSWORD_FILE") && help.contains("Exit codes:"), "{help}");
    for command in ["migrate", "ledger", "latency", "watch", "completion"] {
        let help = Run::landing(&[command, "--help"], &[]).stdout();
        assert!(help.contains("Example"), "{command}: {help}");
    }
}

#[test]
fn completion_names_the_commands() {
    assert!(Run::landing(&["completion", "bash"], &[]).stdout().contains("ledger"));
}
