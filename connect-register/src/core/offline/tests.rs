use super::*;
use crate::core::{Entry, Plugin, Value};

fn key(name: &str, kind: &str, required: bool) -> KeyDefinition {
    KeyDefinition {
        name: name.to_owned(),
        kind: kind.to_owned(),
        required,
        default_value: None,
        importance: "LOW".to_owned(),
        documentation: String::new(),
    }
}

fn plugin(class: &str, kind: &str, keys: Option<Vec<KeyDefinition>>) -> RecordedPlugin {
    RecordedPlugin { plugin: Plugin { class: class.to_owned(), kind: kind.to_owned(), version: None }, keys }
}

fn record() -> Record {
    let sink = vec![
        key("url", "STRING", true),
        key("batch", "INT", false),
        key("fast", "BOOLEAN", false),
        key("p", "PASSWORD", false),
    ];
    Record::new(
        "3.9.1",
        [
            plugin("x.JdbcSinkConnector", "sink", Some(sink)),
            plugin("x.FileSource", "source", None),
            plugin(
                "x.Mask$Value",
                "transformation",
                Some(vec![key("fields", "LIST", true), key("depth", "INT", false)]),
            ),
            plugin("x.JsonConverter", "converter", Some(vec![key("schemas.enable", "BOOLEAN", false)])),
        ],
    )
}

fn checked(pairs: &[(&str, &str)]) -> String {
    let place = |line: usize| Place::at("t.json".into(), line, 1);
    let entries: Vec<_> = pairs
        .iter()
        .enumerate()
        .map(|(n, (key, value))| Entry {
            key: (*key).to_owned(),
            value: Value::of_key(key, *value),
            place: place(n + 1),
        })
        .collect();
    let keys: Vec<_> = entries.iter().map(|entry| (entry.key.clone(), entry.place.clone())).collect();
    let whole = Place::file("t.json");
    let subject = Subject { name: "n", place: &whole, keys: &keys, entries: &entries };
    let Findings { mistakes, unchecked } = check(&record(), &subject, UnknownKeys::Refuse);
    let mistakes = mistakes.iter().map(ToString::to_string);
    let unchecked = unchecked.iter().map(|u| format!("? {}: {}: {}", u.place, u.key.as_deref().unwrap(), u.message));
    mistakes.chain(unchecked).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_right_template_has_no_mistakes() {
    let shown = checked(&[
        ("connector.class", "JdbcSink"),
        ("url", "jdbc:x"),
        ("topics", "a,b"),
        ("tasks.max", "3"),
        ("fast", "TRUE"),
        ("p", "${env:P}"),
        ("connection.anything", "x"),
        ("consumer.override.max.poll.records", "x"),
        ("errors.tolerance", "all"),
        ("errors.deadletterqueue.topic.name", "dead"),
        ("transforms", "m"),
        ("transforms.m.type", "x.Mask$Value"),
        ("transforms.m.fields", "a"),
        ("value.converter", "x.JsonConverter"),
        ("value.converter.schemas.enable", "false"),
    ]);
    assert_eq!(shown, "");
}

#[test]
fn missing_unknown_and_ill_typed_keys_are_told_with_their_places() {
    let shown = checked(&[
        ("connector.class", "x.JdbcSinkConnector"),
        ("topics", "a,dead"),
        ("topics.regex", "b"),
        ("btach", "1"),
        ("batch", "many"),
        ("fast", "yes"),
        ("tasks.max", "0"),
        ("errors.tolerance", "some"),
        ("errors.log.enable", "1"),
        ("errors.deadletterqueue.topic.name", "dead"),
    ]);
    insta::assert_snapshot!(shown, @"
    t.json:8:1: errors.tolerance: this is none of none, all
    t.json:7:1: tasks.max: this has to be at least 1
    t.json:3:1: topics.regex: topics and topics.regex exclude each other, and both are set
    t.json:10:1: errors.deadletterqueue.topic.name: the topic of the dead letters is among the topics that are consumed
    t.json:5:1: batch: this is no whole number of 32 bits (INT)
    t.json:6:1: fast: this is neither true nor false
    t.json:1:1: `url` is missing, which is required
    t.json:9:1: errors.log.enable: this is neither true nor false
    t.json:4:1: btach: Connect does not know this key (did you mean `batch`?)
    ");
}

#[test]
fn transforms_and_converters_are_checked_by_their_own_definitions() {
    let shown = checked(&[
        ("connector.class", "x.JdbcSinkConnector"),
        ("url", "x"),
        ("topics", "a"),
        ("transforms", "m,n,m,o"),
        ("transforms.m.type", "x.Mask$Value"),
        ("transforms.m.fieldd", "a"),
        ("transforms.m.depth", "deep"),
        ("transforms.m.negate", "true"),
        ("transforms.n.type", "x.Mask$Values"),
        ("transforms.n.predicate", "nobody"),
        ("value.converter", "x.JsonConvertre"),
        ("key.converter", "JsonConverter"),
        ("key.converter.schemas.enabled", "x"),
    ]);
    insta::assert_snapshot!(shown, @r#"
    t.json:4:1: transforms: a name occurs twice
    t.json:8:1: transforms.m.negate: there is no `transforms.m.predicate` to be negated
    t.json:10:1: transforms.n.predicate: this is none of the names in `predicates`
    t.json:13:1: key.converter.schemas.enabled: Connect does not know this key (did you mean `key.converter.schemas.enable`?)
    t.json:11:1: value.converter: the record has no converter or header_converter "x.JsonConvertre" (did you mean `x.JsonConverter`?)
    t.json:7:1: transforms.m.depth: this is no whole number of 32 bits (INT)
    t.json:5:1: `transforms.m.fields` is missing, which is required
    t.json:6:1: transforms.m.fieldd: Connect does not know this key (did you mean `transforms.m.fields`?)
    t.json:9:1: transforms.n.type: the record has no transformation "x.Mask$Values" (did you mean `x.Mask$Value`?)
    t.json:4:1: transforms: `transforms.o.type` is missing, which names the class
    "#);
}

#[test]
fn what_cannot_be_told_is_said_and_not_guessed() {
    let shown = checked(&[
        ("connector.class", "x.JdbcSinkConnector"),
        ("url", "${env:URL}"),
        ("topics", "${file:/x:topics}"),
        ("batch", "${env:BATCH}"),
        ("transforms", "m"),
        ("transforms.m.type", "${env:T}"),
        ("predicates", "p"),
        ("predicates.p.type", "x.P"),
    ]);
    insta::assert_snapshot!(shown, @"
    ? t.json:4:1: batch: whether it is of type INT is behind a reference
    ? t.json:6:1: transforms.m.type: the class comes from a reference, and so its keys are not known
    ? t.json:8:1: predicates.p.type: the record holds no predicate at all
    ");
    assert_eq!(
        checked(&[("connector.class", "x.FileSource"), ("any", "1")]),
        "? t.json:1:1: connector.class: the record does not hold the keys of this class"
    );
}

#[test]
fn a_class_that_is_not_recorded_is_told_with_what_was_meant() {
    insta::assert_snapshot!(checked(&[("connector.class", "y.JdbcSinkConnector")]), @r#"t.json:1:1: connector.class: the record has no sink or source "y.JdbcSinkConnector" (did you mean `x.JdbcSinkConnector`?)"#);
    assert_eq!(checked(&[]), "");
}
