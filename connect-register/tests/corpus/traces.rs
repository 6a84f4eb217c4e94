//! The catalogue of known failures against traces of real tasks: each failure has one, and each trace is
//! explained by the failure that it is named after.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use connect_register::core::explain::{Restart, catalogue, explain};

fn traces() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/traces");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = entries
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    all.sort();
    all
}

#[test]
fn every_trace_is_explained_by_what_it_is() {
    let mut wrong = Vec::new();
    for (id, trace) in traces() {
        // A second trace of one failure has a number behind its name.
        let name = id.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let told = explain(&trace).failure.map(|failure| failure.id);
        if told != Some(name) {
            wrong.push(format!("{id} is taken for {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_known_failure_has_a_trace() {
    let there: BTreeSet<_> = traces().into_iter().map(|(id, _)| id).collect();
    let missing: Vec<_> = catalogue().filter(|failure| !there.contains(failure.id)).map(|failure| failure.id).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// A cut or doubled trace is still read, and nothing is made of nothing.
#[test]
fn a_cut_trace_is_read() {
    for (_, trace) in traces() {
        for (at, _) in trace.char_indices().step_by(97) {
            drop(explain(&trace[..at]));
            drop(explain(&trace[at..]));
        }
    }
    let long = "Caused by: x.Y: a\n\tat b.C.d(C.java:1)\n".repeat(100_000);
    assert_eq!(explain(&long).thrown.len(), 100_000);
}

/// docs/explain.md, made from the catalogue; `EXPLAIN_DOC=write` writes it.
#[test]
fn the_page_shows_the_catalogue() {
    let mut page = String::from(
        "# Known failures\n\nWhat `connect-register explain` recognises in the trace of a connector or a task, what it means \
         and what to do.\nEach was met on a real worker; its trace is kept as a test. This page is made from the \
         catalogue.\n",
    );
    for failure in catalogue() {
        let steps = failure.fix.iter().fold(String::new(), |steps, step| steps + "- " + step + "\n");
        let restart = match failure.restart {
            Restart::Useless => "A restart alone does not help.",
            Restart::Afterwards => "Then `connect-register restart NAME --failed`.",
        };
        let (id, title, why) = (failure.id, capital(failure.title), failure.why);
        page += &["\n## ", id, "\n\n**", &title, ".** ", why, "\n\n", &steps, "\n", restart, "\n"].concat();
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/explain.md");
    if std::env::var_os("EXPLAIN_DOC").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), page, "EXPLAIN_DOC=write writes it");
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
