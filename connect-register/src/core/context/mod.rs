//! Contexts: the clusters that somebody works with, by name, each with its workers and where the secrets
//! are that let one in. A context never holds a secret; what stands for which variable is not decided here.

mod file;
mod member;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub use file::parse;
pub use member::{Form, Member};

use super::{lint, yaml};

/// The version of the file of contexts.
pub const VERSION: u32 = 1;
/// A longer name is none.
const LONGEST_NAME: usize = 64;

/// Where a secret is to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In a variable of this name.
    Env(String),
    /// In this file, relative to that of the contexts.
    File(String),
    /// In what this program with these arguments prints.
    Command(Vec<String>),
}

/// What a member is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A text or a path.
    Text(String),
    /// Addresses.
    Texts(Vec<String>),
    /// Yes or no.
    Flag(bool),
    /// Where a secret is.
    Secret(Source),
}

/// How the workers of one cluster are reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    settings: BTreeMap<Member, Setting>,
}

/// All contexts of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contexts {
    /// The one that counts where none is named.
    pub current: Option<String>,
    /// All of them, by name.
    pub contexts: BTreeMap<String, Context>,
}

impl Source {
    fn value(&self) -> Value {
        match self {
            Self::Env(name) => json!({ "env": name }),
            Self::File(path) => json!({ "file": path }),
            Self::Command(words) => json!({ "command": words }),
        }
    }

    /// Where it is, in words.
    pub fn words(&self) -> String {
        match self {
            Self::Env(name) => format!("from the variable {name}"),
            Self::File(path) => format!("from the file {path}"),
            Self::Command(words) => format!("from the command {}", words.first().map_or("", String::as_str)),
        }
    }
}

impl Context {
    /// What a member is set to.
    pub fn get(&self, member: Member) -> Option<&Setting> {
        self.settings.get(&member)
    }

    /// Sets a member, or with `None` takes it out.
    pub fn set(&mut self, member: Member, setting: Option<Setting>) {
        match setting {
            Some(setting) => self.settings.insert(member, setting),
            None => self.settings.remove(&member),
        };
    }

    /// All that is set, in the order of the file.
    pub fn settings(&self) -> impl Iterator<Item = (Member, &Setting)> {
        self.settings.iter().map(|(member, setting)| (*member, setting))
    }

    /// The addresses of its workers.
    pub fn urls(&self) -> &[String] {
        match self.get(Member::Urls) {
            Some(Setting::Texts(urls)) => urls,
            _ => &[],
        }
    }

    /// How it gets in, in words.
    pub fn login(&self) -> &'static str {
        match (self.get(Member::Username), self.get(Member::BearerToken), self.get(Member::TlsCert)) {
            (Some(_), _, _) => "basic",
            (None, Some(_), _) => "bearer token",
            (None, None, Some(_)) => "certificate",
            (None, None, None) if self.get(Member::Headers).is_some() => "headers",
            _ => "",
        }
    }

    /// The context as it stands in the file; there is no secret in it.
    pub fn value(&self) -> Value {
        let mut members = Map::new();
        for (member, setting) in self.settings() {
            let value = match setting {
                Setting::Text(text) => json!(text),
                Setting::Texts(texts) => json!(texts),
                Setting::Flag(flag) => json!(flag),
                Setting::Secret(source) => source.value(),
            };
            match member.path().split_once('.') {
                None => members.insert(member.path().to_owned(), value),
                Some((section, key)) => match members.entry(section).or_insert_with(|| json!({})) {
                    Value::Object(section) => section.insert(key.to_owned(), value),
                    _ => None,
                },
            };
        }
        Value::Object(members)
    }
}

impl Contexts {
    /// A context by its name.
    ///
    /// # Errors
    /// What to do where there is none of that name.
    pub fn find(&self, name: &str) -> Result<&Context, String> {
        self.contexts.get(name).ok_or_else(|| {
            let names: Vec<_> = self.contexts.keys().map(String::as_str).collect();
            match lint::nearest(name, names.iter().copied()) {
                _ if names.is_empty() => {
                    "there are none; `connect-register context set NAME --url URL` makes one".to_owned()
                }
                Some(near) => format!("did you mean `{near}`? There are {}", names.join(", ")),
                None => format!("there are {}", names.join(", ")),
            }
        })
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let mut file = Map::from_iter([("version".to_owned(), json!(VERSION))]);
        if let Some(current) = &self.current {
            file.insert("current".to_owned(), json!(current));
        }
        let contexts = self.contexts.iter().map(|(name, context)| (name.clone(), context.value()));
        file.insert("contexts".to_owned(), Value::Object(contexts.collect()));
        yaml::write(&Value::Object(file))
    }
}

/// Checks the name of a context.
///
/// # Errors
/// What a name is.
pub fn check_name(name: &str) -> Result<(), &'static str> {
    let is_of_it = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins_well && name.len() <= LONGEST_NAME && name.chars().all(is_of_it) {
        Ok(())
    } else {
        Err("a name begins with a letter or a digit, and has letters, digits, `.`, `_` and `-`, at most 64")
    }
}

#[cfg(test)]
mod tests;
