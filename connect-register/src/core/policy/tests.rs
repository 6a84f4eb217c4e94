use super::*;
use crate::core::{Place, Value};

fn entry(key: &str, value: &str) -> Entry {
    Entry { key: key.to_owned(), value: Value::of_key(key, value), place: Place::at("t.json".into(), 3, 5) }
}

fn told(policy: &Policy, pairs: &[(&str, &str)]) -> String {
    let entries: Vec<_> = pairs.iter().map(|(key, value)| entry(key, value)).collect();
    let name = ConnectorName::parse("orders").unwrap();
    policy.check(Some(&name), &entries).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn built_in() -> Policy {
    Policy::built_in(&Variables::default()).unwrap()
}

#[test]
fn each_mistake_names_place_key_rule_and_the_line_that_would_allow_it() {
    let shown = told(
        &built_in(),
        &[
            ("connector.class", "FileStreamSink"),
            ("key.converter", "io.acme.Converter"),
            ("consumer.override.sasl.jaas.config", "x"),
            ("connection.socketFactory", "x.Y"),
            ("connection.url", "jdbc:postgresql://evil.example/db?SSLMODE=disable&sslmode=disable"),
            ("topics", "${env:PGPASSWORD}"),
            ("config.providers", "file"),
        ],
    );
    insta::assert_snapshot!(shown, @r#"
    t.json:3:5: connector.class: policy rule connector-class: the class "FileStreamSink" is not allowed (write it with its package; a policy file with `extends: default` and `classes: {connectors: [package.Class]}` allows it)
    t.json:3:5: key.converter: policy rule converter-class: the class "io.acme.Converter" is not allowed (a policy file with `extends: default` and `classes: {converters: ["io.acme.Converter"]}` allows it)
    t.json:3:5: consumer.override.sasl.jaas.config: policy rule client-override: connectors may not override "sasl.jaas.config" of a client (a policy file with `extends: default` and `overrides: {consumer: ["sasl.jaas.config"]}` allows it)
    t.json:3:5: connection.socketFactory: policy rule other-class: the class "x.Y" is not allowed (a policy file with `extends: default` and `classes: {others: ["x.Y"]}` allows it)
    t.json:3:5: connection.socketFactory: policy rule jdbc-parameter: the driver may not get the parameter "socketFactory" (a policy file with `extends: default` and `jdbc: {parameters: ["socketFactory"]}` allows it)
    t.json:3:5: connection.url: policy rule jdbc-parameter: a parameter occurs twice (write jdbc:postgresql://HOST:PORT/DATABASE?NAME=VALUE&…, or list it whole in `jdbc.urls`)
    t.json:3:5: topics: policy rule reference: ${env:PGPASSWORD} is not allowed in a connector of class "FileStreamSink" (a policy file with `extends: default` and `references: [{provider: env, keys: ["PGPASSWORD"], connectors: ["orders"], in: ["topics"]}]` allows it)
    t.json:3:5: config.providers: policy rule guarded-key: this key loads code, runs a command or belongs to the worker (a policy file with `extends: default` and `keys: ["config.providers"]` allows it)
    "#);
}

#[test]
fn a_policy_file_of_ones_own_is_named_with_the_line() {
    let text = "version: 1\nextends: default\nclasses:\n  connectors:\n    - io.acme.Sink\njdbc:\n  sslmode: require\n";
    let policy = Policy::parse(&"policy.yaml".into(), text, &Variables::default()).unwrap();
    assert_eq!(told(&policy, &[("connector.class", "io.acme.Sink")]), "");
    let shown = told(
        &policy,
        &[("connector.class", "io.acme.JdbcSource"), ("connection.url", "jdbc:postgresql://localhost/db?options=-cx")],
    );
    insta::assert_snapshot!(shown, @r#"
    t.json:3:5: connector.class: policy rule connector-class: the class "io.acme.JdbcSource" is not allowed (to allow it, add "io.acme.JdbcSource" to `classes.connectors` at policy.yaml:4:3)
    t.json:3:5: connection.url: policy rule jdbc-parameter: the driver may not get the parameter "options" (to allow it, add `jdbc: {parameters: ["options"]}` to policy.yaml)
    t.json:3:5: connection.url: policy rule sslmode: sslmode may not be weaker than require, and none is set (add sslmode=require to the URL)
    "#);
}

#[test]
fn a_secret_is_checked_and_never_shown() {
    let secret = |key: &str, value: &str| Entry { value: Value::Secret(service::Secret::new(value)), ..entry(key, "") };
    let canary = "canary-17";
    let entries = [
        secret("connector.class", canary),
        secret("consumer.override.acks", "${env:canary-17}"),
        secret("connection.url", "jdbc:postgresql://canary-17:1/x?canary-17=1"),
        secret("connection.url", "jdbc:canary-17://h/x"),
        secret("connection.canary", "x"),
        secret("value.converter", "x,canary-17"),
        secret("x.sasl.jaas.config", "canary-17 required canary-17=x;"),
        secret("x.sasl.oauthbearer.token.endpoint.url", "https://canary-17/"),
        secret("connection.sslmode", canary),
        secret("connection.sslkey", canary),
    ];
    let mistakes = built_in().check(None, &entries);
    assert!(entries.len() <= mistakes.len(), "{mistakes:#?}");
    assert!(!format!("{mistakes:?}").contains(canary), "{mistakes:#?}");
}

#[test]
fn the_rules_have_names_of_their_own() {
    let mut names: Vec<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Rule::ALL.len());
}
