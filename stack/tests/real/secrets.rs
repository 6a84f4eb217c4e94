//! PostgreSQL's password is where it is needed and nowhere else.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::scratch::{Scratch, told};

/// Every file below a folder that holds a text, but the one that is meant to.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else {
            let bytes = std::fs::read(&path).unwrap_or_default();
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn the_password_is_in_its_own_file_and_in_no_argument_log_output_or_config() {
    let canary = format!("canary{:016x}", rand::random::<u64>());
    let scratch = Scratch::new().with("PGPASSWORD", &canary);
    let output = scratch.run(&["up", "--detach", "--ports", "auto", "--quick"]);
    assert!(output.status.success(), "{}", told(&output));
    assert!(!told(&output).contains(&canary));

    for pid in scratch.processes("default") {
        let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&arguments).contains(&canary), "in the arguments of {pid}");
    }
    for args in [vec!["status"], vec!["status", "-o", "json"], vec!["env"], vec!["env", "-o", "json"], vec!["logs"]] {
        let output = scratch.run(&args);
        assert!(!told(&output).contains(&canary), "stack {} tells it", args.join(" "));
    }
    assert!(scratch.ok(&["env", "--show-secrets"]).contains(&canary), "it is told to who asks for it");

    let folder = scratch.of("default");
    let file = folder.join("password");
    assert_eq!(files_with(&folder, &canary), [file.display().to_string()]);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn another_password_given_at_a_later_start_replaces_the_first() {
    let scratch = Scratch::new().with("PGPASSWORD", "first");
    let up = ["up", "--detach", "--ports", "auto", "--parts", "postgres"];
    scratch.ok(&up);
    scratch.ok(&["down"]);
    let scratch = scratch.with("PGPASSWORD", "sec'ond");
    scratch.ok(&up);
    scratch.ok(&["down"]);
    let scratch = scratch.with("PGPASSWORD", "");
    scratch.ok(&up);
    assert!(scratch.ok(&["env", "--show-secrets"]).contains(r"export PGPASSWORD='sec'\''ond'"));
    scratch.ok(&["sql", "select 1"]);
}
