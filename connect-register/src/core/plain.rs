//! Text of others, made harmless for a terminal. Names, traces and messages come from a worker, a
//! plug-in or a record and may hold escape sequences.

/// What stands for a character that could drive a terminal.
const REPLACEMENT: char = '\u{fffd}';
/// The longest line shown, in characters.
const LONGEST: usize = 400;

/// One harmless line: line breaks and tabs become spaces, other control characters and those that
/// turn the direction of text are replaced, and what is very long is cut.
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

fn harmless(c: char) -> char {
    let turns_direction = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if c.is_control() || turns_direction { REPLACEMENT } else { c }
}

#[cfg(test)]
mod tests {
    use super::{line, text};
    use proptest::prelude::*;

    #[test]
    fn a_line_is_one_line_and_not_endless() {
        assert_eq!(line(" a\r\nb\tc "), "a  b c");
        assert_eq!(line(&"x".repeat(1000)).chars().count(), 401);
        assert_eq!(text("a\r\n\tb\u{9b}31m"), "a\n\tb�31m");
    }

    proptest! {
        #[test]
        fn nothing_shown_can_drive_a_terminal(input in any::<String>()) {
            prop_assert!(!line(&input).chars().any(char::is_control));
            prop_assert!(!text(&input).chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        }
    }
}
