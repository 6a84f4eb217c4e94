//! What has to hold of any input, whoever made it: nothing panics, no secret is told, and nothing
//! that is told can drive a terminal. Where the inputs come from is the fuzzer's or the test's affair.
#![allow(dead_code, reason = "each target holds one of them")]

pub(crate) mod answer;
pub(crate) mod document;
pub(crate) mod letter;
pub(crate) mod offsets;
pub(crate) mod template;
pub(crate) mod trace;

/// A secret that is told nowhere.
pub(crate) const CANARY: &str = "canary-7d41f0";

/// Text that a person gets to see.
#[track_caller]
pub(crate) fn is_fit_to_be_shown(text: &str) {
    assert!(!text.contains(CANARY), "this tells a secret: {text:?}");
    let drives = |c: char| c.is_control() && c != '\n' && c != '\t';
    assert!(!text.contains(drives), "this could drive a terminal: {text:?}");
}
