//! Where in a file an error is: PostgreSQL counts characters from the start, people want a line.

use std::fmt;

/// A place in a text, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Character in the line.
    pub column: usize,
}

impl Place {
    /// The place of the character `position` (the first one is 1).
    pub fn of(text: &str, position: u32) -> Self {
        let before = text.chars().take((position as usize).saturating_sub(1));
        before.fold(Self { line: 1, column: 1 }, |place, character| match character {
            '\n' => Self { line: place.line + 1, column: 1 },
            _ => Self { column: place.column + 1, ..place },
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_and_not_bytes() {
        let sql = "SELECT 'für';\nSELECT wrong;";
        let position = u32::try_from(sql.chars().count() - "wrong;".len() + 1).unwrap();
        assert_eq!(Place::of(sql, position).to_string(), "2:8");
        assert_eq!(Place::of(sql, 1).to_string(), "1:1");
        assert_eq!(Place::of(sql, 9999).to_string(), "2:14");
    }
}
