//! What a policy has against one entry of a configuration, on the way to a mistake: the place, the
//! key, the rule by its name, and the next step. Text of a secret value is never part of it.

use super::super::{Entry, Mistake, reference};
use super::Rule;

/// Collects what is wrong with one entry.
#[derive(Debug)]
pub(super) struct Findings<'a> {
    entry: &'a Entry,
    mistakes: &'a mut Vec<Mistake>,
}

impl<'a> Findings<'a> {
    pub(super) fn of(entry: &'a Entry, mistakes: &'a mut Vec<Mistake>) -> Self {
        Self { entry, mistakes }
    }

    /// The key of the entry.
    pub(super) fn key(&self) -> &'a str {
        &self.entry.key
    }

    /// The text of the entry's value, which may be a secret.
    pub(super) fn value(&self) -> &'a str {
        self.entry.value.expose()
    }

    /// Whether the value, or a part of it, is a secret.
    pub(super) fn is_secret(&self) -> bool {
        self.entry.value.is_secret()
    }

    /// A part of the value as it may be shown.
    pub(super) fn shown(&self, part: &str) -> String {
        if self.is_secret() { service::secret::MASK.to_owned() } else { format!("{part:?}") }
    }

    /// An item that a policy file could hold, taken from the value.
    pub(super) fn item(&self, part: &str) -> String {
        if self.is_secret() { "it".to_owned() } else { format!("{part:?}") }
    }

    /// Refuses the entry.
    pub(super) fn refuse(&mut self, rule: Rule, what: &str, next: impl Into<String>) {
        let mistake = Mistake::new(self.entry.place.clone(), format!("policy rule {rule}: {what}"));
        self.mistakes.push(mistake.of_key(&*self.entry.key).hint(next));
    }

    /// Refuses the entry if its value holds a reference: nobody here knows what the worker makes of
    /// it, so that it cannot be checked. Returns whether it did.
    pub(super) fn is_unresolved(&mut self, what: &str) -> bool {
        let is_unresolved = !reference::find(self.value()).is_empty();
        if is_unresolved {
            let what = format!("{what} is a reference that only the worker resolves, so it cannot be checked");
            self.refuse(Rule::Unresolved, &what, "write the text itself, or a variable: {{NAME}}");
        }
        is_unresolved
    }
}
