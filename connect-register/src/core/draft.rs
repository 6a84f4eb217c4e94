//! A template on its way to a spec: rendered as far as it goes, with all its mistakes. A draft with
//! mistakes still knows its keys, so that a worker can be asked about them in the same run.

use std::collections::{BTreeMap, BTreeSet};

use super::applied::{Applied, Fingerprint, FingerprintKey};
use super::template::{Content, Part, Template};
use super::{
    ConnectorName, DesiredState, Entry, IgnoredKeys, Mistake, Place, SecretMode, Spec, Value, Variables, render,
};

/// A rendered template, complete or not.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The name, where it could be rendered.
    pub name: Option<ConnectorName>,
    /// The place of the template's name, else of the template.
    pub place: Place,
    /// All keys, with their places.
    pub keys: Vec<(String, Place)>,
    /// Those entries that could be rendered.
    pub entries: Vec<Entry>,
    /// The state it is to be in, where one is declared.
    pub state: Option<DesiredState>,
    /// Keys that are left to others.
    pub ignored: IgnoredKeys,
    secrets: BTreeSet<String>,
}

/// Renders a template; what is wrong is added to `mistakes`.
pub fn draft(template: &Template, variables: &Variables, mode: SecretMode, mistakes: &mut Vec<Mistake>) -> Draft {
    let mut draft = Draft {
        name: None,
        place: template.name.as_ref().map_or(&template.place, |part| &part.place).clone(),
        keys: template.config.iter().map(|part| (part.key.clone(), part.place.clone())).collect(),
        entries: Vec::new(),
        state: template.state,
        ignored: template.ignored.clone(),
        secrets: BTreeSet::new(),
    };
    if let Some(part) = &template.name
        && let Some(value) = draft.value(part, variables, mode, mistakes)
    {
        match ConnectorName::parse(value.expose()) {
            Ok(_) if value.is_secret() => {
                mistakes.push(Mistake::new(part.place.clone(), "a name may not hold a secret").of_key("name"));
            }
            Ok(name) => draft.name = Some(name),
            Err(why) => mistakes.push(Mistake::new(part.place.clone(), why).of_key("name")),
        }
    }
    for part in &template.config {
        if let Some(value) = draft.value(part, variables, mode, mistakes) {
            draft.entries.push(Entry { key: part.key.clone(), value, place: part.place.clone() });
        }
    }
    draft.check(template.config_place.as_ref(), mistakes);
    draft
}

impl Draft {
    fn value(
        &mut self,
        part: &Part,
        variables: &Variables,
        mode: SecretMode,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Value> {
        let template = match part.content.as_ref()? {
            Content::Literal(text) => return Some(Value::of_key(&part.key, text)),
            Content::Handlebars(template) => template,
        };
        match render::render(template, variables, mode) {
            Ok(rendered) => {
                self.secrets.extend(rendered.secrets);
                Some(if rendered.is_secret {
                    Value::Secret(service::Secret::new(rendered.text))
                } else {
                    Value::of_key(&part.key, rendered.text)
                })
            }
            Err(problems) => {
                mistakes.extend(
                    problems
                        .into_iter()
                        .map(|(what, hint)| Mistake::new(part.place.clone(), what).of_key(&*part.key).hint(hint)),
                );
                None
            }
        }
    }

    /// What can be wrong with a whole template although each of its values is right.
    fn check(&self, config: Option<&Place>, mistakes: &mut Vec<Mistake>) {
        if let Some(place) = config
            && self.keys.iter().all(|(key, _)| key != "connector.class")
        {
            mistakes.push(Mistake::new(place.clone(), "`connector.class` is missing"));
        }
        for entry in &self.entries {
            let is_other_name =
                entry.key == "name" && self.name.as_ref().is_some_and(|n| n.as_str() != entry.value.expose());
            if is_other_name {
                let mistake = Mistake::new(entry.place.clone(), "this is not the name of the connector").of_key("name");
                mistakes.push(mistake.hint("leave `name` out of `config`: Connect adds it"));
            }
            if super::payload::is_masked(entry.value.expose()) {
                let mistake = Mistake::new(entry.place.clone(), "this is a mask, not a value").of_key(&*entry.key);
                mistakes.push(mistake.hint("written to Connect it would destroy the secret; name the secret instead"));
            }
            if entry.key == super::applied::KEY {
                mistakes.push(
                    Mistake::new(entry.place.clone(), "this key is kept by connect-register").of_key(&*entry.key),
                );
            }
        }
    }

    /// The spec of a draft that was made without mistakes; `None` where it has no name.
    pub fn into_spec(self, set: &str, variables: &Variables, key: Option<&FingerprintKey>) -> Option<Spec> {
        let fingerprint = Fingerprint::of(&self.secrets, &variables.secrets, key);
        Some(Spec {
            name: self.name?,
            place: self.place,
            entries: self.entries.into_iter().filter(|entry| entry.key != "name").collect(),
            secrets: self.secrets,
            applied: Some(Applied::new(set, fingerprint)),
            state: self.state,
            ignored: self.ignored,
        })
    }
}

/// Two templates of one name would fight: each place but the first is a mistake.
pub fn check_names<'a>(drafts: impl IntoIterator<Item = &'a Draft>, mistakes: &mut Vec<Mistake>) {
    let mut first: BTreeMap<&ConnectorName, &Place> = BTreeMap::new();
    for draft in drafts {
        let Some(name) = &draft.name else { continue };
        if let Some(first) = first.get(name) {
            mistakes
                .push(Mistake::new(draft.place.clone(), format!("the connector {name} is declared at {first} too")));
        } else {
            first.insert(name, &draft.place);
        }
    }
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
