//! The policy against the threats that it is there for, row by row and counted, against configurations
//! as people write them, and against every spelling that a generator comes up with.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod client_keys;
mod normal;
mod spellings;
mod threats;
mod tricks;

use std::sync::LazyLock;

use connect_register::core::policy::Policy;
use connect_register::core::{ConnectorName, Entry, Mistake, Place, Value, Variables};

/// Keys and values of a configuration.
type Pairs<'a> = [(&'a str, &'a str)];

fn built_in() -> &'static Policy {
    static BUILT_IN: LazyLock<Policy> = LazyLock::new(|| Policy::built_in(&Variables::default()).unwrap());
    &BUILT_IN
}

fn policy(text: &str) -> Policy {
    Policy::parse(&"policy.yaml".into(), text, &Variables::default())
        .unwrap_or_else(|mistakes| panic!("{text}\n{mistakes:#?}"))
}

fn check(policy: &Policy, name: &str, pairs: &Pairs<'_>) -> Vec<Mistake> {
    let entry = |(line, (key, value)): (usize, &(&str, &str))| Entry {
        key: (*key).to_owned(),
        value: Value::of_key(key, *value),
        place: Place::at("t.json".into(), line + 1, 1),
    };
    let entries: Vec<_> = pairs.iter().enumerate().map(entry).collect();
    policy.check(Some(&ConnectorName::parse(name).unwrap()), &entries)
}
