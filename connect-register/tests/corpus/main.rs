//! The laws of the fuzzer over its corpora, and over inputs made of them, on the stable toolchain and
//! in moments. What is found by fuzzing at length is put into the corpus, and so stays a test.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

#[path = "../../fuzz/laws/mod.rs"]
mod laws;
mod mutate;
mod traces;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Inputs that are made of those in a corpus.
const MADE: u64 = 1_000;

fn hold_over(target: &str, hold: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 20, "the corpus in {} is too small: {}", folder.display(), files.len());
    let corpus: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    let check = |what: &str, bytes: &[u8]| {
        let holds = catch_unwind(AssertUnwindSafe(|| hold(bytes))).is_ok();
        assert!(holds, "the law of {target} does not hold over {what}: {:?}", String::from_utf8_lossy(bytes));
    };
    for (file, bytes) in files.iter().zip(&corpus) {
        check(&file.display().to_string(), bytes);
    }
    for seed in 0..MADE {
        check(&format!("what seed {seed} makes"), &mutate::made_of(&corpus, seed));
    }
}

#[test]
fn any_value_renders_or_is_a_mistake() {
    hold_over("template", laws::template::hold);
}

#[test]
fn any_file_is_read_or_is_a_mistake() {
    hold_over("document", laws::document::hold);
}

#[test]
fn any_answer_is_understood_or_is_a_fault() {
    hold_over("answer", laws::answer::hold);
}

#[test]
fn any_trace_is_explained_or_is_told_as_it_is() {
    hold_over("trace", laws::trace::hold);
}

#[test]
fn any_headers_are_told_and_replay_what_was_there() {
    hold_over("letter", laws::letter::hold);
}

#[test]
fn any_offsets_are_read_or_are_a_mistake() {
    hold_over("offsets", laws::offsets::hold);
}
