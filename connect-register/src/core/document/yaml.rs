//! YAML with places, several documents in a file. A plain scalar stays the text that it is: nothing is
//! taken for a number or a boolean. Aliases and merge keys are followed as far as they stay small.

use std::collections::BTreeMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::Findings;
use super::node::{Item, Items, Kind, Node};
use crate::core::{Mistake, Place};

/// How deep a file may be nested, aliases followed.
const DEEPEST: usize = 128;
/// How many brackets may be open at once, wherever they stand: the scanner looks ahead for all of them.
const MOST_OPEN: usize = 4096;
/// How much aliases may add, in parts and in sixteenths of their texts' lengths.
const MOST_ADDED: usize = 200_000;
/// The key whose value is merged into the map that it stands in.
const MERGE: &str = "<<";

pub(super) fn read(file: &Arc<str>, text: &str, findings: &mut Findings) -> Vec<Node> {
    if opens_too_many(text) {
        findings.mistake(Mistake::new(Place::file(file.clone()), "it is nested too deeply"));
        return Vec::new();
    }
    let events = Parser::new_from_str(text);
    let mut reader = Reader { file, text, events, anchors: BTreeMap::new(), spare: MOST_ADDED, findings };
    let mut roots = Vec::new();
    while let Some((event, span)) = reader.next() {
        match event {
            Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
            Event::DocumentStart(_) => reader.anchors.clear(),
            event => match reader.node(event, span, 0) {
                Some(root) => roots.push(root),
                None => break,
            },
        }
    }
    // Nothing between two `---` is no document.
    roots.retain(|root| !matches!(root.kind, Kind::Null));
    roots
}

fn opens_too_many(text: &str) -> bool {
    let mut open = 0_usize;
    text.bytes().any(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MOST_OPEN
    })
}

struct Reader<'a, 'f> {
    file: &'a Arc<str>,
    text: &'a str,
    events: Parser<'a, StrInput<'a>>,
    anchors: BTreeMap<usize, Anchored>,
    spare: usize,
    findings: &'f mut Findings,
}

/// What an alias stands for.
struct Anchored {
    node: Node,
    size: usize,
    height: usize,
}

impl<'a> Reader<'a, '_> {
    /// The next event; what is no YAML is told, and nothing comes after it.
    fn next(&mut self) -> Option<(Event<'a>, Span)> {
        match self.events.next()? {
            Ok(event) => Some(event),
            Err(error) => {
                self.tell(&error);
                None
            }
        }
    }

    fn tell(&mut self, error: &ScanError) {
        let at = error.marker();
        let place = Place::at(self.file.clone(), at.line(), at.col() + 1);
        let mistake = Mistake::new(
            place,
            match error.info() {
                "recursion limit exceeded" => "this is nested too deeply".to_owned(),
                what => format!("this is not YAML: {what}"),
            },
        );
        let line = self.text.lines().nth(at.line().saturating_sub(1)).unwrap_or_default();
        self.findings.mistake(if line.contains("{{") {
            mistake.hint(QUOTES)
        } else if line.trim_start_matches(' ').starts_with('\t') {
            mistake.hint("YAML is indented by spaces, not by tabs")
        } else {
            mistake
        });
    }

    /// A part, all of it; `None` where the file cannot be read on.
    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Option<Node> {
        let place = Place::at(self.file.clone(), span.start.line(), span.start.col() + 1);
        if depth > DEEPEST {
            self.findings.mistake(Mistake::new(place, "this is nested too deeply"));
            return None;
        }
        let (kind, anchor) = match event {
            Event::Alias(anchor) => return self.alias(anchor, place, depth),
            Event::Scalar(text, style, anchor, tag) => {
                (self.scalar(text.into_owned(), style, tag.as_deref(), &place), anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), "seq", &place);
                (self.list(depth)?, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), "map", &place);
                (self.map(depth)?, anchor)
            }
            _ => return None,
        };
        let node = Node { place, kind };
        if anchor != 0 {
            let (size, height) = measure(&node);
            self.anchors.insert(anchor, Anchored { node: node.clone(), size, height });
        }
        Some(node)
    }

    fn alias(&mut self, anchor: usize, place: Place, depth: usize) -> Option<Node> {
        let Some(Anchored { node, size, height }) = self.anchors.get(&anchor) else {
            let mistake = Mistake::new(place, "this alias stands inside of what it names, or in another document");
            self.findings.mistake(mistake);
            return None;
        };
        if *size > self.spare || depth + height > DEEPEST {
            let mistake = Mistake::new(place, "aliases make this too large");
            self.findings.mistake(mistake.hint("write the values out"));
            return None;
        }
        self.spare -= size;
        Some(node.clone())
    }

    fn list(&mut self, depth: usize) -> Option<Kind> {
        let mut list = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Some(Kind::List(list)),
                (event, span) => list.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Option<Kind> {
        let (mut items, mut merged) = (Items::default(), Vec::new());
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let key = self.node(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            match key.kind {
                Kind::Plain(text) if text == MERGE => merged.push((key.place, value)),
                Kind::Text(text) | Kind::Plain(text) => {
                    items.push(Item { key: text, place: key.place, value }, self.findings);
                }
                other => {
                    let message = format!("the key is {}, and a text is wanted", other.word());
                    self.findings.mistake(Mistake::new(key.place, message).hint(QUOTES));
                }
            }
        }
        for (place, value) in merged {
            self.merge(&mut items, &place, value);
        }
        Some(items.into_kind())
    }

    /// What a map has itself counts, and of several that are merged the first.
    fn merge(&mut self, items: &mut Items, place: &Place, value: Node) {
        let sources = match value.kind {
            Kind::List(sources) => sources,
            kind => vec![Node { place: value.place, kind }],
        };
        for source in sources {
            let Kind::Map(others) = source.kind else {
                let message = format!("this is {}, and a map is wanted", source.kind.word());
                self.findings.mistake(Mistake::new(place.clone(), message).of_key(MERGE));
                continue;
            };
            for item in others {
                items.push_absent(item);
            }
        }
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, tag: Option<&Tag>, place: &Place) -> Kind {
        match (tag, style) {
            (None, ScalarStyle::Plain) if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") => Kind::Null,
            (None, ScalarStyle::Plain) => Kind::Plain(text),
            (None, _) => Kind::Text(text),
            (Some(tag), _) if tag.is_yaml_core_schema() && tag.suffix == "null" => Kind::Null,
            (Some(tag), _) => {
                let is_text = tag.handle.is_empty() || tag.is_yaml_core_schema() && tag.suffix == "str";
                let is_literal = tag.is_yaml_core_schema() && matches!(&*tag.suffix, "int" | "float" | "bool");
                if !is_text && !is_literal {
                    self.refuse(tag, place);
                }
                Kind::Text(text)
            }
        }
    }

    fn check_tag(&mut self, tag: Option<&Tag>, suffix: &str, place: &Place) {
        if let Some(tag) =
            tag.filter(|tag| !(tag.is_yaml_core_schema() && tag.suffix == suffix || tag.handle.is_empty()))
        {
            self.refuse(tag, place);
        }
    }

    fn refuse(&mut self, tag: &Tag, place: &Place) {
        let name = if tag.is_yaml_core_schema() { format!("!!{}", tag.suffix) } else { tag.to_string() };
        let mistake = Mistake::new(place.clone(), format!("the tag {name} is not known here"));
        self.findings.mistake(mistake.hint("write the value as a text"));
    }
}

/// How much an alias of it adds, and how high it is.
fn measure(node: &Node) -> (usize, usize) {
    let inner = |nodes: &mut dyn Iterator<Item = &Node>| {
        let add = |(size, height): (usize, usize), (more, high): (usize, usize)| (size + more, height.max(high));
        let (size, height) = nodes.map(measure).fold((1, 0), add);
        (size, height + 1)
    };
    match &node.kind {
        Kind::Null => (1, 1),
        Kind::Text(text) | Kind::Plain(text) | Kind::Literal(text) => (1 + text.len() / 16, 1),
        Kind::List(list) => inner(&mut list.iter()),
        Kind::Map(items) => inner(&mut items.iter().map(|item| &item.value)),
    }
}

const QUOTES: &str = r#"a value that begins with {{ wants quotes: "{{NAME}}", or '{{secret "NAME"}}'"#;
