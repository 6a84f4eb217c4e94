//! Inputs made of others: bytes changed, cut, doubled, and two spliced together. Equal seeds make
//! equal inputs.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Pieces that mean something to one parser or the other.
const PIECES: [&str; 24] = [
    "{{",
    "}}",
    "{{{",
    "${",
    "}",
    "\"",
    "\\",
    "\u{0}",
    "\u{1b}[31m",
    "\u{feff}",
    "\r\n",
    ": ",
    "- ",
    "&a",
    "*a",
    "#if ",
    "/if",
    "secret \"PW\"",
    "null",
    "1e999",
    "\\ud800",
    "[[[[",
    "<html>",
    "\t",
];

/// An input made of those of a corpus.
pub(crate) fn made_of(corpus: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut bytes = corpus[random.random_range(0..corpus.len())].clone();
    for _ in 0..random.random_range(1..6) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..6) {
            0 if at < bytes.len() => bytes[at] = random.random(),
            1 => bytes.truncate(at),
            2 => {
                let piece = PIECES[random.random_range(0..PIECES.len())];
                bytes.splice(at..at, piece.bytes());
            }
            3 => {
                let end = (at + 40).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            4 => {
                let other = &corpus[random.random_range(0..corpus.len())];
                let from = random.random_range(0..=other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => {
                let end = (at + random.random_range(1..20)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
    }
    bytes
}
