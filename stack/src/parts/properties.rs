//! Java properties files as the servers read them: keys in the order given, values escaped.
//! What the keys mean is the business of the part that renders them.

use std::fmt::{self, Write as _};

/// A properties file in the making.
#[derive(Clone, Debug, Default)]
pub(crate) struct Properties(Vec<(String, String)>);

impl Properties {
    /// Adds a key.
    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: impl fmt::Display) -> Self {
        self.0.push((key.to_owned(), format!("{value}")));
        self
    }

    /// Adds several keys.
    #[must_use]
    pub(crate) fn with_all(mut self, pairs: &[(&str, &str)]) -> Self {
        self.0.extend(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        self
    }

    /// The text of the file. Backslashes and line ends are escaped, as `java.util.Properties` wants.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        for (key, value) in &self.0 {
            let value = value.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{key}={value}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_begin_a_line_of_its_own() {
        let text = Properties::default().with("a", "x\ny=1").with("b", r"c:\d").render();
        assert_eq!(text, "a=x\\ny=1\nb=c:\\\\d\n");
    }
}
