//! Reads the file of contexts: strict, so that a slip of the pen does not lead to another cluster. A
//! secret that stands in it is a mistake like any other, and is never told; all mistakes come at once.

use std::sync::Arc;

use super::{Context, Contexts, Form, Member, Setting, Source, VERSION, check_name};
use crate::core::document::node::{Item, Kind, Node};
use crate::core::document::{self, Findings, Format};
use crate::core::{Mistake, Place, lint, redact};

/// Sections of a context: members that have members.
const SECTIONS: [&str; 2] = ["tls", "kafka"];

/// Reads the file of contexts; an empty one has none.
///
/// # Errors
/// All that is wrong with it; no value is told of what may be a secret.
pub fn parse(file: &Arc<str>, text: &str) -> Result<Contexts, Vec<Mistake>> {
    let mut findings = Findings::default();
    let mut roots = document::trees(file, text, Format::Yaml, &mut findings);
    if !findings.mistakes.is_empty() {
        return Err(findings.mistakes);
    }
    let root = match (roots.pop(), roots.is_empty()) {
        (None, _) => return Ok(Contexts::default()),
        (Some(root), true) => root,
        (Some(root), false) => {
            return Err(vec![Mistake::new(root.place, "contexts are one document, and here is another")]);
        }
    };
    let mut reader = Reader { mistakes: Vec::new() };
    let contexts = reader.file(file, root);
    reader.mistakes.sort();
    if reader.mistakes.is_empty() { Ok(contexts) } else { Err(reader.mistakes) }
}

struct Reader {
    mistakes: Vec<Mistake>,
}

impl Reader {
    fn mistake(&mut self, place: Place, key: &str, what: impl Into<String>, next: impl Into<String>) {
        self.mistakes.push(Mistake::new(place, what).of_key(key).hint(next));
    }

    fn file(&mut self, file: &Arc<str>, root: Node) -> Contexts {
        let mut contexts = Contexts::default();
        let mut has_version = false;
        for item in self.members(root, "", &["version", "current", "contexts"]) {
            match item.key.as_str() {
                "version" => {
                    has_version = true;
                    if item.value.kind.scalar() != Some(&VERSION.to_string()) {
                        let next = format!("write `version: {VERSION}`, or take a newer connect-register");
                        self.mistake(item.place, "version", "this version of contexts is not known", next);
                    }
                }
                "current" => contexts.current = self.current(&item),
                _ => self.contexts(item, &mut contexts),
            }
        }
        if !has_version {
            let next = format!("write `version: {VERSION}`");
            self.mistake(Place::file(file.clone()), "version", "it is missing", next);
        }
        contexts
    }

    fn current(&mut self, item: &Item) -> Option<String> {
        match &item.value.kind {
            Kind::Null => None,
            kind => {
                let text = kind.scalar().map(str::to_owned);
                if text.is_none() {
                    self.wrong(item, "current", "the name of a context");
                }
                text
            }
        }
    }

    fn contexts(&mut self, item: Item, contexts: &mut Contexts) {
        let items = match item.value.kind {
            Kind::Null => Vec::new(),
            Kind::Map(items) => items,
            _ => return self.wrong(&item, "contexts", "an object: a name, and below it the context"),
        };
        for item in items {
            if let Err(why) = check_name(&item.key) {
                self.mistake(item.place.clone(), &item.key, "this is no name of a context", why);
            }
            let context = self.context(&item.key, item.value);
            contexts.contexts.insert(item.key, context);
        }
    }

    fn context(&mut self, name: &str, node: Node) -> Context {
        let (mut context, place) = (Context::default(), node.place.clone());
        let mut known: Vec<&str> =
            Member::ALL.iter().map(|member| member.path()).filter(|p| !p.contains('.')).collect();
        known.extend(SECTIONS);
        for item in self.members(node, name, &known) {
            if SECTIONS.contains(&item.key.as_str()) {
                let section = item.key;
                let of_it: Vec<&str> = Member::ALL
                    .iter()
                    .filter_map(|member| member.path().strip_prefix(&section)?.strip_prefix('.'))
                    .collect();
                for item in self.members(item.value, &section, &of_it) {
                    self.member(&format!("{section}.{}", item.key), &item, &mut context);
                }
            } else {
                self.member(&item.key.clone(), &item, &mut context);
            }
        }
        if context.get(Member::Urls).is_none() && self.mistakes.is_empty() {
            self.mistake(place, &format!("{name}.urls"), "it is missing", "urls: [http://localhost:8083]");
        }
        context
    }

    /// The members of an object, which has these and no others.
    fn members(&mut self, node: Node, section: &str, known: &[&str]) -> Vec<Item> {
        let there = format!("there are {}", known.join(", "));
        let Kind::Map(items) = node.kind else {
            let what = format!("this is {}, and members are wanted", node.kind.word());
            self.mistake(node.place, section, what, there);
            return Vec::new();
        };
        let (right, wrong): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| known.contains(&item.key.as_str()));
        for item in wrong {
            let next = lint::nearest(&item.key, known.iter().copied())
                .map_or_else(|| there.clone(), |near| format!("did you mean `{near}`?"));
            self.mistake(item.place, &item.key, "there is no such member here", next);
        }
        right
    }

    fn member(&mut self, path: &str, item: &Item, context: &mut Context) {
        let Some(member) = Member::ALL.into_iter().find(|member| member.path() == path) else { return };
        if let Some(setting) = self.setting(member, item) {
            context.set(member, Some(setting));
        }
    }

    fn setting(&mut self, member: Member, item: &Item) -> Option<Setting> {
        let (form, path, kind) = (member.form(), member.path(), &item.value.kind);
        match (form, kind) {
            (_, Kind::Map(items)) if form.takes_source() => self.source(path, &item.place, items).map(Setting::Secret),
            (Form::Secret, Kind::Text(_) | Kind::Plain(_) | Kind::Literal(_)) => {
                self.mistake(
                    item.place.clone(),
                    path,
                    "a secret stands here in the clear; whoever could read this file may know it",
                    "change the secret, and write where it is to be found: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}",
                );
                None
            }
            (Form::Addresses, Kind::List(nodes)) if !nodes.is_empty() => {
                let texts: Vec<_> = nodes.iter().filter_map(|node| node.kind.text().map(str::to_owned)).collect();
                if texts.len() < nodes.len() {
                    self.wrong(item, path, form.example());
                }
                texts.iter().all(|text| self.is_harmless(item, path, text)).then_some(Setting::Texts(texts))
            }
            (Form::Flag, kind) => match kind.scalar() {
                Some("true") => Some(Setting::Flag(true)),
                Some("false") => Some(Setting::Flag(false)),
                _ => self.none(item, path, form),
            },
            (form, kind) if form.takes_text() => match kind.scalar() {
                Some(text) if !text.is_empty() => {
                    self.is_harmless(item, path, text).then(|| Setting::Text(text.to_owned()))
                }
                _ => self.none(item, path, form),
            },
            _ => self.none(item, path, form),
        }
    }

    fn source(&mut self, path: &str, place: &Place, items: &[Item]) -> Option<Source> {
        let [item] = items else {
            self.mistake(place.clone(), path, "one place of a secret is wanted", Form::Secret.example());
            return None;
        };
        let text = || item.value.kind.scalar().filter(|text| !text.is_empty()).map(str::to_owned);
        let words = |nodes: &[Node]| nodes.iter().map(|node| node.kind.scalar().map(str::to_owned)).collect();
        let source = match (item.key.as_str(), &item.value.kind) {
            ("env", _) => text().map(Source::Env),
            ("file", _) => text().map(Source::File),
            ("command", Kind::List(nodes)) if !nodes.is_empty() => {
                let words: Option<Vec<String>> = words(nodes);
                words.map(Source::Command)
            }
            _ => None,
        };
        let Some(source) = source else {
            self.mistake(item.place.clone(), path, "this is no place of a secret", Form::Secret.example());
            return None;
        };
        let told: &[String] = match &source {
            Source::Env(name) | Source::File(name) => std::slice::from_ref(name),
            Source::Command(words) => words,
        };
        told.iter().all(|text| self.is_harmless(item, path, text)).then_some(source)
    }

    /// Whether a text holds no secret that can be told by its looks.
    fn is_harmless(&mut self, item: &Item, path: &str, text: &str) -> bool {
        let is_secret = redact::is_sensitive("", text) || holds_user(text);
        if is_secret {
            let what = "it holds a user, a password or a key in the clear; whoever could read this file may know it";
            self.mistake(item.place.clone(), path, what, "change the secret, and keep it elsewhere: docs/contexts.md");
        }
        !is_secret
    }

    fn none<T>(&mut self, item: &Item, path: &str, form: Form) -> Option<T> {
        self.wrong(item, path, form.example());
        None
    }

    fn wrong(&mut self, item: &Item, path: &str, wanted: &str) {
        let what = match &item.value.kind {
            Kind::Text(text) | Kind::Plain(text) if text.is_empty() => "it is empty".to_owned(),
            Kind::List(nodes) if nodes.is_empty() => "it is empty".to_owned(),
            kind => format!("this is {}", kind.word()),
        };
        self.mistake(item.place.clone(), path, what, format!("write {wanted}"));
    }
}

/// Whether an address holds a user, who may be followed by a password.
fn holds_user(text: &str) -> bool {
    let authority = text.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(rest));
    authority.is_some_and(|authority| authority.contains('@'))
}
