//! Takes the parts of a policy out of the tree of its file: sections, texts and lists, rendered, and
//! all mistakes on the way.

use std::sync::Arc;

use handlebars::Template;

use super::super::{Allowed, ReferenceRule, References};
use super::items::{self, Check};
use crate::core::document::node::{Item, Kind, Node};
use crate::core::{Mistake, Place, SecretMode, Variables, lint, render};

/// Reads the parts of a policy.
pub(super) struct Reader<'a> {
    root: &'a Node,
    file: &'a Arc<str>,
    variables: &'a Variables,
    mistakes: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(root: &'a Node, file: &'a Arc<str>, variables: &'a Variables) -> Self {
        Self { root, file, variables, mistakes: Vec::new() }
    }

    /// All that was wrong, in the order of places.
    pub(super) fn finish(mut self) -> Vec<Mistake> {
        self.mistakes.sort();
        self.mistakes
    }

    /// The file as a whole.
    pub(super) fn whole(&self) -> Place {
        Place::file(self.file.clone())
    }

    pub(super) fn mistake(&mut self, place: Place, key: &str, what: impl Into<String>, next: impl Into<String>) {
        self.mistakes.push(Mistake::new(place, what).of_key(key).hint(next));
    }

    /// A section, where it is there, has these members and no others.
    pub(super) fn only(&mut self, section: &str, members: &[&str]) {
        let node = if section.is_empty() {
            self.root
        } else {
            match find(self.root, section) {
                Some(member) => &member.value,
                None => return,
            }
        };
        self.only_of(node, section, members);
    }

    fn only_of(&mut self, node: &'a Node, section: &str, members: &[&str]) {
        let there = format!("there are {}", members.join(", "));
        let Kind::Map(found) = &node.kind else {
            let what = format!("this is {}, and members are wanted", node.kind.word());
            return self.mistake(node.place.clone(), section, what, there);
        };
        for member in found.iter().filter(|member| !members.contains(&member.key.as_str())) {
            let next = match lint::nearest(&member.key, members.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => there.clone(),
            };
            self.mistake(member.place.clone(), &member.key, "a policy has no such member here", next);
        }
    }

    /// A text, and where it stands.
    pub(super) fn text(&mut self, path: &str) -> Option<(String, Place)> {
        let member = find(self.root, path)?;
        let text = self.rendered(path, &member.value)?;
        Some((text, member.value.place.clone()))
    }

    /// One of these words, and where it stands.
    pub(super) fn choice(&mut self, path: &str, words: &[&str]) -> Option<(String, Place)> {
        let (word, place) = self.text(path)?;
        if words.contains(&word.as_str()) {
            return Some((word, place));
        }
        let next = format!("it is one of {}", words.join(", "));
        self.mistake(place, path, format!("this is not {word:?}"), next);
        None
    }

    /// A list, of which each item is checked.
    pub(super) fn list(&mut self, section: &'static str, check: Check) -> Allowed {
        match find(self.root, section) {
            Some(member) => {
                let items = self.texts(section, &member.value, check);
                Allowed::new(section, member.place.clone(), items)
            }
            None => Allowed::new(section, self.whole(), Vec::new()),
        }
    }

    /// A list of hosts; one item may name several, with commas, as `PGHOST` may.
    pub(super) fn hosts(&mut self, section: &'static str) -> Allowed {
        let list = self.list(section, items::hosts);
        let split = list.items().flat_map(|item| item.split(',')).map(str::to_owned).collect();
        Allowed::new(section, list.place().clone(), split)
    }

    /// The references that are allowed.
    pub(super) fn references(&mut self, section: &str) -> References {
        let Some(member) = find(self.root, section) else {
            return References { place: self.whole(), rules: Vec::new() };
        };
        let mut rules = Vec::new();
        if let Kind::List(nodes) = &member.value.kind {
            rules.extend(nodes.iter().filter_map(|node| self.reference(section, node)));
        } else {
            self.no_list(section, &member.value);
        }
        References { place: member.place.clone(), rules }
    }

    fn reference(&mut self, section: &str, node: &'a Node) -> Option<ReferenceRule> {
        self.only_of(node, section, &["provider", "paths", "keys", "connectors", "classes", "in"]);
        let Kind::Map(_) = &node.kind else { return None };
        let Some(provider) = find(node, "provider") else {
            let next = "name it as the worker does, such as `env`";
            self.mistake(node.place.clone(), section, "`provider` is missing", next);
            return None;
        };
        let provider = self.rendered("provider", &provider.value)?;
        let any = || vec!["*".to_owned()];
        let mut list = |key: &str, check: Check, default: Vec<String>| match find(node, key) {
            Some(member) => self.texts(key, &member.value, check),
            None => default,
        };
        let rule = ReferenceRule {
            place: node.place.clone(),
            provider,
            paths: list("paths", items::path, vec![String::new()]),
            keys: list("keys", items::any, Vec::new()),
            connectors: list("connectors", items::any, any()),
            classes: list("classes", items::class, any()),
            inside: list("in", items::any, Vec::new()),
        };
        if rule.keys.is_empty() {
            let next = r#"name them, or all with `keys: ["*"]`"#;
            self.mistake(node.place.clone(), section, "`keys` are missing", next);
        }
        Some(rule)
    }

    fn texts(&mut self, key: &str, node: &'a Node, check: Check) -> Vec<String> {
        let Kind::List(nodes) = &node.kind else {
            self.no_list(key, node);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for node in nodes {
            let Some(text) = self.rendered(key, node) else { continue };
            match check(&text) {
                Ok(()) => texts.push(text),
                Err(why) => {
                    self.mistake(node.place.clone(), key, format!("{text:?}: {why}"), "docs/policy.md has examples");
                }
            }
        }
        texts
    }

    fn no_list(&mut self, key: &str, node: &Node) {
        self.mistake(
            node.place.clone(),
            key,
            format!("this is {}, and a list is wanted", node.kind.word()),
            "one item: [item]; none: []",
        );
    }

    /// The text of a node, rendered as a connector's template is.
    fn rendered(&mut self, key: &str, node: &Node) -> Option<String> {
        let Some(text) = node.kind.scalar() else {
            self.mistake(
                node.place.clone(),
                key,
                format!("this is {}, and a text is wanted", node.kind.word()),
                "put it in quotes",
            );
            return None;
        };
        if !text.contains("{{") {
            return Some(text.to_owned());
        }
        let problems = match Template::compile(text) {
            Err(_) => {
                vec![("invalid Handlebars syntax".to_owned(), "{{NAME}} or {{default NAME \"text\"}}".to_owned())]
            }
            Ok(template) => match render::render(&template, self.variables, SecretMode::Reference) {
                Ok(rendered) if rendered.is_secret || !rendered.secrets.is_empty() => {
                    vec![("a policy holds no secrets".to_owned(), "write what may be shown".to_owned())]
                }
                Ok(rendered) => return Some(rendered.text),
                Err(problems) => problems,
            },
        };
        for (what, next) in problems {
            self.mistake(node.place.clone(), key, what, next);
        }
        None
    }
}

/// The member at a path, where it is there.
fn find<'a>(node: &'a Node, path: &str) -> Option<&'a Item> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let Kind::Map(members) = &node.kind else { return None };
    let member = members.iter().find(|member| member.key == first)?;
    rest.map_or(Some(member), |rest| find(&member.value, rest))
}
