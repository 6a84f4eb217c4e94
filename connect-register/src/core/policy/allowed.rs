//! A list of what a policy allows, and the place in the policy file where one more thing would be
//! allowed. What the things are, and what else is wrong with them, is the business of the rules.

use super::super::Place;

/// The file name in the places of the built-in policy.
pub const BUILT_IN: &str = "the built-in policy";

/// A list of what is allowed.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// Its path in a policy file, such as `classes.connectors`.
    section: &'static str,
    /// Where it stands; a whole file where that does not have it.
    place: Place,
    items: Vec<String>,
}

impl Allowed {
    /// A list that stands at a place.
    pub fn new(section: &'static str, place: Place, items: Vec<String>) -> Self {
        Self { section, place, items }
    }

    /// What is allowed, as it stands.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(String::as_str)
    }

    /// Whether this very text is on the list, or matches an item with a `*`. A `*` stands for any
    /// characters but those in `bounds`.
    pub fn has(&self, text: &str, bounds: &[char]) -> bool {
        self.items().any(|item| matches(item, text, bounds))
    }

    /// The item that `text` would be, were it spelled in the same case.
    pub fn in_other_case(&self, text: &str) -> Option<&str> {
        self.items().find(|item| item.eq_ignore_ascii_case(text) && *item != text)
    }

    /// Puts the list of a file in the place of this one, with the items of both.
    #[must_use]
    pub fn extended(self, other: Self) -> Self {
        let mut items = self.items;
        items.extend(other.items);
        Self { items, ..other }
    }

    /// The next step: which line would allow `item`.
    pub fn line_for(&self, item: &str) -> String {
        next_step(self.section, &self.place, &format!("[{item}]"))
    }

    /// Where it stands.
    pub fn place(&self) -> &Place {
        &self.place
    }
}

/// Which line in a policy file would allow `value` in a section.
pub(super) fn next_step(section: &str, place: &Place, value: &str) -> String {
    let line = section.rsplit('.').fold(value.to_owned(), |inner, member| format!("{{{member}: {inner}}}"));
    let line = line.strip_prefix('{').and_then(|line| line.strip_suffix('}')).unwrap_or(&line);
    if &*place.file == BUILT_IN {
        format!("a policy file with `extends: default` and `{line}` allows it")
    } else if place.line.is_some() {
        let item = value.trim_start_matches('[').trim_end_matches(']');
        format!("to allow it, add {item} to `{section}` at {place}")
    } else {
        format!("to allow it, add `{line}` to {place}")
    }
}

/// Whether a text is the pattern, in which a `*` stands for any characters but `bounds`.
pub(super) fn matches(pattern: &str, text: &str, bounds: &[char]) -> bool {
    /// Nothing that a pattern is meant for is longer; it bounds the time that matching takes.
    const LONGEST: usize = 1000;
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    if text.len() > LONGEST {
        return false;
    }
    let Some(text) = text.strip_prefix(start) else { return false };
    // Every way to spend characters on this star; patterns are short and written by the operator.
    let mut spent = std::iter::once(0).chain(text.char_indices().map(|(at, c)| at + c.len_utf8()));
    spent.any(|end| !text[..end].contains(bounds) && matches(rest, &text[end..], bounds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters_within_its_bounds() {
        for (pattern, text) in [("*", ""), ("*", "a.b"), ("a*", "a"), ("a*c", "abc"), ("*.b.*", "a.b.c"), ("a", "a")] {
            assert!(matches(pattern, text, &[]), "{pattern} {text}");
        }
        for (pattern, text) in [("a*", "ba"), ("a*c", "ab"), ("a", "A"), ("*.b", "ab"), ("", "a")] {
            assert!(!matches(pattern, text, &[]), "{pattern} {text}");
        }
        assert!(matches("*.db", "a.db", &['.']) && !matches("*.db", "a.b.db", &['.']));
    }

    #[test]
    fn the_next_step_names_the_line_of_the_file() {
        let list = |place| Allowed::new("classes.connectors", place, Vec::new()).line_for("x.Y");
        assert_eq!(
            list(Place::file(BUILT_IN)),
            "a policy file with `extends: default` and `classes: {connectors: [x.Y]}` allows it"
        );
        assert_eq!(list(Place::file("p.yaml")), "to allow it, add `classes: {connectors: [x.Y]}` to p.yaml");
        assert_eq!(
            list(Place::at("p.yaml".into(), 3, 1)),
            "to allow it, add x.Y to `classes.connectors` at p.yaml:3:1"
        );
    }
}
