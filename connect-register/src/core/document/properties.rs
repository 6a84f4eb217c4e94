//! Java's properties with places, as `java.util.Properties` loads them for Connect's standalone mode.
//! Two things are stricter: a key that occurs twice, of which Java takes the last, and characters
//! beyond ASCII, which Java reads as ISO-8859-1 and editors write as UTF-8.

use std::iter::Peekable;
use std::str::Chars;
use std::sync::Arc;

use super::Findings;
use super::node::{Item, Items, Kind, Node};
use crate::core::{Mistake, Place};

pub(super) fn read(file: &Arc<str>, text: &str, findings: &mut Findings) -> Option<Node> {
    let mut lines = Lines { chars: text.chars().peekable(), line: 1, column: 1 };
    let mut items = Items::default();
    let mut is_empty = true;
    while let Some(line) = lines.logical() {
        is_empty = false;
        let place = |at: usize| {
            let (line, column) = line.get(at).or(line.last()).map_or((1, 1), |c| (c.line, c.column));
            Place::at(file.clone(), line, column)
        };
        let (key, value) = split(&line);
        let mut text_of = |from: usize, to: usize| {
            unescaped(&line[from..to]).map_err(|(at, what, hint)| {
                findings.mistake(Mistake::new(place(from + at), what).hint(hint));
            })
        };
        let (key, text) = (text_of(0, key), text_of(value, line.len()));
        if let (Ok(key), Ok(text)) = (key, text) {
            let value = Node { place: place(value), kind: Kind::Text(text) };
            items.push(Item { key, place: place(0), value }, findings);
        }
    }
    if is_empty { None } else { Some(Node { place: Place::at(file.clone(), 1, 1), kind: items.into_kind() }) }
}

/// A character and where it stands.
#[derive(Clone, Copy, Debug)]
struct Placed {
    c: char,
    line: usize,
    column: usize,
}

struct Lines<'a> {
    chars: Peekable<Chars<'a>>,
    line: usize,
    column: usize,
}

impl Lines<'_> {
    fn next(&mut self) -> Option<Placed> {
        let c = self.chars.next()?;
        let placed = Placed { c, line: self.line, column: self.column };
        if c == '\n' || c == '\r' && self.chars.peek() != Some(&'\n') {
            (self.line, self.column) = (self.line + 1, 1);
        } else {
            self.column += 1;
        }
        Some(placed)
    }

    /// The next line that is neither blank nor a comment, with those that continue it; escapes stay.
    fn logical(&mut self) -> Option<Vec<Placed>> {
        loop {
            self.chars.peek()?;
            let mut line = self.natural();
            if line.first().is_none_or(|first| matches!(first.c, '#' | '!')) {
                continue;
            }
            while is_continued(&line) {
                line.pop();
                if self.chars.peek().is_none() {
                    break;
                }
                line.extend(self.natural());
            }
            if !line.is_empty() {
                return Some(line);
            }
        }
    }

    /// One line without the blanks before it and the break behind it.
    fn natural(&mut self) -> Vec<Placed> {
        let mut line = Vec::new();
        while let Some(placed) = self.next() {
            match placed.c {
                '\n' => break,
                '\r' => {
                    if self.chars.peek() == Some(&'\n') {
                        self.next();
                    }
                    break;
                }
                c if line.is_empty() && is_blank(c) => {}
                _ => line.push(placed),
            }
        }
        line
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{c}')
}

fn is_continued(line: &[Placed]) -> bool {
    line.iter().rev().take_while(|placed| placed.c == '\\').count() % 2 == 1
}

/// Where the key ends, and where the value begins.
fn split(line: &[Placed]) -> (usize, usize) {
    let (mut is_escaped, mut end) = (false, line.len());
    for (at, placed) in line.iter().enumerate() {
        if !is_escaped && (matches!(placed.c, '=' | ':') || is_blank(placed.c)) {
            end = at;
            break;
        }
        is_escaped = placed.c == '\\' && !is_escaped;
    }
    let blanks = |from: usize| line[from..].iter().take_while(|placed| is_blank(placed.c)).count();
    let mut begin = end + blanks(end);
    if line.get(begin).is_some_and(|placed| matches!(placed.c, '=' | ':')) {
        begin += 1;
        begin += blanks(begin);
    }
    (end, begin)
}

type Wrong = (usize, &'static str, &'static str);

/// A key or a value without its escapes, or what is wrong with it and where.
fn unescaped(line: &[Placed]) -> Result<String, Wrong> {
    let mut units: Vec<u16> = Vec::with_capacity(line.len());
    let mut at = 0;
    while let Some(Placed { c, .. }) = line.get(at) {
        let c = if *c == '\\' {
            at += 1;
            match line.get(at).map(|placed| placed.c) {
                None => break,
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('f') => '\u{c}',
                Some('u') => {
                    units.push(unit(&line[at + 1..]).ok_or((
                        at,
                        "four hexadecimal digits follow \\u",
                        r"\u00e9 is é",
                    ))?);
                    at += 5;
                    continue;
                }
                Some(other) => other,
            }
        } else {
            *c
        };
        if !c.is_ascii() {
            return Err((
                at,
                "Connect reads this as ISO-8859-1, editors write it as UTF-8",
                r"write it as \uXXXX: \u00e9 is é",
            ));
        }
        units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        at += 1;
    }
    String::from_utf16(&units)
        .map_err(|_| (0, "half of a surrogate pair is no character", r"\ud83d\ude00 are both halves of one"))
}

fn unit(line: &[Placed]) -> Option<u16> {
    let digits: String = line.get(..4)?.iter().map(|placed| placed.c).collect();
    if digits.chars().all(|c| c.is_ascii_hexdigit()) { u16::from_str_radix(&digits, 16).ok() } else { None }
}
