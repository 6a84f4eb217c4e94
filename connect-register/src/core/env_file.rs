//! Files of variables, as `docker compose` reads them: `NAME=VALUE` on a line, comments, quotes and
//! `export`. Nothing is interpolated: a `$` is a `$`. Values never stand in messages.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;
use std::sync::Arc;

use super::{Mistake, Place};

/// Reads a file of variables; what is wrong is added to `mistakes`.
pub fn read(file: &Arc<str>, text: &str, mistakes: &mut Vec<Mistake>) -> BTreeMap<String, String> {
    let mut reader = Reader { chars: text.strip_prefix('\u{feff}').unwrap_or(text).chars().peekable(), line: 1 };
    let (mut variables, mut lines) = (BTreeMap::new(), BTreeMap::new());
    while reader.chars.peek().is_some() {
        let line = reader.line;
        let place = || Place { file: file.clone(), line: Some(line), column: None };
        match reader.entry() {
            Ok(None) => {}
            Ok(Some((name, value))) => {
                if let Some(first) = lines.get(&name) {
                    let message = format!("this variable occurs twice; the first is at line {first}");
                    mistakes.push(Mistake::new(place(), message).of_key(name));
                } else {
                    lines.insert(name.clone(), line);
                    variables.insert(name, value);
                }
            }
            Err(what) => {
                mistakes.push(Mistake::new(place(), what).hint("a line is NAME=VALUE, a comment behind #, or empty"));
                reader.rest();
            }
        }
    }
    variables
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    line: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.next()?;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn blanks(&mut self) {
        while self.chars.next_if(|c| matches!(c, ' ' | '\t')).is_some() {}
    }

    /// The rest of the line, without its break.
    fn rest(&mut self) -> String {
        let mut rest = String::new();
        while let Some(c) = self.next().filter(|c| *c != '\n') {
            rest.push(c);
        }
        if rest.ends_with('\r') {
            rest.pop();
        }
        rest
    }

    /// One line, or several where a value in quotes spans them.
    fn entry(&mut self) -> Result<Option<(String, String)>, &'static str> {
        self.blanks();
        let mut name = self.name();
        if name == "export" && matches!(self.chars.peek(), Some(' ' | '\t')) {
            self.blanks();
            name = self.name();
        }
        self.blanks();
        match self.chars.peek() {
            Some('=') if !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) => {
                self.next();
            }
            // A name alone is one of the environment, which is read all the same.
            None | Some('#' | '\n' | '\r') => {
                self.rest();
                return Ok(None);
            }
            _ => return Err("this is no variable"),
        }
        self.blanks();
        let value = match self.chars.peek() {
            Some(quote @ ('"' | '\'')) => {
                let quote = *quote;
                self.next();
                let value = self.quoted(quote)?;
                self.blanks();
                if !matches!(self.chars.peek(), None | Some('#' | '\n' | '\r')) {
                    return Err("there is something behind the closing quote");
                }
                self.rest();
                value
            }
            _ => bare(&self.rest()),
        };
        Ok(Some((name, value)))
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.chars.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')) {
            name.push(c);
        }
        name
    }

    /// Up to the closing quote. In double quotes a backslash escapes.
    fn quoted(&mut self, quote: char) -> Result<String, &'static str> {
        let mut value = String::new();
        loop {
            match self.next().ok_or("a quote is not closed")? {
                c if c == quote => return Ok(value),
                '\\' if quote == '"' => match self.next().ok_or("a quote is not closed")? {
                    'n' => value.push('\n'),
                    'r' => value.push('\r'),
                    't' => value.push('\t'),
                    c @ ('"' | '\\' | '$') => value.push(c),
                    c => value.extend(['\\', c]),
                },
                '\r' if self.chars.peek() == Some(&'\n') => {}
                c => value.push(c),
            }
        }
    }
}

/// A value without quotes: a `#` begins a comment where a blank stands before it.
fn bare(text: &str) -> String {
    let comment = text.char_indices().find(|(at, c)| *c == '#' && (*at == 0 || text[..*at].ends_with([' ', '\t'])));
    comment.map_or(text, |(at, _)| &text[..at]).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read_as_docker_compose_reads_them_but_for_interpolation() {
        let text = "\u{feff}# comment\r\n\r\nA=1\r\nexport B = two words # comment\nC=a#b=c\nD='single $X \\n'\n\
                    E=\"double \\\"q\\\" \\n\\\\ $X\" # comment\nF=\nG\nH=\"two\nlines\"\nI=${env:X}\n  J.k-l=x";
        let mut mistakes = Vec::new();
        let variables = read(&"x.env".into(), text, &mut mistakes);
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let shown: Vec<_> = variables.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        A="1"
        B="two words"
        C="a#b=c"
        D="single $X \\n"
        E="double \"q\" \n\\ $X"
        F=""
        H="two\nlines"
        I="${env:X}"
        J.k-l="x"
        "#);
    }

    #[test]
    fn what_is_no_variable_is_told_with_its_line_and_never_with_its_value() {
        let text = "A=1\n=canary\n1B=canary\ncanary value\nA=canary\nC='canary' canary\nD=2\nE=\"canary\nF=canary";
        let mut mistakes = Vec::new();
        let variables = read(&"x.env".into(), text, &mut mistakes);
        let shown = mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(!shown.contains("canary"), "{shown}");
        assert_eq!(variables.into_keys().collect::<Vec<_>>(), ["A", "D"]);
        insta::assert_snapshot!(shown, @"
        x.env:2: this is no variable (a line is NAME=VALUE, a comment behind #, or empty)
        x.env:3: this is no variable (a line is NAME=VALUE, a comment behind #, or empty)
        x.env:4: this is no variable (a line is NAME=VALUE, a comment behind #, or empty)
        x.env:5: A: this variable occurs twice; the first is at line 1
        x.env:6: there is something behind the closing quote (a line is NAME=VALUE, a comment behind #, or empty)
        x.env:8: a quote is not closed (a line is NAME=VALUE, a comment behind #, or empty)
        ");
    }

    proptest::proptest! {
        #[test]
        fn a_value_in_quotes_is_read_as_it_was_written(value in "[^\0]{0,40}") {
            // A break of two characters is read as one, and must not come to be by reading.
            let value = value.replace('\r', "");
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            let text = format!("A=\"{quoted}\"\nB=x");
            let mut mistakes = Vec::new();
            let variables = read(&"x.env".into(), &text, &mut mistakes);
            proptest::prop_assert_eq!((&variables["A"], &*variables["B"]), (&value, "x"));
        }
    }
}
