//! Text of others, made harmless for a terminal. Names, traces and messages come from a worker, a
//! plug-in or a record and may hold escape sequences.

use std::fmt::Write;

/// What stands for a character that could drive a terminal.
const REPLACEMENT: char = '\u{fffd}';
/// The longest line shown, in characters.
const LONGEST: usize = 400;

/// One harmless line: line breaks and tabs become spaces, other control characters and those that
/// turn the direction of text or are not seen are replaced, and what is very long is cut.
pub fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(LONGEST));
    for (count, c) in text.trim().chars().enumerate() {
        if count == LONGEST {
            line.push('…');
            break;
        }
        line.push(if matches!(c, '\n' | '\r' | '\t') { ' ' } else { harmless(c) });
    }
    line
}

/// Harmless text of several lines: line breaks and tabs stay.
pub fn text(text: &str) -> String {
    text.chars().filter(|c| *c != '\r').map(|c| if matches!(c, '\n' | '\t') { c } else { harmless(c) }).collect()
}

/// JSON that says the same, harmless for a terminal too: what could drive it, and can only stand in
/// texts, is written as an escape. JSON itself asks that only of the characters below U+0020.
pub fn json(text: &str) -> String {
    let mut json = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || !can_drive(c) {
            json.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string does not fail.
                let _ = write!(json, "\\u{unit:04x}");
            }
        }
    }
    json
}

fn harmless(c: char) -> char {
    if can_drive(c) { REPLACEMENT } else { c }
}

/// Whether a character can drive a terminal: control characters of both sets, and those that turn text round, break lines, or are not seen.
pub fn can_drive(c: char) -> bool {
    let is_unseen = matches!(
        c,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    );
    c.is_control() || is_unseen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_not_endless() {
        assert_eq!(line(" a\r\nb\tc "), "a  b c");
        assert_eq!(line(&"x".repeat(1000)).chars().count(), 401);
        assert_eq!(text("a\r\n\tb\u{9b}31m"), "a\n\tb�31m");
    }

    #[test]
    fn json_says_the_same_and_is_harmless() {
        let value = serde_json::json!({"a\u{9b}": ["\u{7f}\u{202e}\u{e0041}\n", "é 😀 \u{200d}"]});
        let json = json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(!json.chars().any(|c| c != '\n' && can_drive(c)), "{json}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), value);
    }
}
