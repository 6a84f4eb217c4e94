//! Text of others, made harmless for a terminal: what every program of the toolkit shares. Names,
//! traces and messages come from a worker, a plug-in or a record and may hold escape sequences.

pub use service::plain::{can_drive, line, text};

#[cfg(test)]
mod tests {
    use super::{line, text};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_shown_can_drive_a_terminal(input in any::<String>()) {
            prop_assert!(!line(&input).chars().any(char::is_control));
            prop_assert!(!text(&input).chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        }
    }
}
